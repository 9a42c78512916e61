import type { DelegateId } from "../../delegate/delegate.ts";
import {
  type EventKind,
  type EventQuery,
  type EventRow,
  type NewestEventsQuery,
  type RefusalsQuery,
  SCANNED_ROWS,
  type Scanned,
} from "../lists.ts";

/** Rows of the trail, as `Lists` has them. */

/** Prepares a statement and gives all its rows. */
type All = <Row>(sql: string, parameters: object) => Row[];

interface Anchor {
  readonly sequence: number;
  readonly newest: number;
}

type RefusalRow = { readonly timeMs: number };
type UseRow = {
  readonly delegateId: DelegateId;
  readonly lastUsedMs: number;
  readonly usedDays: string;
};

const EVENTS = `
  SELECT a.sequence, a.time_ms AS timeMs, a.action, a.result, a.delegate_id AS delegateId,
    a.credential_id AS credentialId, a.peer, a.forwarded, a.detail, a.previous_hash AS previousHash,
    d.subdomain || '.' || z.apex AS delegate
  FROM audit AS a LEFT JOIN delegate AS d ON d.id = a.delegate_id LEFT JOIN zone AS z ON z.id = d.zone_id
  WHERE a.sequence > @after AND a.sequence <= @upTo`;

const ANCHOR = "SELECT sequence, newest FROM audit_anchor WHERE id = 1";

/** What is in the index of the trail by delegate. */
const INDEXED = "(action <> 'update' OR result <> 'accepted')";
const OF_DELEGATE = `a.delegate_id = @delegateId AND ${INDEXED.replaceAll(/action|result/g, "a.$&")}`;
const BEFORE = "a.time_ms < @beforeMs";
/** As `hostnameIn` reads them. */
const OF_HOSTNAME = `(substr(a.action, 1, 9) = 'hostname.' OR substr(a.action, 1, 5) = 'link.')
  AND substr(a.detail, 1, length(@hostname) + 1) IN (@hostname, @hostname || ':', @hostname || ';')`;
const WITH_TEXT = `(instr(lower(d.subdomain || '.' || z.apex), @q) > 0 OR instr(lower(a.detail), @q) > 0
  OR instr(lower(a.peer), @q) > 0 OR instr(lower(a.forwarded), @q) > 0)`;

/** By the index alone. */
const SCANNED_TO = `
  SELECT sequence FROM audit WHERE delegate_id = @delegateId AND ${INDEXED} AND sequence <= @upTo
  ORDER BY sequence DESC LIMIT 1 OFFSET ${SCANNED_ROWS}`;

/** The newest ones of any time, so that a delegate of many years is not read to its beginning. */
const NEWEST_REFUSALS = `
  SELECT timeMs FROM (
    SELECT time_ms AS timeMs FROM audit
    WHERE delegate_id = @delegateId AND action = 'update' AND result <> 'accepted' AND ${INDEXED}
    ORDER BY sequence DESC LIMIT @most)
  WHERE timeMs >= @sinceMs`;

const USES = `
  SELECT delegate_id AS delegateId, last_used_ms AS lastUsedMs, used_days AS usedDays FROM credential
  WHERE delegate_id IN (SELECT value FROM json_each(@delegateIds)) AND last_used_ms IS NOT NULL`;

export function eventsAfter(all: All, { kinds, after, most }: EventQuery): Scanned<EventRow> {
  const where = kinds === undefined ? "" : `AND ${anyOf(kinds)}`;
  const sql = `${EVENTS} ${where} ORDER BY a.sequence LIMIT @most`;
  // What was pruned is not looked at.
  const { sequence: pruned, newest } = anchor(all);
  const from = Math.max(after, pruned);
  const upTo = kinds === undefined ? newest : Math.min(from + SCANNED_ROWS, newest);
  const rows = all<EventRow>(sql, { ...actionsOf(kinds), after: from, upTo, most });
  return { rows, lookedTo: upTo < newest ? upTo : undefined };
}

export function newestEvents(all: All, query: NewestEventsQuery): Scanned<EventRow> {
  const { before, most, kinds, delegateId, hostname, q, beforeMs } = query;
  const rare = [
    kinds && anyOf(kinds),
    hostname === undefined ? undefined : OF_HOSTNAME,
    q === undefined ? undefined : WITH_TEXT,
    beforeMs === undefined ? undefined : BEFORE,
  ].filter((condition) => condition !== undefined);
  const { sequence: pruned, newest } = anchor(all);
  const upTo = before === undefined ? newest : before - 1;
  const isSearch = rare.length > 0;
  const after = Math.max(pruned, isSearch ? scannedTo(all, delegateId, upTo) : 0);
  const conditions = delegateId === undefined ? rare : [OF_DELEGATE, ...rare];
  const where = conditions.map((condition) => `AND ${condition}`).join(" ");
  const sql = `${EVENTS} ${where} ORDER BY a.sequence DESC LIMIT @most`;
  const filter = { ...actionsOf(kinds), delegateId, hostname, q, beforeMs };
  const rows = all<EventRow>(sql, { ...filter, after, upTo, most });
  return { rows, lookedTo: after > pruned ? after + 1 : undefined };
}

export function updatesOf(
  all: All,
  delegateIds: readonly DelegateId[],
): ReadonlyMap<DelegateId, readonly number[]> {
  const moments = new Map<DelegateId, Set<number>>(delegateIds.map((id) => [id, new Set()]));
  for (const use of all<UseRow>(USES, { delegateIds: JSON.stringify(delegateIds) })) {
    for (const timeMs of momentsOf(use)) moments.get(use.delegateId)?.add(timeMs);
  }
  return new Map([...moments].map(([id, times]) => [id, [...times].sort((a, b) => b - a)]));
}

export function refusalsOf(all: All, query: RefusalsQuery): readonly number[] {
  return all<RefusalRow>(NEWEST_REFUSALS, query).map(({ timeMs }) => timeMs);
}

const DAY_MS = 86_400_000;

/** The last use, and the beginnings of the days before. */
function momentsOf({ lastUsedMs, usedDays }: UseRow): number[] {
  const lastDay = Math.floor(lastUsedMs / DAY_MS);
  const days = usedDays.split(" ").filter((day) => /^\d{5}$/.test(day));
  const others = days.map(Number).filter((day) => day !== lastDay);
  return [lastUsedMs, ...others.map((day) => day * DAY_MS)];
}

export function newestEvent(all: All): number {
  return anchor(all).newest;
}

function anchor(all: All): Anchor {
  return all<Anchor>(ANCHOR, {})[0] ?? { sequence: 0, newest: 0 };
}

/** The number above which as many rows lie as are looked at in one go: rows of all, or of one delegate. */
function scannedTo(all: All, delegateId: DelegateId | undefined, upTo: number): number {
  if (delegateId === undefined) return upTo - SCANNED_ROWS;
  return all<{ sequence: number }>(SCANNED_TO, { delegateId, upTo })[0]?.sequence ?? 0;
}

function anyOf(kinds: readonly EventKind[]): string {
  return `(${kinds.map(conditionOf).join(" OR ") || "false"})`;
}

function conditionOf({ action, isAccepted }: EventKind, i: number): string {
  const isAction = action.endsWith("*")
    ? `substr(a.action, 1, length(@kind${i})) = @kind${i}`
    : `a.action = @kind${i}`;
  if (isAccepted === undefined) return isAction;
  return `(${isAction} AND a.result ${isAccepted ? "=" : "<>"} 'accepted')`;
}

/** What `conditionOf` refers to. */
function actionsOf(kinds: readonly EventKind[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(kinds.map(({ action }, i) => [`kind${i}`, action.replace(/\*$/, "")]));
}
