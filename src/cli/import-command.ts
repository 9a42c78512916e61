import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type AcmeDnsConfig, readAcmeDnsConfig } from "../config/acme-dns-config.ts";
import { type Config, keysByPath } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { importAcmeDns } from "../operate/import-acme-dns.ts";
import type { AcmeDnsRows } from "../store/acme-dns-import.ts";
import { isPostgresUrl, shownPostgresUrl } from "../store/postgres/postgres-url.ts";
import { lockData } from "../store/sqlite/data-lock.ts";
import { isAcmeDnsFile } from "../store/sqlite/database-file.ts";
import { type ImportTarget, importDelegates, tryImport } from "../store/sqlite/import-delegates.ts";
import { StoreError } from "../store/store.ts";
import { initialSerial } from "../zone/serial.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CONFIGURATION, CommandError, OUTSIDE } from "./exit.ts";
import { type ImportOutcome, printImport } from "./import-report.ts";

export interface ImportOptions extends CommonOptions {
  /** The database of acme-dns: a file, or a postgres:// URL. */
  readonly db?: string;
  readonly dryRun?: boolean;
  readonly onConflict?: "fail" | "skip";
}

/** Takes the accounts of an acme-dns database over. Resolves to the exit code. */
export async function importCommand(
  options: ImportOptions,
  env: Environment,
  nowMs: number,
): Promise<number> {
  const config = loadConfig({ file: options.config, env, toleratesNotBuilt: true });
  const theirs = config.file === undefined ? undefined : acmeDnsConfig(config.file);
  const source = options.db ?? theirs?.connection;
  if (source === undefined) throw noSource(config);
  if (options.db === undefined && theirs?.engine === "postgres" && !isPostgresUrl(source)) {
    throw new CommandError(
      CONFIGURATION,
      `database.connection of ${config.file} is not a URL: give the same with --db postgres://USER:PASSWORD@HOST/NAME`,
    );
  }
  const path = targetOf(config, source, theirs);
  const zone = config.registrationZone;
  const notice = (text: string): void => void process.stderr.write(`dnsvouch: ${text}\n`);
  const onConflict = options.onConflict ?? "fail";
  const target = {
    path,
    zone,
    initialSerial: initialSerial(nowMs),
    nowMs,
    onConflict,
    notice,
  };
  if (!config.settings.has("general.domain")) {
    notice(
      `general.domain is not set, so the accounts go into ${zone}; name the configuration of your server with -c`,
    );
  }
  const isDryRun = options.dryRun === true;
  // Opened before ours is: what cannot be read leaves nothing behind.
  const accounts = await opened(source);
  const report = await (isDryRun
    ? importAcmeDns(accounts, (batches) => tryImport(target, batches))
    : importLocked(accounts, target));
  const outcome: ImportOutcome = {
    report,
    source: isPostgresUrl(source) ? shownPostgresUrl(source) : source,
    target: path,
    isTargetConfigured: path === config.database.connection,
    zone,
    isDryRun,
    onConflict,
    theirs,
    configFile: config.file,
  };
  return printImport(outcome, options.json === true);
}

async function importLocked(accounts: AcmeDnsRows, target: ImportTarget) {
  const lock = lockData(target.path);
  try {
    return await importAcmeDns(accounts, (batches) => importDelegates(target, batches));
  } finally {
    lock.release();
  }
}

/** The configuration, if it is one of acme-dns: its database is. */
function acmeDnsConfig(file: string): AcmeDnsConfig | undefined {
  const read = readAcmeDnsConfig(file, ".");
  const { engine, connection } = read;
  if (connection === undefined) return undefined;
  const isTheirs = engine === "postgres" || isPostgresUrl(connection) || isTheirFile(connection);
  return isTheirs ? read : undefined;
}

function isTheirFile(path: string): boolean {
  try {
    return isAcmeDnsFile(resolve(path));
  } catch {
    // There is no such file.
    return false;
  }
}

function noSource({ file, settings, database }: Config): CommandError {
  const { connection } = database;
  // What is no path may have a password in it.
  const isNamed = settings.has("database.connection") && !/[=@]/.test(connection);
  const named = isNamed ? ` (${connection} is not one)` : "";
  const where = file === undefined ? "" : `, and ${file} has none of acme-dns${named}`;
  return new CommandError(
    CONFIGURATION,
    `there is no database to import from${where}: name it with --db FILE or --db postgres://USER@HOST/NAME, or acme-dns's own configuration with --config config.cfg`,
  );
}

/** Where the accounts go: our database, which is the default one where the configuration still has theirs. */
function targetOf(config: Config, source: string, theirs: AcmeDnsConfig | undefined): string {
  const { connection } = config.database;
  const isTheirs = connection === theirs?.connection || isSameFile(connection, source);
  if (!isTheirs) return connection;
  const path = String(keysByPath.get("database.connection")?.default);
  if (!isSameFile(path, source)) return path;
  throw new CommandError(
    CONFIGURATION,
    `${source} is where dnsvouch would make its own database: set database.connection (DNSVOUCH_DB) to a new file`,
  );
}

/** A database that somebody has named, so that it is a matter of usage, or of the network. Rejects with CommandError. */
async function opened(source: string): Promise<AcmeDnsRows> {
  const isPostgres = isPostgresUrl(source);
  try {
    if (!isPostgres) {
      const { openAcmeDns } = await import("../store/sqlite/acme-dns-source.ts");
      return openAcmeDns(source);
    }
    const { openAcmeDnsPostgres } = await import("../store/postgres/acme-dns-source.ts");
    return await openAcmeDnsPostgres(source);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(isPostgres ? OUTSIDE : CONFIGURATION, `--db: ${error.message}`);
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    // One of them is not there: then they are not the same.
    return false;
  }
}
