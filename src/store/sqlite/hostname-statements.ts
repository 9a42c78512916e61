import type { Database, Statement } from "better-sqlite3";
import { prepareWhenUsed } from "./prepare-when-used.ts";

/** Statements about host names: prepared when the first of them is needed. */
export interface HostnameStatements {
  readonly any: Statement<[], { id: number }>;
  readonly newest: Statement<[], { id: number | null }>;
  readonly find: Statement<[id: number], HostnameRow>;
  readonly findNamed: Statement<[name: string], HostnameRow>;
  readonly nameOf: Statement<[id: number], { name: string }>;
  readonly list: Statement<[HostnameFilter], HostnameRow>;
  readonly listOfDelegate: Statement<[HostnameFilter], HostnameRow>;
  readonly listInState: Statement<[HostnameFilter], HostnameRow>;
  readonly lost: Statement<[{ after: number; upTo: number; most: number }], HostnameRow>;
  readonly ofDelegate: Statement<[delegateId: number], HostnameRow>;
  readonly countOfDelegate: Statement<[delegateId: number], { count: number }>;
  readonly countByState: Statement<[], { state: string; count: number }>;
  readonly due: Statement<
    [{ nowMs: number; latestMs: number; afterMs: number; afterId: number; most: number }],
    { id: number; dueMs: number }
  >;
  readonly lastUpdate: Statement<
    [{ zone: string; subdomain: string }],
    { lastUpdateMs: number | null }
  >;
  readonly updatedSince: Statement<
    [{ after: number; upTo: number; most: number; nowMs: number }],
    HostnameRow
  >;
  readonly report: Statement<[id: number], { report: Buffer | null }>;
  readonly changes: Statement<
    [{ id: number; most: number }],
    { timeMs: number; state: string; reason: string }
  >;
  readonly insert: Statement<[NewHostnameRow]>;
  readonly setState: Statement<[HostnameStateRow]>;
  readonly setReport: Statement<
    [{ id: number; checkedMs: number; report: Uint8Array | null; gist: string | null }]
  >;
  readonly gists: Statement<[{ ids: string }], { id: number; gist: string }>;
  readonly setSaid: Statement<
    [
      {
        id: number;
        tenant: string;
        labels: string;
        edgeTargets: string;
        nextCheckMs: number | null;
      },
    ]
  >;
  readonly delete: Statement<[id: number]>;
  readonly insertChange: Statement<[{ id: number; timeMs: number; state: string; reason: string }]>;
  readonly forgetOldChanges: Statement<[{ id: number; most: number }]>;
  readonly forgetChanges: Statement<[id: number]>;
  readonly setServed: Statement<[{ delegateId: number; servedMs: number }]>;
}

export interface HostnameRow {
  readonly id: number;
  readonly name: string;
  readonly delegateId: number;
  readonly tenant: string;
  /** JSON, as are edgeTargets and facts. */
  readonly labels: string;
  readonly edgeTargets: string;
  readonly createdMs: number;
  readonly state: string;
  readonly sinceMs: number;
  readonly reason: string;
  readonly advice: string;
  readonly facts: string;
  readonly checkedMs: number | null;
  readonly nextCheckMs: number | null;
  readonly zone: string;
  readonly subdomain: string;
  readonly disabledMs: number | null;
  readonly deletedMs: number | null;
  readonly servedMs: number | null;
  readonly lastUpdateMs: number | null;
}

/** Nulls filter nothing. */
export interface HostnameFilter {
  readonly delegateId: number | null;
  readonly state: string | null;
  readonly tenant: string | null;
  readonly labelKey: string | null;
  readonly labelValue: string | null;
  readonly q: string | null;
  /** JSON: a list of numbers. */
  readonly orOfDelegates: string;
  readonly after: number;
  readonly upTo: number;
  readonly most: number;
}

interface HostnameStateRow {
  readonly id: number;
  readonly state: string;
  readonly sinceMs: number;
  readonly reason: string;
  readonly advice: string;
  readonly facts: string;
  readonly nextCheckMs: number | null;
}

interface NewHostnameRow {
  readonly name: string;
  readonly delegateId: number;
  readonly tenant: string;
  readonly labels: string;
  readonly edgeTargets: string;
  readonly facts: string;
  readonly timeMs: number;
}

/** A key notes its use once in a minute, values their own time as long as they are there. */
const lastUpdateOf = (delegateId: string): string => `
  nullif(max(
    coalesce((SELECT max(last_used_ms) FROM credential WHERE delegate_id = ${delegateId}), 0),
    coalesce((SELECT max(created_ms) FROM challenge_value WHERE delegate_id = ${delegateId}), 0)), 0)`;

/** An update since then changes what it is. A clock that was ahead is none. */
const UNUSED_SINCE = "iif(h.state = 'stale', h.since_ms, h.created_ms)";

const HOSTNAMES = `
  SELECT h.id, h.name, h.delegate_id AS delegateId, h.tenant, h.labels, h.edge_targets AS edgeTargets,
    h.created_ms AS createdMs, h.state, h.since_ms AS sinceMs, h.reason, h.advice, h.facts,
    h.checked_ms AS checkedMs, h.next_check_ms AS nextCheckMs, z.apex AS zone, d.subdomain,
    d.disabled_ms AS disabledMs, d.deleted_ms AS deletedMs, d.served_ms AS servedMs,
    ${lastUpdateOf("h.delegate_id")} AS lastUpdateMs
  FROM hostname AS h JOIN delegate AS d ON d.id = h.delegate_id JOIN zone AS z ON z.id = d.zone_id`;

const FILTER = `
  h.id > @after AND h.id <= @upTo
  AND (@tenant IS NULL OR h.tenant = @tenant)
  AND (@labelKey IS NULL OR EXISTS (
    SELECT 1 FROM json_each(h.labels) AS l WHERE l.key = @labelKey AND l.value = @labelValue))
  AND (@q IS NULL OR instr(h.name, @q) > 0 OR h.id IN (
    SELECT id FROM hostname WHERE delegate_id IN (SELECT value FROM json_each(@orOfDelegates))))`;

export const HOSTNAME_SQL: Readonly<Record<keyof HostnameStatements, string>> = {
  any: "SELECT id FROM hostname LIMIT 1",
  newest: "SELECT max(id) AS id FROM hostname",
  find: `${HOSTNAMES} WHERE h.id = ?`,
  findNamed: `${HOSTNAMES} WHERE h.name = ?`,
  nameOf: "SELECT name FROM hostname WHERE id = ?",
  list: `${HOSTNAMES} WHERE ${FILTER} ORDER BY h.id LIMIT @most`,
  listOfDelegate: `${HOSTNAMES}
    WHERE h.delegate_id = @delegateId AND (@state IS NULL OR h.state = @state) AND ${FILTER}
    ORDER BY h.id LIMIT @most`,
  listInState: `${HOSTNAMES} WHERE h.state = @state AND ${FILTER} ORDER BY h.id LIMIT @most`,
  // As isRecordLost.
  lost: `${HOSTNAMES}
    WHERE h.state = 'pending' AND h.id > @after AND h.id <= @upTo AND h.reason <> ''
      AND h.since_ms > h.created_ms AND d.served_ms >= h.created_ms
      AND ${lastUpdateOf("h.delegate_id")} >= h.created_ms
    ORDER BY h.id LIMIT @most`,
  ofDelegate: `${HOSTNAMES} WHERE h.delegate_id = ? ORDER BY h.id`,
  countOfDelegate: "SELECT count(*) AS count FROM hostname WHERE delegate_id = ?",
  countByState: "SELECT state, count(*) AS count FROM hostname GROUP BY state ORDER BY state",
  // By the index alone. A clock that was ahead has put off what is later than that.
  due: `
    SELECT id, next_check_ms AS dueMs FROM hostname
    WHERE next_check_ms = @afterMs AND id > @afterId
    UNION ALL SELECT id, next_check_ms FROM hostname
    WHERE next_check_ms > @afterMs AND next_check_ms <= @nowMs
    UNION ALL SELECT id, next_check_ms FROM hostname
    WHERE next_check_ms > max(@afterMs, @latestMs)
    ORDER BY dueMs, id LIMIT @most`,
  lastUpdate: `
    SELECT ${lastUpdateOf("d.id")} AS lastUpdateMs FROM delegate AS d
    WHERE d.zone_id = (SELECT id FROM zone WHERE apex = @zone) AND d.subdomain = @subdomain`,
  // In the order of the table (the + keeps it from that of states, which it would have to sort).
  updatedSince: `${HOSTNAMES}
    WHERE +h.state IN ('ready', 'stale') AND h.id > @after AND h.id <= @upTo AND d.deleted_ms IS NULL
      AND ${lastUpdateOf("h.delegate_id")} >= iif(${UNUSED_SINCE} > @nowMs, 0, ${UNUSED_SINCE})
    ORDER BY h.id LIMIT @most`,
  report: "SELECT report FROM hostname WHERE id = ?",
  changes: `
    SELECT time_ms AS timeMs, state, reason FROM hostname_change WHERE hostname_id = @id
    ORDER BY id DESC LIMIT @most`,
  insert: `
    INSERT INTO hostname (name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms,
      reason, advice, facts, next_check_ms)
    VALUES (@name, @delegateId, @tenant, @labels, @edgeTargets, @timeMs, 'pending', @timeMs, '', '', @facts, @timeMs)`,
  setState: `
    UPDATE hostname SET state = @state, since_ms = @sinceMs, reason = @reason, advice = @advice,
      facts = @facts, next_check_ms = @nextCheckMs
    WHERE id = @id`,
  setReport:
    "UPDATE hostname SET checked_ms = @checkedMs, report = coalesce(@report, report), gist = coalesce(@gist, gist) WHERE id = @id",
  gists:
    "SELECT id, gist FROM hostname WHERE id IN (SELECT value FROM json_each(@ids)) AND gist IS NOT NULL",
  setSaid: `
    UPDATE hostname SET tenant = @tenant, labels = @labels, edge_targets = @edgeTargets,
      next_check_ms = @nextCheckMs
    WHERE id = @id`,
  delete: "DELETE FROM hostname WHERE id = ?",
  insertChange: `
    INSERT INTO hostname_change (hostname_id, time_ms, state, reason) VALUES (@id, @timeMs, @state, @reason)`,
  forgetOldChanges: `
    DELETE FROM hostname_change WHERE hostname_id = @id AND id <= (
      SELECT id FROM hostname_change WHERE hostname_id = @id ORDER BY id DESC LIMIT 1 OFFSET @most)`,
  forgetChanges: "DELETE FROM hostname_change WHERE hostname_id = ?",
  setServed: `
    UPDATE delegate SET served_ms = @servedMs
    WHERE id = @delegateId AND (served_ms IS NULL OR served_ms < @servedMs)`,
};

/** Each is prepared with its first use: a server without host names has none. */
export function prepareHostnameStatements(database: Database): HostnameStatements {
  return prepareWhenUsed<HostnameStatements>(database, HOSTNAME_SQL);
}
