import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../store.ts";
import { createDirectory } from "./create-directory.ts";
import { giveToOwnerOfDirectory } from "./same-owner.ts";
import { reportingFaults } from "./storage-fault.ts";

/**
 * The right to write the data of a directory: one process has it at a time. It is a lock of the kernel on
 * a file that has nothing in it, so it ends with the process, however that ends.
 */
export interface DataLock {
  release(): void;
}

const LOCK_FILE = "dnsvouch.lock";

/**
 * Takes the lock for the directory of a database, and makes the directory first if there is none.
 *
 * @throws StoreError "in_use" if another process has it.
 */
export function lockData(databasePath: string): DataLock {
  const file = resolve(databasePath);
  const lockFile = join(dirname(file), LOCK_FILE);
  return reportingFaults(lockFile, () => {
    createDirectory(dirname(file));
    // Mode 0600 whatever the umask.
    closeSync(openSync(lockFile, "a", 0o600));
    giveToOwnerOfDirectory(lockFile);
    const database = new Database(lockFile, { timeout: 0 });
    try {
      // Nothing is ever written into it, and nothing beside it either: a full disk has no room for a journal.
      database.pragma("journal_mode = MEMORY");
      database.exec("BEGIN EXCLUSIVE");
      return { release: () => void database.close() };
    } catch (error) {
      database.close();
      throw isBusy(error) ? inUse(file, lockFile) : error;
    }
  });
}

/**
 * Whether another process has it now. Nothing is made where nothing is. Whoever has it must not ask: looking at the
 * file gives up the locks that this process has on it.
 */
export function isInUse(databasePath: string): boolean {
  const lockFile = join(dirname(resolve(databasePath)), LOCK_FILE);
  if (statSync(lockFile, { throwIfNoEntry: false }) === undefined) return false;
  try {
    lockData(databasePath).release();
    return false;
  } catch (error) {
    if (error instanceof StoreError && error.code === "in_use") return true;
    throw error;
  }
}

/** The process that has it, by its id; undefined if nobody has, or that cannot be known. */
export function dataHolder(databasePath: string): string | undefined {
  return lockHolder(join(dirname(resolve(databasePath)), LOCK_FILE));
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

function inUse(file: string, lockFile: string): StoreError {
  const pid = lockHolder(lockFile);
  const who = pid === undefined ? "another process" : `process ${pid}`;
  return new StoreError(
    "in_use",
    `The data of ${dirname(file)} (${basename(file)}) is in use by ${who}, which holds ${lockFile}. Nothing was changed. Stop that process first, or set database.connection to a file in another directory.`,
  );
}

/** proc(5), /proc/locks: type, mode, access, process and device:inode of each lock. */
function lockHolder(lockFile: string): string | undefined {
  try {
    const inode = String(statSync(lockFile).ino);
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const [, , , access, pid, device = ""] = line.split(/\s+/);
      const isLock = access === "WRITE" && device.split(":").at(-1) === inode;
      // 0 or less: it is in another container.
      if (isLock) return Number(pid) > 0 ? pid : undefined;
    }
    return undefined;
  } catch {
    // Other systems than Linux.
    return undefined;
  }
}
