import Database from "better-sqlite3";

export type CheckFinding =
  | { readonly kind: "sound" }
  /** `reason`: the first damage. */
  | { readonly kind: "damaged"; readonly reason: string }
  | { readonly kind: "unchecked"; readonly reason: string };

/** What SQLite keeps of the file: each page is looked at once. */
const CACHE_KIB = 512;

/** How long it waits for whoever has the database alone, at most. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Looks through a whole database for damage, beside those who use it: 2 ms for each MiB.
 *
 * @param isOpenHere Whether this process has it open, too: the thread would wait for itself.
 */
export function quickCheck(file: string, isOpenHere = false): CheckFinding {
  const timeout = isOpenHere ? 0 : BUSY_TIMEOUT_MS;
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout });
  try {
    database.pragma(`cache_size = ${-CACHE_KIB}`);
    const found = database.pragma("quick_check(1)", { simple: true });
    return found === "ok" ? { kind: "sound" } : { kind: "damaged", reason: String(found) };
  } catch (error) {
    // A page that cannot be read as one ends the check itself.
    if (!(error instanceof Database.SqliteError)) throw error;
    const kind = /^SQLITE_(CORRUPT|NOTADB)/.test(error.code) ? "damaged" : "unchecked";
    return { kind, reason: `${error.message} (${error.code})` };
  } finally {
    database.close();
  }
}
