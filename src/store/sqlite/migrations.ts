import type { Database } from "better-sqlite3";
import { StoreError } from "../store.ts";
import {
  SCHEMA_VERSION_1,
  SCHEMA_VERSION_2,
  SCHEMA_VERSION_3,
  SCHEMA_VERSION_4,
  SCHEMA_VERSION_5,
  SCHEMA_VERSION_6,
  SCHEMA_VERSION_7,
  SCHEMA_VERSION_8,
} from "./schema.ts";

/** The step at index n makes version n + 1 of version n. A released step is never edited. */
export type Migrations = readonly string[];

export const MIGRATIONS: Migrations = [
  SCHEMA_VERSION_1,
  SCHEMA_VERSION_2,
  SCHEMA_VERSION_3,
  SCHEMA_VERSION_4,
  SCHEMA_VERSION_5,
  SCHEMA_VERSION_6,
  SCHEMA_VERSION_7,
  SCHEMA_VERSION_8,
];

export const NEWEST_VERSION: number = MIGRATIONS.length;

/**
 * Brings the database to the newest version, each step in a transaction of its own together with
 * its `user_version`: an upgrade that is cut off continues where it stopped.
 *
 * @param file where the database is, for messages.
 */
export function migrate(
  database: Database,
  file: string,
  migrations: Migrations = MIGRATIONS,
): void {
  const found = schemaVersion(database);
  refuseNewerSchema(file, found, migrations);

  for (const [version, step] of [...migrations.entries()].slice(found)) {
    const upgrade = database.transaction(() => {
      database.exec(step);
      database.pragma(`user_version = ${version + 1}`);
    });
    upgrade.immediate();
  }
}

/** @throws StoreError "newer_schema" if `found` is a version that these `migrations` do not reach. */
export function refuseNewerSchema(
  file: string,
  found: number,
  migrations: Migrations = MIGRATIONS,
): void {
  if (found <= migrations.length) return;
  throw new StoreError(
    "newer_schema",
    `${file} has schema version ${found}, written by a newer dnsvouch; this one knows up to ${migrations.length}. ` +
      "It was not changed. Start the newer version, or restore a backup from before the upgrade.",
  );
}

export function schemaVersion(database: Database): number {
  return Number(database.pragma("user_version", { simple: true }));
}
