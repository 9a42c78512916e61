import { loadConfig } from "../config/load-config.ts";
import type { TokenRecord } from "../store/registration-tokens.ts";
import { openRecords } from "../store/sqlite/open-records.ts";
import { performAct } from "./act-command.ts";
import { FAULT, FINISHED, reportFatal } from "./exit.ts";
import { parseLifetime } from "./lifetime.ts";
import { instant, printJson, printTable } from "./print.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface TokenOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export interface CreateOptions extends TokenOptions {
  readonly scope: string;
  readonly label: string;
  readonly expires?: string;
}

/** Makes a token and prints it, once. Returns the exit code. */
export async function tokenCreate(options: CreateOptions, env: Environment): Promise<number> {
  try {
    const { scope, label, expires, json } = options;
    const lifetimeSeconds = expires === undefined ? undefined : parseLifetime(expires);
    const config = loadConfig({ file: options.config, env });
    const outcome = await performAct(config, "token.create", { scope, label, lifetimeSeconds });
    if (!("result" in outcome)) return refused(outcome);
    const { id, token } = outcome.result as { id: number; token: string };
    if (json === true) {
      printJson({ id, token, scope, label });
      return FINISHED;
    }
    process.stderr.write(
      `token ${id}, scope ${scope}: it is shown this once; dnsvouch token revoke ${id} ends it\n`,
    );
    process.stdout.write(`${token}\n`);
    return FINISHED;
  } catch (error) {
    return reportFatal(error);
  }
}

export async function tokenRevoke(
  id: number,
  { config: file, json }: TokenOptions,
  env: Environment,
): Promise<number> {
  try {
    const outcome = await performAct(loadConfig({ file, env }), "token.revoke", { id });
    if (!("result" in outcome)) return refused(outcome);
    if (json === true) printJson({ id, revoked: true });
    else process.stdout.write(`token ${id} is revoked: nobody can register with it any more\n`);
    return FINISHED;
  } catch (error) {
    return reportFatal(error);
  }
}

export function tokenList({ config: file, json }: TokenOptions, env: Environment): number {
  try {
    const records = openRecords(loadConfig({ file, env }).database.connection);
    try {
      const tokens = records.tokens();
      if (json === true) printJson(tokens);
      else printTokens(tokens);
      return FINISHED;
    } finally {
      records.close();
    }
  } catch (error) {
    return reportFatal(error);
  }
}

function printTokens(tokens: readonly TokenRecord[]): void {
  const rows = tokens.map(({ id, scope, label, createdMs, expiresMs, lastUsedMs, revokedMs }) => [
    String(id),
    scope,
    instant(createdMs),
    expiresMs === null ? "never" : instant(expiresMs),
    lastUsedMs === null ? "never" : instant(lastUsedMs),
    revokedMs === null ? "no" : instant(revokedMs),
    label,
  ]);
  printTable([["id", "scope", "created", "expires", "last used", "revoked", "label"], ...rows]);
}

function refused(outcome: { refused: string } | { failed: string }): number {
  const reason = "refused" in outcome ? outcome.refused : outcome.failed;
  process.stderr.write(`dnsvouch: ${reason}\n`);
  return FAULT;
}
