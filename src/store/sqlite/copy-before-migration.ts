import { chmodSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Database } from "better-sqlite3";
import { StoreError } from "../store.ts";
import { giveToOwnerOfDirectory } from "./same-owner.ts";
import { reportingFaults } from "./storage-fault.ts";
import { sync } from "./sync.ts";

/**
 * Copies the database as it is now, with what is in its -wal file, so that the version before can be
 * installed again. One copy for each schema version; a newer attempt replaces it.
 *
 * @returns the path of the copy, which is on the disk.
 */
export function copyBeforeMigration(database: Database, file: string, version: number): string {
  const copy = `${file}.schema-${version}`;
  const unfinished = `${copy}.new`;
  rmSync(unfinished, { force: true });
  try {
    reportingFaults(unfinished, () => database.prepare("VACUUM INTO ?").run(unfinished));
    chmodSync(unfinished, 0o600);
    giveToOwnerOfDirectory(unfinished);
    sync(unfinished);
    renameSync(unfinished, copy);
    sync(dirname(copy));
    return copy;
  } catch (error) {
    rmSync(unfinished, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      "storage_unavailable",
      `${file} must be brought up to date, and the copy that is made before failed: ${reason} Nothing was changed.`,
      { cause: error },
    );
  }
}
