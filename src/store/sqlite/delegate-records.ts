import type { Database } from "better-sqlite3";
import { restoreAllowFrom } from "../../delegate/allow-from.ts";
import { type Labels, restoreLabels } from "../../delegate/labels.ts";
import type { DelegateRecord } from "../administration.ts";

/** A delegate as it is listed. Times are milliseconds since 1970, null for what has not happened. */
export interface ListedDelegate {
  readonly id: number;
  readonly zone: string;
  readonly subdomain: string;
  readonly state: DelegateRecord["state"];
  readonly labels: Labels;
  /** Whose it is, and whom to write to, in the operator's words. */
  readonly tenant: string;
  readonly contact: string;
  /** Networks from which it can be updated; none: from any. */
  readonly allowFrom: readonly string[];
  readonly createdMs: number;
  /** The last update, to the minute. */
  readonly lastUsedMs: number | null;
  readonly disabledMs: number | null;
  readonly deletedMs: number | null;
  /** Keys that work. */
  readonly keys: number;
}

/** A key as it is listed: never with its hash. */
export interface ListedKey {
  readonly id: number;
  readonly username: string;
  readonly keyScheme: "sha256" | "bcrypt";
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
  readonly expiresMs: number | null;
  readonly revokedMs: number | null;
}

type Row = Omit<ListedDelegate, "state" | "labels" | "allowFrom"> & {
  readonly labels: string;
  readonly allowFrom: string;
};

const COLUMNS = `
  SELECT d.id, z.apex AS zone, d.subdomain, d.labels, d.tenant, d.contact, d.allow_from AS allowFrom, d.created_ms AS createdMs,
    d.disabled_ms AS disabledMs, d.deleted_ms AS deletedMs,
    (SELECT max(last_used_ms) FROM credential WHERE delegate_id = d.id) AS lastUsedMs,
    (SELECT count(*) FROM credential WHERE delegate_id = d.id AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs)) AS keys
  FROM delegate AS d JOIN zone AS z ON z.id = d.zone_id`;
const ALL = `${COLUMNS} ORDER BY d.id`;
const OF_SUBDOMAIN = `${COLUMNS}
  WHERE d.zone_id IN (SELECT id FROM zone) AND d.subdomain = @name ORDER BY z.apex`;
const OF_FULL_NAME = `${COLUMNS}
  WHERE substr(@name, -length(z.apex) - 1) = '.' || z.apex
    AND d.subdomain = substr(@name, 1, length(@name) - length(z.apex) - 1)
  ORDER BY length(z.apex) DESC LIMIT 1`;
const KEYS = `
  SELECT id, username, key_scheme AS keyScheme, created_ms AS createdMs, last_used_ms AS lastUsedMs,
    expires_ms AS expiresMs, revoked_ms AS revokedMs
  FROM credential WHERE delegate_id = ? ORDER BY id`;

/** All of them in the order in which they were made. */
export function* allDelegates(database: Database, nowMs: number): Generator<ListedDelegate> {
  const rows = database.prepare<[object], Row>(ALL).iterate({ nowMs });
  for (const row of rows) yield listed(row);
}

/** By full name, or those with that subdomain in any zone; lower case, without a final dot. */
export function delegatesNamed(
  database: Database,
  name: string,
  nowMs: number,
): readonly ListedDelegate[] {
  const ofSubdomain = database.prepare<[object], Row>(OF_SUBDOMAIN).all({ nowMs, name });
  const rows =
    ofSubdomain.length > 0
      ? ofSubdomain
      : database.prepare<[object], Row>(OF_FULL_NAME).all({ nowMs, name });
  return rows.map(listed);
}

export function keysOf(database: Database, delegateId: number): readonly ListedKey[] {
  return database.prepare<[number], ListedKey>(KEYS).all(delegateId);
}

function listed({ labels, allowFrom, ...row }: Row): ListedDelegate {
  const { restricted, entries } = restoreAllowFrom(allowFrom);
  return {
    ...row,
    state: row.deletedMs !== null ? "deleted" : row.disabledMs !== null ? "disabled" : "live",
    labels: restoreLabels(labels),
    allowFrom: restricted && entries.length === 0 ? ["nobody"] : entries,
  };
}
