import Database from "better-sqlite3";
import { StoreError } from "../store.ts";

/** Other writers are our own short commands. SQLite waits in the calling thread, so not for long. */
const BUSY_TIMEOUT_MS = 1_000;
/** What a checkpoint leaves of the -wal file after it has grown beyond it. */
const WAL_LIMIT_OCTETS = 16 * 1024 * 1024;

/** Pages that SQLite keeps for itself: the system keeps the file anyway, and better-sqlite3 would take 16 MiB. */
const CACHE_KIB = 1024;

/**
 * Read back after they were set: SQLite ignores a pragma that it does not know or cannot follow.
 * FULL is not the default in WAL mode (better-sqlite3 is compiled with NORMAL there), and NORMAL
 * loses acknowledged commits in a power cut.
 */
const PRAGMAS: readonly { readonly name: string; readonly set: string; readonly reads: unknown }[] =
  [
    { name: "journal_mode", set: "WAL", reads: "wal" },
    { name: "synchronous", set: "FULL", reads: 2 },
    { name: "foreign_keys", set: "ON", reads: 1 },
    { name: "trusted_schema", set: "OFF", reads: 0 },
    { name: "cache_size", set: String(-CACHE_KIB), reads: -CACHE_KIB },
    { name: "journal_size_limit", set: String(WAL_LIMIT_OCTETS), reads: WAL_LIMIT_OCTETS },
  ];

/**
 * Opens an existing database of ours for reading and writing. Every connection that writes is opened here.
 *
 * @param sharing "alone": nobody else can open it, and nothing is needed that connections share.
 */
export function openConnection(
  file: string,
  sharing: "shared" | "alone" = "shared",
): Database.Database {
  const database = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    // Before the first look into it: then the index of the -wal file is in memory of our own.
    if (sharing === "alone") database.pragma("locking_mode = EXCLUSIVE");
    for (const { name, set, reads } of PRAGMAS) {
      database.pragma(`${name} = ${set}`);
      const found = database.pragma(name, { simple: true });
      if (found !== reads) throw refusedPragma(file, `${name} = ${set}`, found);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refusedPragma(file: string, wanted: string, found: unknown): StoreError {
  return new StoreError(
    "storage_unavailable",
    `The database ${file} does not take "${wanted}" (it reads back ${String(found)}), so nothing would be safe in it. ` +
      "Put it on a local file system, not on a network share.",
  );
}
