import { resolve } from "node:path";
import Database from "better-sqlite3";
import type { AuditRow, ChainPoint } from "../../audit/audit-chain.ts";
import { StoreError } from "../store.ts";
import type { TokenRecord } from "../tokens.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import {
  allDelegates,
  delegatesNamed,
  keysOf,
  type ListedDelegate,
  type ListedKey,
} from "./delegate-records.ts";
import { NEWEST_VERSION, refuseNewerSchema } from "./migrations.ts";
import { AUDIT_ROWS } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";

/** A row with the name of its delegate. */
export interface NamedAuditRow extends AuditRow {
  /** `subdomain.zone`; null for a row about none. */
  readonly delegate: string | null;
}

export interface AuditQuery {
  /** The delegate's full name or subdomain; undefined: all. */
  readonly delegate: string | undefined;
  readonly most: number;
}

/**
 * What commands read, beside a server that runs or without one: all of it as it was at the first look.
 * Nothing is written. Methods throw StoreError.
 */
export interface Records {
  /** In the order in which they were made, those that were deleted among them. */
  delegates(nowMs: number): Iterable<ListedDelegate>;
  /** By full name or subdomain, lower case: several where zones have the same subdomain. */
  delegatesNamed(name: string, nowMs: number): readonly ListedDelegate[];
  keysOf(delegateId: number): readonly ListedKey[];
  tokens(): readonly TokenRecord[];
  /** The newest rows, the oldest of them first. */
  audit(query: AuditQuery): readonly NamedAuditRow[];
  /** All rows in their order. */
  auditRows(): Iterable<AuditRow>;
  auditAnchor(): ChainPoint;
  /** The number that the newest row was given, also if it is not there any more. */
  auditNewestNumber(): number;
  close(): void;
}

/** How long a reader waits for the one that makes a checkpoint, at most. */
const BUSY_TIMEOUT_MS = 2000;

const TOKENS = `
  SELECT id, scope, label, created_ms AS createdMs, expires_ms AS expiresMs, last_used_ms AS lastUsedMs,
    revoked_ms AS revokedMs
  FROM token ORDER BY id`;
const NEWEST_AUDIT = `
  SELECT a.sequence, a.time_ms AS timeMs, a.action, a.result, a.delegate_id AS delegateId,
    a.credential_id AS credentialId, a.peer, a.forwarded, a.detail, a.previous_hash AS previousHash,
    d.subdomain || '.' || z.apex AS delegate
  FROM audit AS a LEFT JOIN delegate AS d ON d.id = a.delegate_id LEFT JOIN zone AS z ON z.id = d.zone_id
  WHERE @delegate IS NULL OR d.subdomain || '.' || z.apex = @delegate OR d.subdomain = @delegate
  ORDER BY a.sequence DESC LIMIT @most`;

/** Of whoever reads beside a server. */
export interface ReaderOptions {
  /**
   * Whether this process has the database open, too. Then it is known to be ours, and must not be opened but by
   * SQLite: closing a descriptor of it gives up the locks of the whole process. Nobody waits for a lock that the same
   * thread would have to give back.
   */
  readonly isOpenHere: boolean;
}

/** Opens an existing database for reading alone. Throws StoreError. */
export function openRecords(path: string, options: ReaderOptions = { isOpenHere: false }): Records {
  const file = resolve(path);
  const database = reportingFaults(file, () => open(file, options));
  const read = <T>(work: () => T): T => reportingFaults(file, work);
  return {
    delegates: (nowMs) => allDelegates(database, nowMs),
    delegatesNamed: (name, nowMs) => read(() => delegatesNamed(database, name, nowMs)),
    keysOf: (delegateId) => read(() => keysOf(database, delegateId)),
    tokens: () => read(() => database.prepare<[], TokenRecord>(TOKENS).all()),
    audit: ({ delegate, most }) =>
      read(() => {
        const rows = database.prepare<[object], NamedAuditRow>(NEWEST_AUDIT);
        return rows.all({ delegate: delegate ?? null, most }).reverse();
      }),
    auditRows: () => database.prepare<[], AuditRow>(`${AUDIT_ROWS} ORDER BY sequence`).iterate(),
    auditAnchor: () =>
      read(() => {
        const anchor = "SELECT sequence, hash FROM audit_anchor WHERE id = 1";
        const row = database.prepare<[], ChainPoint>(anchor).get();
        return row ?? { sequence: 0, hash: new Uint8Array(32) };
      }),
    auditNewestNumber: () =>
      read(() => {
        const newest = "SELECT newest FROM audit_anchor WHERE id = 1";
        return database.prepare<[], { newest: number }>(newest).get()?.newest ?? 0;
      }),
    close: () => void database.close(),
  };
}

function open(file: string, { isOpenHere }: ReaderOptions): Database.Database {
  if (!isOpenHere) refuseOthers(file);
  const database = new Database(file, {
    readonly: true,
    fileMustExist: true,
    timeout: isOpenHere ? 0 : BUSY_TIMEOUT_MS,
  });
  try {
    // One snapshot until it is closed: what is written meanwhile must not look as if rows were missing.
    database.exec("BEGIN");
    const version = Number(database.pragma("user_version", { simple: true }));
    if (version === NEWEST_VERSION) return database;
    throw new StoreError(
      "storage_unavailable",
      `The database ${file} has schema version ${version}, of an older dnsvouch: start the server once, which brings it up to date.`,
    );
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Throws StoreError for what is no database of this version of ours, or of an older one. */
function refuseOthers(file: string): void {
  const found = inspectDatabaseFile(file);
  if (found === "absent") {
    throw new StoreError(
      "lost_database",
      `There is no database ${file}. Check database.connection, or start the server once.`,
    );
  }
  refuseNewerSchema(file, found.schemaVersion);
}
