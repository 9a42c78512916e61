import type { Database } from "better-sqlite3";
import type { AuditRow } from "../../audit/audit-chain.ts";
import { hashOfRow } from "../../audit/audit-chain.ts";
import { AUDIT_ROWS } from "./statements.ts";

/** What a backup gets from the database that it replaces, and what is in that one alone. */
export interface MergeReport {
  /** Delegates that were deleted or locked, keys and tokens that were revoked since: they are so again. */
  readonly deleted: number;
  readonly locked: number;
  readonly revoked: number;
  /** Full names of delegates that were registered since, the first of them: deleted ones now, so that their names stay taken. */
  readonly lostDelegates: readonly string[];
  readonly lostDelegateCount: number;
  /** Keys and tokens made since, and values published since that are still there. */
  readonly lostKeys: number;
  readonly lostTokens: number;
  readonly lostValues: number;
  /** Rows of the trail that do not continue the one in the backup. */
  readonly lostAuditRows: number;
}

const MOST_SHOWN = 20;

/** Both are attached to one connection: `main` is the backup, `old` the database that it replaces. */
export function mergeReplaced(database: Database, nowMs: number): MergeReport {
  const run = (sql: string, args: object = {}): number => database.prepare(sql).run(args).changes;
  const count = (sql: string): number => Number(database.prepare(sql).pluck().get() ?? 0);
  const isDescendant = continuesTrail(database);

  // Counted first: what follows changes it.
  const lostValues = count(LOST_VALUES);
  const lost = database.prepare<[], string>(LOST_DELEGATES).pluck().all();
  const lostKeys = count(LOST_KEYS);
  const lostTokens = count(LOST_TOKENS);

  database.exec(FIND_LAST_ACTS);
  run(MERGE_ZONES);
  const deleted = run(MARK_DELETED);
  run(DROP_VALUES_OF_DELETED);
  run(DROP_KEYS_OF_DELETED);
  const locked = run(MARK_LOCKED, {});
  run(DROP_VALUES_OF_LOCKED);
  const revoked = run(REVOKE_KEYS, { nowMs }) + run(REVOKE_TOKENS);
  run(END_KEYS);
  run(isDescendant ? KEEP_NAMES_AND_NUMBERS : KEEP_NAMES, { nowMs });
  run(MERGE_SEALED);
  run(MERGE_HOSTNAMES, { nowMs });
  run(LOOK_AT_HOSTNAMES);
  run(REVOKE_LINKS);
  if (count(HAS_OTHER_USERS) === 1) {
    run(DROP_USERS);
    run(TAKE_USERS);
  }
  run(ADD_SEQUENCES);
  run(RAISE_SEQUENCES);
  const lostAuditRows = isDescendant ? 0 : count("SELECT count(*) FROM old.audit");
  if (isDescendant) run(CONTINUE_TRAIL);
  return {
    deleted,
    locked,
    revoked,
    lostDelegates: lost.slice(0, MOST_SHOWN),
    lostDelegateCount: lost.length,
    lostKeys,
    lostTokens,
    lostValues,
    lostAuditRows,
  };
}

/** Whether the trail of `old` goes on where that of `main` ends: then `old` is the same data, later. */
function continuesTrail(database: Database): boolean {
  const newest = `${AUDIT_ROWS.replace("FROM audit", "FROM main.audit")} ORDER BY sequence DESC LIMIT 1`;
  const head = database.prepare<[], AuditRow>(newest).get();
  const anchor = database
    .prepare<[], { sequence: number; hash: Uint8Array }>(
      "SELECT sequence, hash FROM main.audit_anchor",
    )
    .get();
  const end = head ? { sequence: head.sequence, hash: hashOfRow(head) } : anchor;
  if (end === undefined) return false;
  const next = database
    .prepare<[number], { hash: Uint8Array }>(
      "SELECT previous_hash AS hash FROM old.audit WHERE sequence > ? ORDER BY sequence LIMIT 1",
    )
    .get(end.sequence);
  if (next !== undefined) return Buffer.from(next.hash).equals(Buffer.from(end.hash));
  const same = `${AUDIT_ROWS.replace("FROM audit", "FROM old.audit")} WHERE sequence = ?`;
  const oldHead = database.prepare<[number], AuditRow>(same).get(end.sequence);
  return oldHead !== undefined && Buffer.from(hashOfRow(oldHead)).equals(Buffer.from(end.hash));
}

/** A delegate of `main` and the same one in `old`, by its name: numbers may differ. */
const SAME_DELEGATE = `
  SELECT m.id FROM main.delegate AS m JOIN main.zone AS mz ON mz.id = m.zone_id
    JOIN old.zone AS oz ON oz.apex = mz.apex
    JOIN old.delegate AS o ON o.zone_id = oz.id AND o.subdomain = m.subdomain`;

const NOT_IN_MAIN = `
  FROM old.delegate AS o JOIN old.zone AS oz ON oz.id = o.zone_id
  WHERE NOT EXISTS (
    SELECT 1 FROM main.delegate AS m JOIN main.zone AS mz ON mz.id = m.zone_id
    WHERE mz.apex = oz.apex AND m.subdomain = o.subdomain)`;

const LOST_DELEGATES = `
  SELECT o.subdomain || '.' || oz.apex ${NOT_IN_MAIN} AND o.deleted_ms IS NULL
  UNION ALL
  SELECT o.subdomain || '.' || oz.apex
  FROM old.delegate AS o JOIN old.zone AS oz ON oz.id = o.zone_id
    JOIN main.zone AS mz ON mz.apex = oz.apex
    JOIN main.delegate AS m ON m.zone_id = mz.id AND m.subdomain = o.subdomain
  WHERE o.deleted_ms IS NULL AND m.deleted_ms IS NOT NULL`;

const LOST_KEYS = `
  SELECT count(*) FROM old.credential AS o JOIN old.delegate AS d ON d.id = o.delegate_id
    JOIN old.zone AS z ON z.id = d.zone_id
  WHERE o.revoked_ms IS NULL AND d.deleted_ms IS NULL
    AND NOT EXISTS (SELECT 1 FROM main.credential AS m WHERE m.username = o.username)
    AND EXISTS (
      SELECT 1 FROM main.delegate AS m JOIN main.zone AS mz ON mz.id = m.zone_id
      WHERE mz.apex = z.apex AND m.subdomain = d.subdomain AND m.deleted_ms IS NULL)`;

const LOST_TOKENS = `
  SELECT count(*) FROM old.token AS o WHERE o.revoked_ms IS NULL
    AND NOT EXISTS (SELECT 1 FROM main.token AS m WHERE m.token_hash = o.token_hash)`;

const LOST_VALUES = `
  SELECT count(*) FROM old.challenge_value
  WHERE sequence > coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'challenge_value'), 0)`;

/** The serial that was answered last is the one to rise from. */
const MERGE_ZONES = `
  INSERT INTO main.zone (apex, serial) SELECT apex, serial FROM old.zone WHERE true
  ON CONFLICT (apex) DO UPDATE SET serial = excluded.serial`;

/** The trail is read once for all of them. */
const FIND_LAST_ACTS = `
  CREATE TEMP TABLE last_act AS
    SELECT action, delegate_id, max(sequence) AS sequence FROM old.audit
    WHERE action IN ('delegate.delete', 'delegate.disable') OR substr(action, 1, 5) = 'user.'
    GROUP BY action, delegate_id;
  CREATE INDEX temp.last_act_of_delegate ON last_act (action, delegate_id)`;

/**
 * Whether `main` knows the last such act of `old` on a delegate, by its row in the trail: then what it is in `main`
 * came after it, and stays. A row that was pruned is not known.
 */
function isKnown(action: "delegate.delete" | "delegate.disable"): string {
  return `EXISTS (
    SELECT 1 FROM temp.last_act AS l JOIN old.audit AS r ON r.sequence = l.sequence
      JOIN main.audit AS k ON k.sequence = l.sequence
    WHERE l.action = '${action}' AND l.delegate_id = o.id
      AND k.action = r.action AND k.delegate_id = m.id AND k.previous_hash = r.previous_hash)`;
}

const MARK_DELETED = `
  UPDATE main.delegate SET disabled_ms = NULL, deleted_ms = (
    SELECT o.deleted_ms FROM old.delegate AS o JOIN old.zone AS oz ON oz.id = o.zone_id
      JOIN main.zone AS mz ON mz.apex = oz.apex
    WHERE mz.id = delegate.zone_id AND o.subdomain = delegate.subdomain)
  WHERE deleted_ms IS NULL AND id IN (
    ${SAME_DELEGATE}
    WHERE o.deleted_ms IS NOT NULL AND m.deleted_ms IS NULL AND NOT ${isKnown("delegate.delete")})`;

const DROP_VALUES_OF_DELETED = `
  DELETE FROM main.challenge_value
  WHERE delegate_id IN (SELECT id FROM main.delegate WHERE deleted_ms IS NOT NULL)`;

const DROP_KEYS_OF_DELETED = `
  DELETE FROM main.credential
  WHERE delegate_id IN (SELECT id FROM main.delegate WHERE deleted_ms IS NOT NULL)`;

const MARK_LOCKED = `
  UPDATE main.delegate SET disabled_ms = (
    SELECT o.disabled_ms FROM old.delegate AS o JOIN old.zone AS oz ON oz.id = o.zone_id
      JOIN main.zone AS mz ON mz.apex = oz.apex
    WHERE mz.id = delegate.zone_id AND o.subdomain = delegate.subdomain)
  WHERE deleted_ms IS NULL AND disabled_ms IS NULL AND id IN (
    ${SAME_DELEGATE}
    WHERE o.disabled_ms IS NOT NULL AND m.disabled_ms IS NULL AND NOT ${isKnown("delegate.disable")})`;

const DROP_VALUES_OF_LOCKED = `
  DELETE FROM main.challenge_value
  WHERE delegate_id IN (SELECT id FROM main.delegate WHERE disabled_ms IS NOT NULL)`;

/**
 * Also those of delegates that were deleted and restored since: a restored delegate has a key that `main` does not
 * know, and no other. Keys that `old` is too old for are not revoked.
 */
const REVOKE_KEYS = `
  UPDATE main.credential SET revoked_ms = coalesce(
    (SELECT o.revoked_ms FROM old.credential AS o WHERE o.username = credential.username), @nowMs)
  WHERE revoked_ms IS NULL AND (
    EXISTS (
      SELECT 1 FROM old.credential AS o WHERE o.username = credential.username AND o.revoked_ms IS NOT NULL)
    OR (NOT EXISTS (SELECT 1 FROM old.credential AS o WHERE o.username = credential.username)
      AND delegate_id IN (${SAME_DELEGATE}
        JOIN old.credential AS c ON c.delegate_id = o.id
        WHERE NOT EXISTS (SELECT 1 FROM main.credential AS k WHERE k.username = c.username))))`;

const END_KEYS = `
  UPDATE main.credential SET expires_ms = (
    SELECT o.expires_ms FROM old.credential AS o WHERE o.username = credential.username)
  WHERE expires_ms IS NULL AND EXISTS (
    SELECT 1 FROM old.credential AS o WHERE o.username = credential.username AND o.expires_ms IS NOT NULL)`;

const REVOKE_TOKENS = `
  UPDATE main.token SET revoked_ms = (
    SELECT o.revoked_ms FROM old.token AS o WHERE o.token_hash = token.token_hash)
  WHERE revoked_ms IS NULL AND EXISTS (
    SELECT 1 FROM old.token AS o WHERE o.token_hash = token.token_hash AND o.revoked_ms IS NOT NULL)`;

const NAMES = `
  (SELECT id FROM main.zone WHERE apex = oz.apex), o.subdomain, o.allow_from, o.created_ms,
  coalesce(o.deleted_ms, @nowMs), o.labels, o.tenant, o.contact, o.reversed, o.txt_slots ${NOT_IN_MAIN}`;
const KEEP_NAMES = `
  INSERT INTO main.delegate (zone_id, subdomain, allow_from, created_ms, deleted_ms, labels,
    tenant, contact, reversed, txt_slots)
  SELECT ${NAMES}`;
/** With their numbers, which the trail has. */
const KEEP_NAMES_AND_NUMBERS = `
  INSERT INTO main.delegate (id, zone_id, subdomain, allow_from, created_ms, deleted_ms, labels,
    tenant, contact, reversed, txt_slots)
  SELECT o.id, ${NAMES}`;

/** What clients keep here is theirs, the newer one of each. */
const MERGE_SEALED = `
  INSERT INTO main.sealed_entry (namespace, name, sealed, stored_ms)
  SELECT namespace, name, sealed, stored_ms FROM old.sealed_entry WHERE true
  ON CONFLICT (namespace, name) DO UPDATE SET sealed = excluded.sealed, stored_ms = excluded.stored_ms
  WHERE excluded.stored_ms > stored_ms`;

/**
 * Host names that were added since, with the delegates of their names: those of delegates that were lost have
 * records left behind. What they are is found out anew.
 */
const MERGE_HOSTNAMES = `
  INSERT INTO main.hostname (name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms,
    reason, advice, facts)
  SELECT h.name, m.id, h.tenant, h.labels, h.edge_targets, h.created_ms, 'pending', @nowMs, '', '',
    '{"passes":0,"failures":0,"misses":0}'
  FROM old.hostname AS h JOIN old.delegate AS o ON o.id = h.delegate_id
    JOIN old.zone AS oz ON oz.id = o.zone_id JOIN main.zone AS mz ON mz.apex = oz.apex
    JOIN main.delegate AS m ON m.zone_id = mz.id AND m.subdomain = o.subdomain
  WHERE true ON CONFLICT (name) DO NOTHING`;
/** The delegates of some were locked or deleted since. */
const LOOK_AT_HOSTNAMES = "UPDATE main.hostname SET next_check_ms = 0";

/** Those that `old` had and has no more. Which it had is known by their numbers: it may be too old for some. */
const REVOKE_LINKS = `
  DELETE FROM main.customer_link
  WHERE token_hash NOT IN (SELECT token_hash FROM old.customer_link)
    AND id <= (SELECT seq FROM old.sqlite_sequence WHERE name = 'customer_link')`;

const BOTH_TRAILS = "SELECT 1 FROM old.audit AS r JOIN main.audit AS k ON k.sequence = r.sequence";
const IS_SAME_ROW = `k.time_ms = r.time_ms AND k.action = r.action AND k.detail IS r.detail
  AND k.previous_hash = r.previous_hash`;

/**
 * Whether `old` has users, is later than `main`, and what was done to them last is nothing that `main` knows: otherwise
 * those of `main` came after it, and stay. As with delegates, a row that was pruned is not known. A trail with another
 * row of the same number, and none that is the same, is that of another server, such as a new one that was started once
 * before the restore: its users are not those whom the backup is restored for.
 */
const HAS_OTHER_USERS = `
  SELECT EXISTS (SELECT 1 FROM old.portal_user)
    AND (SELECT newest FROM old.audit_anchor) > (SELECT newest FROM main.audit_anchor)
    AND (NOT EXISTS (${BOTH_TRAILS}) OR EXISTS (${BOTH_TRAILS} WHERE ${IS_SAME_ROW}))
    AND NOT EXISTS (
    SELECT 1 FROM old.audit AS r JOIN main.audit AS k ON k.sequence = r.sequence
    WHERE r.sequence = (SELECT max(sequence) FROM temp.last_act WHERE substr(action, 1, 5) = 'user.')
      AND k.action = r.action AND k.detail = r.detail AND k.previous_hash = r.previous_hash)`;
const DROP_USERS = "DELETE FROM main.portal_user";
const TAKE_USERS = "INSERT INTO main.portal_user SELECT * FROM old.portal_user";

/** A number that was given out is never given out again. */
const ADD_SEQUENCES = `
  INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM old.sqlite_sequence
  WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)
    AND name IN (SELECT name FROM main.sqlite_master)`;
const RAISE_SEQUENCES = `
  UPDATE main.sqlite_sequence SET seq = max(seq, coalesce(
    (SELECT o.seq FROM old.sqlite_sequence AS o WHERE o.name = sqlite_sequence.name), 0))`;

const CONTINUE_TRAIL = `
  INSERT INTO main.audit SELECT * FROM old.audit
  WHERE sequence > (SELECT newest FROM main.audit_anchor)
  ORDER BY sequence`;
