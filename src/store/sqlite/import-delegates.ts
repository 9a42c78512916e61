import { resolve } from "node:path";
import type { Database } from "better-sqlite3";
import { COMMAND_LINE } from "../../audit/audit-entry.ts";
import { type AllowFrom, storeAllowFrom } from "../../delegate/allow-from.ts";
import type { ChallengeDigest } from "../../delegate/challenge-digest.ts";
import { AuditWriter } from "./audit-writer.ts";
import { openDatabase } from "./open-database.ts";
import { prepareStatements } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";

/** A delegate with a key of which the bcrypt hash is known. */
export interface DelegateToImport {
  readonly username: string;
  readonly bcryptHash: Uint8Array;
  readonly subdomain: string;
  readonly allowFrom: AllowFrom;
  /** Oldest first. */
  readonly digests: readonly ChallengeDigest[];
}

export interface ImportTarget {
  /** The database; made if there is none. */
  readonly path: string;
  readonly zone: string;
  /** Of a zone that the database does not have yet. */
  readonly initialSerial: number;
  /** Milliseconds since 1970, for display only. */
  readonly nowMs: number;
  /** Told what an operator should know about the opening. */
  readonly notice: (text: string) => void;
}

export interface ImportCounts {
  readonly imported: number;
  readonly values: number;
  /** They were there already, with the same user name and subdomain. */
  readonly skipped: number;
  /** Subdomains or user names that belong to others; nothing was written if there are any. */
  readonly conflicts: readonly string[];
}

const MOST_CONFLICTS = 10;
/** A million names go into indexes in no order: pages that are needed again should be at hand. */
const CACHE_KIB = 131_072;

/**
 * Adds delegates in one transaction: all or none. The caller owns the data (data-lock.ts), since a
 * running server would not see them. Throws StoreError.
 */
export function importDelegates(
  target: ImportTarget,
  delegates: Iterable<DelegateToImport>,
): ImportCounts {
  const file = resolve(target.path);
  return reportingFaults(file, () => {
    const { database } = openDatabase(file, target.notice);
    try {
      database.pragma(`cache_size = ${-CACHE_KIB}`);
      return insertAll(database, target, delegates);
    } finally {
      database.close();
    }
  });
}

/** What makes the transaction come to nothing. */
class ConflictsFound extends Error {
  readonly conflicts: readonly string[];

  constructor(conflicts: readonly string[]) {
    super(conflicts.join(", "));
    this.name = "ConflictsFound";
    this.conflicts = conflicts;
  }
}

function insertAll(
  database: Database,
  target: ImportTarget,
  delegates: Iterable<DelegateToImport>,
): ImportCounts {
  const transaction = database.transaction(() => insert(database, target, delegates));
  try {
    return transaction.immediate();
  } catch (error) {
    if (!(error instanceof ConflictsFound)) throw error;
    return { imported: 0, values: 0, skipped: 0, conflicts: error.conflicts };
  }
}

function insert(
  database: Database,
  { zone, initialSerial, nowMs }: ImportTarget,
  delegates: Iterable<DelegateToImport>,
): ImportCounts {
  const sql = prepareStatements(database);
  const findOwner = database.prepare<[string], { subdomain: string; apex: string }>(
    OWNER_OF_USERNAME,
  );
  const insertCredential = database.prepare(INSERT_IMPORTED_CREDENTIAL);
  database.prepare(ENSURE_ZONE).run({ zone, initialSerial });
  const zoneId = sql.findZone.get(zone)?.id ?? 0;
  const conflicts: string[] = [];
  let imported = 0;
  let values = 0;
  let skipped = 0;
  for (const { username, bcryptHash, subdomain, allowFrom, digests } of delegates) {
    const owner = findOwner.get(username);
    if (owner !== undefined) {
      if (owner.subdomain === subdomain && owner.apex === zone) skipped++;
      else conflicts.push(`user ${username} has the delegate ${owner.subdomain}.${owner.apex}`);
      continue;
    }
    const inserted = sql.insertDelegate.run({
      zoneId,
      subdomain,
      allowFrom: storeAllowFrom(allowFrom),
      createdMs: nowMs,
    });
    if (inserted.changes === 0) {
      conflicts.push(`the name ${subdomain}.${zone} is or was another delegate's`);
      continue;
    }
    const delegateId = Number(inserted.lastInsertRowid);
    insertCredential.run({ delegateId, username, bcryptHash, createdMs: nowMs });
    for (const digest of digests) sql.insertValue.run({ delegateId, digest, createdMs: nowMs });
    imported++;
    values += digests.length;
  }
  if (conflicts.length > 0) throw new ConflictsFound(conflicts.slice(0, MOST_CONFLICTS));
  if (imported > 0) sql.raiseSerial.get(zoneId);
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
  return { imported, values, skipped, conflicts };
}

const ENSURE_ZONE = `
  INSERT INTO zone (apex, serial) VALUES (@zone, @initialSerial) ON CONFLICT (apex) DO NOTHING`;
const OWNER_OF_USERNAME = `
  SELECT d.subdomain, z.apex
  FROM credential AS c JOIN delegate AS d ON d.id = c.delegate_id JOIN zone AS z ON z.id = d.zone_id
  WHERE c.username = ?`;
const INSERT_IMPORTED_CREDENTIAL = `
  INSERT INTO credential (delegate_id, username, key_scheme, key_hash, created_ms)
  VALUES (@delegateId, @username, 'bcrypt', @bcryptHash, @createdMs)`;
