import { type AuditRow, hashOfRow } from "../../audit/audit-chain.ts";
import type { AuditBounds } from "../audit-trail.ts";
import type { UnitContext } from "./unit-context.ts";

/** What a row takes besides its texts: numbers, the hash, and the tree. */
const ROW_OCTETS = 70;
/** Rows that tell how long rows are. */
const SAMPLE_ROWS = 100;

/** Removes rows from the beginning of the trail. */
export function pruneAudit(
  context: UnitContext,
  bounds: AuditBounds,
): { readonly removed: number; readonly isTooLarge: boolean } {
  const { sql, admin, audit } = context;
  const anchor = sql.auditAnchor.get()?.sequence ?? 0;
  const head = audit.head().sequence;
  const count = head - anchor;
  const kept = rowsWithin(context, bounds.octets);
  const beyondSize = Math.max(count - kept, 0);
  // The newest row stays, so that there is something to go on from.
  const most = Math.min(bounds.rows, count - 1);
  const removed = Math.min(Math.max(beyondSize, olderRows(context, anchor, most, bounds)), most);
  const last = removed > 0 ? admin.auditAt.get(anchor + removed) : undefined;
  if (last === undefined) return { removed: 0, isTooLarge: false };
  admin.setAnchor.run({ sequence: last.sequence, hash: hashOfRow(last) });
  admin.deleteAudits.run(last.sequence);
  audit.append({
    timeMs: bounds.nowMs,
    action: "audit.prune",
    result: "accepted",
    origin: { peer: "server", forwarded: undefined },
    detail: `rows ${anchor + 1} to ${last.sequence}`,
  });
  return { removed, isTooLarge: beyondSize > removed };
}

/** How many rows from the oldest on are older than wanted: up to the first that is not. */
function olderRows(
  { admin }: UnitContext,
  anchor: number,
  most: number,
  { beforeMs }: AuditBounds,
): number {
  if (beforeMs === undefined || most <= 0) return 0;
  const range = { after: anchor, upTo: anchor + most, beforeMs };
  const firstKept = admin.firstAuditNotBefore.get(range)?.sequence;
  return firstKept === undefined ? most : firstKept - anchor - 1;
}

/** How many rows of the length that rows have lately take so many octets. */
function rowsWithin({ admin }: UnitContext, octets: number | undefined): number {
  if (octets === undefined) return Number.POSITIVE_INFINITY;
  const sample = admin.newestAudits.all(SAMPLE_ROWS);
  const total = sample.reduce((sum, row) => sum + octetsOf(row), 0);
  return Math.floor(octets / (total / Math.max(sample.length, 1) || ROW_OCTETS));
}

function octetsOf({ action, result, peer, forwarded, detail }: AuditRow): number {
  const texts = action.length + result.length + peer.length;
  return ROW_OCTETS + texts + (forwarded?.length ?? 0) + (detail?.length ?? 0);
}
