import { setTimeout as delay } from "node:timers/promises";
import { type CheckMeans, type CheckRequest, checkDomain } from "../check/check-domain.ts";
import type { ServerAddress } from "../check/message.ts";
import type { Report } from "../check/report.ts";
import { waitUntilReady } from "../check/wait-until-ready.ts";
import { parseDomainName } from "../config/domain-name.ts";
import { loadConfig } from "../config/load-config.ts";
import { checkMeans } from "../configured-check.ts";
import { reportText } from "./check-text.ts";
import type { CommonOptions, RunContext } from "./define-command.ts";
import { CONFIGURATION, CommandError, OUTSIDE } from "./exit.ts";
import { printJson } from "./print.ts";
import { parseResolver, readResolver } from "./resolver-option.ts";
import { exitCodeOf } from "./status-text.ts";

export interface CheckOptions extends CommonOptions {
  readonly delegate?: string;
  readonly wildcard?: boolean;
  readonly ca: string;
  readonly accountUri?: string;
  readonly method: string;
  readonly resolver?: readonly string[];
  readonly authPort: number;
  readonly explain?: boolean;
  readonly watch?: boolean;
  /** Seconds; undefined: for ever. */
  readonly timeout?: number;
}

/** Says what lets or keeps an authority from issuing. Returns the exit code. */
export async function checkCommand(
  given: readonly string[],
  options: CheckOptions,
  { env, clock, newLabel }: RunContext,
): Promise<number> {
  const { domains, resolvers } = sortOut(given, options.resolver ?? []);
  if (domains.length === 0) {
    throw new CommandError(
      CONFIGURATION,
      "no domain to check; for example: dnsvouch check www.example.com",
    );
  }
  refuseNonsense(options);
  const config = loadConfig({ file: options.config, env, toleratesNotBuilt: true });
  const means = checkMeans(config, { resolvers, authPort: options.authPort, clock, newLabel });
  const { confirmations } = config.checks;
  // All at once, so that several take no longer than one; told of in their order.
  const checks = domains.map((domain) => {
    const one = { ...options, domain, confirmations };
    return { one, report: options.watch === true ? watch(one, means) : checkOnce(one, means) };
  });
  const codes: number[] = [];
  for (const { one, report } of checks) {
    if (codes.length > 0 && options.json !== true) process.stdout.write("\n");
    codes.push(tell(one, await report, means));
  }
  return Math.max(...codes);
}

/** What would be compared with records, and can be in none of them. Throws CommandError. */
function refuseNonsense({ delegate, ca, method }: CheckOptions): void {
  const refuse = (option: string, text: string, example: string): never => {
    throw new CommandError(CONFIGURATION, `${option} ${text} is none; for example ${example}`);
  };
  if (delegate !== undefined && parseDomainName(delegate) === undefined) {
    refuse("--delegate", delegate, "7fa2a305.auth.example.org");
  }
  if (parseDomainName(ca) === undefined) refuse("--ca", ca, "letsencrypt.org");
  if (!/^[A-Za-z0-9-]+$/.test(method)) refuse("--method", method, "dns-01");
}

interface OneCheck extends CheckOptions {
  readonly domain: string;
  readonly confirmations: number;
}

/** Prints what came of it. Returns the exit code. */
function tell(options: OneCheck, report: Report | undefined, means: CheckMeans): number {
  if (report === undefined) {
    const asked = means.resolvers.map(({ address, port }) => `${address} port ${port}`).join(", ");
    process.stderr.write(
      `dnsvouch: ${options.domain}: no resolver answers (${asked || "there is none"}); name one that does with --resolver, or in checks.resolvers\n`,
    );
    return OUTSIDE;
  }
  if (options.json === true) printJson(report);
  else process.stdout.write(reportText(report, options));
  return exitCodeOf(report.steps);
}

function checkOnce(options: OneCheck, means: CheckMeans): Promise<Report | undefined> {
  const request: CheckRequest = {
    domain: options.domain,
    delegate: options.delegate,
    isWildcard: options.wildcard === true,
    ca: options.ca,
    accountUri: options.accountUri,
    method: options.method,
  };
  return checkDomain(request, means);
}

/** Tells of each change on standard error, so that standard output has the last report alone. */
function watch(options: OneCheck, means: CheckMeans): Promise<Report | undefined> {
  const limitMs = options.timeout === undefined ? undefined : options.timeout * 1000;
  return waitUntilReady({
    check: () => checkOnce(options, means),
    clock: means.clock,
    wait: (ms) => delay(ms),
    confirmations: options.confirmations,
    limitMs,
    tell: (text) => process.stderr.write(`${options.domain}: ${text}\n`),
  });
}

/**
 * `--resolver` takes several addresses, and so domains that come right after them.
 * Throws CommandError for what is no address.
 */
function sortOut(
  given: readonly string[],
  texts: readonly string[],
): { readonly domains: readonly string[]; readonly resolvers: readonly ServerAddress[] } {
  const firstWrong = texts.findIndex((text) => parseResolver(text) === undefined);
  const end = given.length === 0 && firstWrong > 0 ? firstWrong : texts.length;
  const resolvers = texts.slice(0, end).map(readResolver);
  return { domains: [...given, ...texts.slice(end)].flatMap(listed), resolvers };
}

/** Domains as certificates list them: `example.com,www.example.com`. */
function listed(text: string): string[] {
  const parts = text.split(",").filter((part) => part !== "");
  return parts.length === 0 ? [text] : parts;
}
