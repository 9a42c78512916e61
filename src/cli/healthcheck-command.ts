import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { parseName } from "../dns/presentation-scanner.ts";
import { askDns, soaQuery } from "../operate/ask-dns.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CONFIGURATION, CommandError, FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";
import { apiUrl, reachable } from "./reach.ts";

export interface HealthcheckOptions extends CommonOptions {
  readonly url?: string;
}

/** Containers call it every few seconds: it must not hang. */
const LIMIT_MS = 4000;

/** Asks the server that this configuration is for: HTTP must say 200, and DNS must have the SOA. Returns the exit code. */
export async function healthcheckCommand(
  { url, json, config: file }: HealthcheckOptions,
  env: Environment,
): Promise<number> {
  if (url !== undefined && !URL.canParse(url)) {
    throw new CommandError(
      CONFIGURATION,
      `--url ${url} is no URL; for example http://127.0.0.1:8080/health`,
    );
  }
  const config = loadConfig({ file, env });
  const problems = (
    await Promise.all([httpProblem(url ?? `${apiUrl(config)}/health`), dnsProblem(config)])
  ).filter((problem) => problem !== undefined);
  if (json === true) printJson({ healthy: problems.length === 0, problems });
  else if (problems.length === 0) process.stdout.write("healthy\n");
  else for (const problem of problems) process.stderr.write(`dnsvouch: ${problem}\n`);
  return problems.length === 0 ? FINISHED : FAULT;
}

async function httpProblem(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(LIMIT_MS),
      redirect: "manual",
    });
    return response.status === 200 ? undefined : `${url} answers ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}; is the server running?`;
  }
}

async function dnsProblem({ general, registrationZone }: Config): Promise<string | undefined> {
  const [listen] = general.listen;
  if (listen === undefined) return undefined;
  const transport = general.protocol.udp ? "udp" : "tcp";
  const at = { address: reachable(listen.address), port: listen.port, transport } as const;
  return askDns(at, soaQuery(parseName(`${registrationZone}.`).octets));
}
