import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Database } from "better-sqlite3";
import { StoreError } from "../store.ts";
import { openConnection } from "./connection.ts";
import { copyBeforeMigration } from "./copy-before-migration.ts";
import { createDatabase } from "./create-database.ts";
import { hasMarker, MARKER, writeMarker } from "./data-marker.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import { migrate, NEWEST_VERSION, refuseNewerSchema, schemaVersion } from "./migrations.ts";
import { isLackOfRoom } from "./storage-fault.ts";

export interface OpenedDatabase {
  readonly database: Database;
  /** No other connection can be opened. */
  readonly isAlone: boolean;
  /** There was none before. */
  readonly isNew: boolean;
}

/**
 * From a path to a connection to a database of the newest schema. A missing database is made, unless
 * there was one; one that is older is copied before it is changed. Throws StoreError and what SQLite and
 * the system throw.
 */
export function openDatabase(file: string, notice: (text: string) => void): OpenedDatabase {
  const found = inspect(file);
  if (found === "absent") {
    refuseLost(file);
    createDatabase(file);
  } else {
    refuseNewerSchema(file, found.schemaVersion);
  }
  const opened = { ...connect(file, notice), isNew: found === "absent" };
  try {
    const version = schemaVersion(opened.database);
    refuseNewerSchema(file, version);
    if (version < NEWEST_VERSION) {
      const copy = copyBeforeMigration(opened.database, file, version);
      notice(`the database was copied to ${copy} before its schema was brought up to date`);
      migrate(opened.database, file);
    }
    mark(file, notice);
    return opened;
  } catch (error) {
    opened.database.close();
    throw error;
  }
}

/** In a directory that had a database, whatever has no readable beginning is one that was damaged. */
function inspect(file: string): ReturnType<typeof inspectDatabaseFile> {
  try {
    return inspectDatabaseFile(file);
  } catch (error) {
    const isForeign = error instanceof StoreError && error.code === "foreign_database";
    if (!isForeign || !hasMarker(file)) throw error;
    throw new StoreError(
      "lost_database",
      `The database ${file} is damaged: it does not begin as one of dnsvouch. Nothing was changed. Stop whatever writes it, move it and its -wal and -shm files away, and put a backup in its place.`,
    );
  }
}

/** Throws StoreError if there was a database, and there is none. */
export function refuseLost(file: string): void {
  if (!hasMarker(file)) return;
  const marker = `${dirname(file)}/${MARKER}`;
  const isEmpty = statSync(file, { throwIfNoEntry: false }) !== undefined;
  throw new StoreError(
    "lost_database",
    `The database ${file} is ${isEmpty ? "empty" : "missing"}, and ${marker} says that there was one. Nothing was changed. Put it back from a backup, or check database.connection; to begin with an empty database, remove ${marker}.`,
  );
}

/** Connections share memory in a -shm file. Where a full disk has no room for it, one alone does without. */
function connect(file: string, notice: (text: string) => void): Omit<OpenedDatabase, "isNew"> {
  try {
    const database = openConnection(file);
    try {
      // The first look into it: before, nothing of the -wal and -shm files is needed.
      schemaVersion(database);
      return { database, isAlone: false };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    if (!isLackOfRoom(error)) throw error;
    const database = openConnection(file, "alone");
    notice(
      `there is no room left on the disk of ${basename(file)}: it is opened without its -shm file`,
    );
    return { database, isAlone: true };
  }
}

/** Without it the server does its work, and a lost database would not be noticed. */
function mark(file: string, notice: (text: string) => void): void {
  try {
    writeMarker(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notice(`the marker ${dirname(file)}/${MARKER} cannot be written: ${reason}`);
  }
}
