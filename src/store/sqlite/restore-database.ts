import { linkSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { COMMAND_LINE } from "../../audit/audit-entry.ts";
import { StoreError } from "../store.ts";
import { AuditWriter } from "./audit-writer.ts";
import { openConnection } from "./connection.ts";
import { copyDatabase } from "./copy-database.ts";
import { createDirectory } from "./create-directory.ts";
import { writeMarker } from "./data-marker.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import { type MergeReport, mergeReplaced } from "./merge-replaced.ts";
import { MIGRATIONS, migrate, refuseNewerSchema, schemaVersion } from "./migrations.ts";
import { giveToOwnerOfDirectory } from "./same-owner.ts";
import { prepareStatements } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";
import { sync } from "./sync.ts";

export interface RestoreRequest {
  readonly backup: string;
  /** The database that is replaced; the caller holds its lock. */
  readonly path: string;
  readonly nowMs: number;
  /** Where the replaced database is kept. */
  readonly keptAs: string;
}

/** A backup that is ready to take the place of the database. Nothing has changed yet. */
export interface PreparedRestore {
  readonly delegates: number;
  /** Undefined: there is no database to replace. A text: why nothing could be taken over from it. */
  readonly merged: MergeReport | string | undefined;
  /** @returns where the replaced database is; undefined if there was none. */
  complete(): string | undefined;
  abandon(): void;
}

const SIDE_FILES = ["-wal", "-shm", "-journal"] as const;

/**
 * Copies a backup beside the database, looks through it, brings it to the newest schema, and takes over what
 * must not come back to life. Rejects with StoreError, and leaves nothing then.
 */
export async function prepareRestore(request: RestoreRequest): Promise<PreparedRestore> {
  const backup = resolve(request.backup);
  const file = resolve(request.path);
  refuseNoBackup(backup, file);
  createDirectory(dirname(file));
  const restoring = `${file}.restoring`;
  const replaced = `${file}.replaced-copy`;
  const abandon = (): void => remove(restoring, replaced);
  abandon();
  try {
    await copying(backup, restoring);
    giveToOwnerOfDirectory(restoring);
    refuseForeignSchema(backup, restoring);
    const old = await copyOfReplaced(file, replaced);
    const { delegates, merged } = reportingFaults(restoring, () =>
      build(restoring, replaced, old, request.nowMs),
    );
    remove(replaced);
    sync(restoring);
    return { delegates, merged, abandon, complete: () => swap(file, restoring, request.keptAs) };
  } catch (error) {
    abandon();
    throw error;
  }
}

/** Throws StoreError if `path` is nothing that can take the place of the database at `databasePath`. Changes nothing. */
export function refuseNoBackup(path: string, databasePath: string): void {
  const backup = resolve(path);
  const file = resolve(databasePath);
  const found = inspectBackup(backup);
  if (found === "absent") {
    const what = statSync(backup, { throwIfNoEntry: false })
      ? "it is empty"
      : "there is no such file";
    throw new StoreError("foreign_database", `${backup} cannot be restored: ${what}.`);
  }
  const [one, other] = [backup, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (one?.ino === other?.ino && one?.dev === other?.dev) {
    throw new StoreError("foreign_database", `${backup} is the database itself: name a backup.`);
  }
  refuseNewerSchema(backup, found.schemaVersion);
}

function inspectBackup(backup: string): ReturnType<typeof inspectDatabaseFile> {
  try {
    return reportingFaults(backup, () => inspectDatabaseFile(backup));
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "foreign_database") throw error;
    // What it says is advice for a database that is in the way.
    const [what = ""] = error.message.split(", so it was not touched");
    throw new StoreError("foreign_database", `${what}: name a file that dnsvouch backup has made.`);
  }
}

async function copying(source: string, target: string): Promise<void> {
  try {
    await copyDatabase(source, target);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    // With the name of the backup, and the advice for what it is.
    reportingFaults(source, () => {
      throw error;
    });
  }
}

/** Tables, indexes and triggers that dnsvouch has not made could do anything later. */
function refuseForeignSchema(backup: string, copy: string): void {
  const database = new Database(copy, { readonly: true });
  try {
    const version = schemaVersion(database);
    refuseNewerSchema(backup, version);
    if (isOurs(database, version)) return;
    throw new StoreError(
      "foreign_database",
      `${backup} was not made by dnsvouch alone: it has other tables, indexes or triggers than schema version ${version}. It was not restored.`,
    );
  } finally {
    database.close();
  }
}

function isOurs(database: Database.Database, version: number): boolean {
  const expected = new Database(":memory:");
  try {
    for (const step of MIGRATIONS.slice(0, version)) expected.exec(step);
    return JSON.stringify(schemaOf(database)) === JSON.stringify(schemaOf(expected));
  } finally {
    expected.close();
  }
}

function schemaOf(database: Database.Database): readonly unknown[] {
  // Statistics, and the tables in which Litestream keeps its place, do nothing by themselves.
  const all = `
    SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'
      AND NOT (type = 'table' AND name IN ('_litestream_seq', '_litestream_lock'))
      AND NOT (type = 'index' AND tbl_name IN ('_litestream_seq', '_litestream_lock'))
    ORDER BY name`;
  return database.prepare(all).all();
}

/** @returns undefined if there is no database; why it cannot be read, or true. */
async function copyOfReplaced(file: string, target: string): Promise<string | true | undefined> {
  try {
    if (inspectDatabaseFile(file) === "absent") return undefined;
    await copyDatabase(file, target);
    const database = openConnection(target);
    try {
      migrate(database, file);
    } finally {
      database.close();
    }
    return true;
  } catch (error) {
    remove(target);
    return error instanceof Error ? error.message : String(error);
  }
}

function build(
  restoring: string,
  replaced: string,
  old: string | true | undefined,
  nowMs: number,
): Pick<PreparedRestore, "delegates" | "merged"> {
  const database = openConnection(restoring);
  try {
    migrate(database, restoring);
    if (old === true) database.prepare("ATTACH ? AS old").run(replaced);
    const work = database.transaction(() => {
      const merged = old === true ? mergeReplaced(database, nowMs) : old;
      recordRestore(database, nowMs);
      return merged;
    });
    const merged = work.immediate();
    const live = "SELECT count(*) FROM main.delegate WHERE deleted_ms IS NULL";
    const delegates = Number(database.prepare(live).pluck().get());
    if (old === true) database.exec("DETACH old");
    database.pragma("wal_checkpoint(TRUNCATE)");
    return { delegates, merged };
  } finally {
    database.close();
  }
}

function recordRestore(database: Database.Database, nowMs: number): void {
  const audit = new AuditWriter(prepareStatements(database));
  audit.begin();
  audit.append({ timeMs: nowMs, action: "restore", result: "accepted", origin: COMMAND_LINE });
  audit.finish();
}

/** The database is never absent: the new one takes the name from the old one in one step. */
function swap(file: string, restoring: string, keptAs: string): string | undefined {
  return reportingFaults(file, () => {
    const kept = keep(file, keptAs);
    renameSync(restoring, file);
    sync(dirname(file));
    writeMarker(file);
    return kept;
  });
}

function keep(file: string, keptAs: string): string | undefined {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    removeSideFiles(file, keptAs);
    return undefined;
  }
  foldWal(file);
  linkOrMove(file, keptAs);
  removeSideFiles(file, keptAs);
  return keptAs;
}

/** Some file systems have no second names: there the database is absent for a moment, and a crash then needs a rename by hand. */
function linkOrMove(file: string, keptAs: string): void {
  try {
    linkSync(file, keptAs);
  } catch (error) {
    // Nothing that was kept before is ever overwritten.
    if (statSync(keptAs, { throwIfNoEntry: false }) !== undefined) throw error;
    renameSync(file, keptAs);
  }
}

/** So that one file has everything; a damaged one keeps its -wal file. */
function foldWal(file: string): void {
  try {
    const database = openConnection(file);
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
  } catch {
    // It is kept as it is.
  }
}

/** What belongs to the old database must not be taken for a part of the new one. */
function removeSideFiles(file: string, keptAs: string): void {
  for (const suffix of SIDE_FILES) {
    const octets = statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.size ?? 0;
    if (octets > 0 && suffix !== "-shm") renameSync(`${file}${suffix}`, `${keptAs}${suffix}`);
    else rmSync(`${file}${suffix}`, { force: true });
  }
}

function remove(...files: readonly string[]): void {
  for (const file of files) {
    for (const suffix of ["", ...SIDE_FILES]) rmSync(`${file}${suffix}`, { force: true });
  }
}
