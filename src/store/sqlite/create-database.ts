import { closeSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../store.ts";
import { createDirectory } from "./create-directory.ts";
import { migrate } from "./migrations.ts";
import { giveToOwnerOfDirectory } from "./same-owner.ts";
import { APPLICATION_ID } from "./schema.ts";
import { sync } from "./sync.ts";

/**
 * Makes a new database at `file`, which is absent or empty. It is built under another name and
 * renamed when it is complete and on disk, so that no crash leaves a half-made or unmarked file
 * under the real name.
 */
export function createDatabase(file: string): void {
  refuseSideFiles(file);
  createDirectory(dirname(file));

  const unfinished = `${file}.dnsvouch-new`;
  rmSync(unfinished, { force: true });
  rmSync(`${unfinished}-journal`, { force: true });
  // Mode 0600 whatever the umask; SQLite gives its side files the mode of the database.
  closeSync(openSync(unfinished, "wx", 0o600));
  giveToOwnerOfDirectory(unfinished);
  build(unfinished);
  sync(unfinished);
  renameSync(unfinished, file);
  sync(dirname(file));
}

function build(file: string): void {
  const database = new Database(file);
  try {
    database.pragma("synchronous = FULL");
    database.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(database, file);
  } finally {
    database.close();
  }
}

/** A -wal file may hold the only copy of data. SQLite would delete it, or mix it into the new database. */
function refuseSideFiles(file: string): void {
  for (const sideFile of [`${file}-wal`, `${file}-journal`]) {
    const octets = statSync(sideFile, { throwIfNoEntry: false })?.size ?? 0;
    if (octets === 0) continue;
    throw new StoreError(
      "storage_unavailable",
      `${file} is missing, but ${sideFile} belongs to it and may hold its newest data. Nothing was changed. ` +
        "Put the database back beside it, or move that file away to start with an empty database.",
    );
  }
}
