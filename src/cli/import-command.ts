import { realpathSync } from "node:fs";
import { loadConfig } from "../config/load-config.ts";
import { type ImportReport, importAcmeDns } from "../operate/import-acme-dns.ts";
import { openAcmeDns } from "../store/sqlite/acme-dns-source.ts";
import { lockData } from "../store/sqlite/data-lock.ts";
import { importDelegates } from "../store/sqlite/import-delegates.ts";
import { initialSerial } from "../zone/serial.ts";
import { FAULT, FINISHED, reportFatal } from "./exit.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ImportOptions {
  /** The database of acme-dns. */
  readonly db: string;
  readonly config?: string;
}

/** Takes the accounts of an acme-dns database over. Returns the exit code. */
export function importCommand(
  { db, config: file }: ImportOptions,
  env: Environment,
  nowMs: number,
): number {
  try {
    const config = loadConfig({ file, env });
    const path = config.database.connection;
    if (isSameFile(db, path)) {
      process.stderr.write(
        `dnsvouch: ${db} is the database of dnsvouch itself: set database.connection to a new file\n`,
      );
      return FAULT;
    }
    const zone = config.registrationZone;
    const notice = (text: string): void => void process.stderr.write(`dnsvouch: ${text}\n`);
    const target = { path, zone, initialSerial: initialSerial(nowMs), nowMs, notice };
    // Opened before ours is: what cannot be read leaves nothing behind.
    const accounts = openAcmeDns(db);
    const lock = lockData(path);
    try {
      const report = importAcmeDns(accounts, (delegates) => importDelegates(target, delegates));
      return print(report, db, zone);
    } finally {
      lock.release();
    }
  } catch (error) {
    return reportFatal(error);
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

function print(report: ImportReport, db: string, zone: string): number {
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
  const skippedText = skipped === 0 ? "" : `, ${skipped} were there already`;
  const leftOut = problemCount === 0 ? "" : `, ${problemCount} left out`;
  process.stdout.write(
    `imported ${imported} accounts with ${values} values from ${db} into ${zone}${skippedText}${leftOut}\n`,
  );
  return FINISHED;
}
