import { loadConfig } from "../config/load-config.ts";
import { openRecords } from "../store/sqlite/open-records.ts";
import type { TokenRecord } from "../store/tokens.ts";
import { performAct } from "./act-command.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { FINISHED } from "./exit.ts";
import { instant, printJson, printTable } from "./print.ts";

export interface CreateOptions extends CommonOptions {
  readonly scope: string;
  readonly label: string;
  /** Seconds from now on. */
  readonly expires?: number;
}

/** Makes a token and prints it, once. Returns the exit code, as all of these do. */
export async function tokenCreate(options: CreateOptions, env: Environment): Promise<number> {
  const { scope, label, expires, json, config: file } = options;
  const args = { scope, label, lifetimeSeconds: expires };
  const created = await performAct(loadConfig({ file, env }), "token.create", args);
  const { id, token } = created as { id: number; token: string };
  if (json === true) {
    printJson({ id, token, scope, label });
    return FINISHED;
  }
  process.stderr.write(
    `token ${id}, scope ${scope}: it is shown this once; dnsvouch token revoke ${id} ends it\n`,
  );
  process.stdout.write(`${token}\n`);
  return FINISHED;
}

export async function tokenRevoke(
  id: number,
  { config: file, json }: CommonOptions,
  env: Environment,
): Promise<number> {
  await performAct(loadConfig({ file, env }), "token.revoke", { id });
  if (json === true) printJson({ id, revoked: true });
  else process.stdout.write(`token ${id} is revoked: nobody can do anything with it any more\n`);
  return FINISHED;
}

export function tokenList({ config: file, json }: CommonOptions, env: Environment): number {
  const records = openRecords(loadConfig({ file, env }).database.connection);
  try {
    const tokens = records.tokens();
    if (json === true) printJson(tokens);
    else printTokens(tokens);
    return FINISHED;
  } finally {
    records.close();
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
