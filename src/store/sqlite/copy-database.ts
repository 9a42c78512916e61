import { chmodSync, closeSync, openSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../store.ts";
import { sync } from "./sync.ts";

/** How long a reader waits for the one that makes a checkpoint, at most. */
const BUSY_TIMEOUT_MS = 5000;
/** All of them in one step, which sees the database as it is at one moment. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a database as it is now, with what is in its -wal file, by SQLite's online backup: whoever writes it
 * goes on. The copy is one file, whole, looked through for damage and on the disk when this resolves; nothing is left of it if
 * it rejects. Blocks the thread meanwhile, some 2 s for each GiB.
 *
 * @param target a file that is not there yet.
 */
export async function copyDatabase(source: string, target: string): Promise<void> {
  // Mode 0600 whatever the umask.
  closeSync(openSync(target, "wx", 0o600));
  try {
    const database = new Database(source, {
      readonly: true,
      fileMustExist: true,
      timeout: BUSY_TIMEOUT_MS,
    });
    try {
      database.pragma("trusted_schema = OFF");
      await database.backup(target, { progress: () => ALL_PAGES });
    } finally {
      database.close();
    }
    check(source, target);
    chmodSync(target, 0o600);
    sync(target);
  } catch (error) {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      rmSync(`${target}${suffix}`, { force: true });
    }
    throw error;
  }
}

function check(source: string, target: string): void {
  const copy = new Database(target);
  try {
    copy.pragma("trusted_schema = OFF");
    // Without side files: a backup is one file.
    copy.pragma("journal_mode = DELETE");
    const damage = integrityProblem(copy);
    if (damage === undefined) return;
    throw new StoreError(
      "storage_unavailable",
      `${source} is damaged, so that a copy of it is no backup: ${damage}. Keep the backups that there are.`,
    );
  } finally {
    copy.close();
  }
}

/** What a thorough look finds, all indexes and references too; undefined: nothing. */
export function integrityProblem(database: Database.Database): string | undefined {
  const found = database.pragma("integrity_check(1)", { simple: true });
  if (found !== "ok") return String(found);
  const [orphan] = database.pragma("foreign_key_check") as readonly { table: string }[];
  return orphan && `a row of the table ${orphan.table} refers to one that is not there`;
}
