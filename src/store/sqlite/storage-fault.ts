import { SqliteError } from "better-sqlite3";
import { StoreError } from "../store.ts";

/**
 * Runs `work` and makes every fault of SQLite or of the file system a `StoreError` about `file`.
 * A violated constraint is none: the disk is well and the bug is ours, so it passes unchanged.
 */
export function reportingFaults<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = faultCode(error);
    if (code === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      "storage_unavailable",
      `The database ${file} cannot be used: ${reason} (${code}). ${advice(code)}`,
      { cause: error },
    );
  }
}

/** Whether an error of SQLite says that the database itself is damaged. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(faultCode(error) ?? "");
}

/** Whether what is there can be read and served, though nothing can be written. */
export function cannotWriteNow(error: unknown): boolean {
  return isDamage(error) || isLackOfRoom(error);
}

/** Whether it can come from a disk without room: SQLite says so, or that a file could not be made longer. */
export function isLackOfRoom(error: unknown): boolean {
  return /^(SQLITE_FULL|SQLITE_IOERR_(SHM|WRITE|TRUNCATE)|SQLITE_CANTOPEN|ENOSPC|EDQUOT)/.test(
    faultCode(error) ?? "",
  );
}

function faultCode(error: unknown): string | undefined {
  if (error instanceof SqliteError) {
    return error.code.startsWith("SQLITE_CONSTRAINT") ? undefined : error.code;
  }
  const isSystemError = error instanceof Error && "syscall" in error && "code" in error;
  return isSystemError ? String(error.code) : undefined;
}

const ADVICE: readonly { readonly codes: RegExp; readonly text: string }[] = [
  { codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/, text: "Free some space on its disk." },
  { codes: /^SQLITE_(BUSY|LOCKED)/, text: "Stop the other process that holds it, then try again." },
  { codes: /^SQLITE_(CORRUPT|NOTADB)/, text: "It is damaged: restore a backup." },
  {
    codes: /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST)/,
    text: "Make sure that this user may read and write the file and its directory, or set database.connection to another file.",
  },
];

function advice(code: string): string {
  const known = ADVICE.find(({ codes }) => codes.test(code));
  return known?.text ?? "Check the disk: its health, its free space, its quota and limits.";
}
