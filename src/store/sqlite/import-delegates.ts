import { resolve } from "node:path";
import Database from "better-sqlite3";
import { COMMAND_LINE } from "../../audit/audit-entry.ts";
import type { ImportCounts } from "../acme-dns-import.ts";
import { AuditWriter } from "./audit-writer.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import {
  DatabasePlacement,
  type DelegateToImport,
  DryPlacement,
  type Placed,
  type Placement,
} from "./import-placement.ts";
import { refuseNewerSchema } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { prepareStatements } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";

export interface ImportTarget {
  /** The database; made if there is none. */
  readonly path: string;
  readonly zone: string;
  /** Of a zone that the database does not have yet. */
  readonly initialSerial: number;
  /** Milliseconds since 1970, for display only. */
  readonly nowMs: number;
  /** Whether one conflict makes it come to nothing, or only costs the delegate it is about. */
  readonly onConflict: "fail" | "skip";
  /** Told what an operator should know about the opening. */
  readonly notice: (text: string) => void;
}

type Batches = AsyncIterable<readonly DelegateToImport[]>;

const MOST_CONFLICTS = 10;
/** A million names go into indexes in no order: pages that are needed again should be at hand. */
const CACHE_KIB = 131_072;

/**
 * Adds delegates in one transaction: all that can be, or none. The caller owns the data (data-lock.ts),
 * since a running server would not see them. What is there already changes nothing. Rejects with StoreError.
 */
export async function importDelegates(
  target: ImportTarget,
  batches: Batches,
): Promise<ImportCounts> {
  const file = resolve(target.path);
  const read = <T>(work: () => T): T => reportingFaults(file, work);
  const { database } = read(() => openDatabase(file, target.notice));
  try {
    const { zone, initialSerial, nowMs, onConflict } = target;
    const placement = read(() => {
      database.pragma(`cache_size = ${-CACHE_KIB}`);
      // Each row that is written refers to one that was written just before.
      database.pragma("foreign_keys = OFF");
      // What a batch would be undone with, which is thrown away with each.
      database.pragma("temp_store = MEMORY");
      database.exec("BEGIN IMMEDIATE");
      return new DatabasePlacement(database, zone, initialSerial, nowMs);
    });
    const counts = await placeAll(placement, batches, read);
    const isNothing = counts.imported === 0 || (counts.conflictCount > 0 && onConflict === "fail");
    if (isNothing) {
      read(() => database.exec("ROLLBACK"));
      return counts.imported === 0 ? counts : { ...counts, imported: 0, values: 0 };
    }
    read(() => finish(database, target, placement.zoneId, counts));
    return counts;
  } finally {
    // What was begun and not finished is undone by it.
    database.close();
  }
}

/** What `importDelegates` would do. Nothing is written or made, whether a server runs or not. Rejects with StoreError. */
export async function tryImport(
  { path, zone }: Pick<ImportTarget, "path" | "zone">,
  batches: Batches,
): Promise<ImportCounts> {
  const file = resolve(path);
  const read = <T>(work: () => T): T => reportingFaults(file, work);
  const found = inspectDatabaseFile(file);
  if (found !== "absent") refuseNewerSchema(file, found.schemaVersion);
  const database =
    found === "absent"
      ? undefined
      : read(() => new Database(file, { readonly: true, fileMustExist: true }));
  try {
    return await placeAll(
      read(() => new DryPlacement(database, zone)),
      batches,
      read,
    );
  } finally {
    database?.close();
  }
}

async function placeAll(
  placement: Placement,
  batches: Batches,
  read: <T>(work: () => T) => T,
): Promise<ImportCounts> {
  const conflicts: string[] = [];
  let conflictCount = 0;
  let imported = 0;
  let values = 0;
  let skipped = 0;
  const count = (placed: Placed, { digests }: DelegateToImport): void => {
    if (placed === "there already") skipped++;
    else if (placed === "imported") {
      imported++;
      values += digests.length;
    } else {
      conflictCount++;
      if (conflicts.length < MOST_CONFLICTS) conflicts.push(placed.conflict);
    }
  };
  for await (const batch of batches) {
    const placed = read(() => placement.place(batch));
    for (const [i, delegate] of batch.entries()) count(placed[i] ?? "there already", delegate);
  }
  return { imported, values, skipped, conflicts, conflictCount };
}

function finish(
  database: Database.Database,
  { zone, nowMs }: ImportTarget,
  zoneId: number,
  { imported }: ImportCounts,
): void {
  const sql = prepareStatements(database);
  sql.raiseSerial.get(zoneId);
  const audit = new AuditWriter(sql);
  audit.begin();
  audit.append({
    timeMs: nowMs,
    action: "import",
    result: "accepted",
    origin: COMMAND_LINE,
    detail: `${imported} delegates into ${zone}`,
  });
  audit.finish();
  database.exec("COMMIT");
}
