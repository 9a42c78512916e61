import { realpathSync } from "node:fs";
import { loadConfig } from "../config/load-config.ts";
import { type ImportReport, importAcmeDns } from "../operate/import-acme-dns.ts";
import { openAcmeDns } from "../store/sqlite/acme-dns-source.ts";
import { lockData } from "../store/sqlite/data-lock.ts";
import { importDelegates } from "../store/sqlite/import-delegates.ts";
import { StoreError } from "../store/store.ts";
import { initialSerial } from "../zone/serial.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CONFIGURATION, CommandError, FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export interface ImportOptions extends CommonOptions {
  /** The database of acme-dns. */
  readonly db: string;
}

/** Takes the accounts of an acme-dns database over. Returns the exit code. */
export function importCommand(
  { db, config: file, json }: ImportOptions,
  env: Environment,
  nowMs: number,
): number {
  const config = loadConfig({ file, env });
  const path = config.database.connection;
  if (isSameFile(db, path)) {
    throw new CommandError(
      CONFIGURATION,
      `${db} is the database of dnsvouch itself: set database.connection to a new file`,
    );
  }
  const zone = config.registrationZone;
  const notice = (text: string): void => void process.stderr.write(`dnsvouch: ${text}\n`);
  const target = { path, zone, initialSerial: initialSerial(nowMs), nowMs, notice };
  // Opened before ours is: what cannot be read leaves nothing behind.
  const accounts = opened(db);
  const lock = lockData(path);
  try {
    const report = importAcmeDns(accounts, (delegates) => importDelegates(target, delegates));
    if (json === true) printJson({ db, zone, ...report });
    return print(report, db, zone, json === true);
  } finally {
    lock.release();
  }
}

/** A file that somebody has named, so that it is a matter of usage. Throws CommandError. */
function opened(db: string): ReturnType<typeof openAcmeDns> {
  try {
    return openAcmeDns(db);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(CONFIGURATION, `--db: ${error.message}`);
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

/** Problems go to standard error in any case. */
function print(report: ImportReport, db: string, zone: string, isJson: boolean): number {
  const { imported, values, skipped, conflicts, problems, problemCount, otherValues } = report;
  for (const problem of problems) process.stderr.write(`dnsvouch: ${problem}\n`);
  if (problemCount > problems.length) {
    process.stderr.write(`dnsvouch: and ${problemCount - problems.length} more accounts\n`);
  }
  if (conflicts.length > 0) {
    for (const conflict of conflicts) process.stderr.write(`dnsvouch: conflict: ${conflict}\n`);
    process.stderr.write("dnsvouch: nothing was imported; resolve the conflicts and try again\n");
    return FAULT;
  }
  if (otherValues > 0) {
    process.stderr.write(
      `dnsvouch: ${otherValues} values were left out: they are no digest values\n`,
    );
  }
  if (isJson) return FINISHED;
  const skippedText = skipped === 0 ? "" : `, ${skipped} were there already`;
  const leftOut = problemCount === 0 ? "" : `, ${problemCount} left out`;
  process.stdout.write(
    `imported ${imported} accounts with ${values} values from ${db} into ${zone}${skippedText}${leftOut}\n`,
  );
  return FINISHED;
}
