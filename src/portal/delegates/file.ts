import { csv } from "../csv.ts";
import { labelsText } from "../form.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { type Cursor, type Filters, filtersOf } from "./filters.ts";
import { findDelegates } from "./find-delegates.ts";
import { findHostnames } from "./find-hostnames.ts";
import { queryOf } from "./list.ts";

/** The list as a file, as far as one request can go without keeping others waiting. */

const MOST_ROWS = 10_000;
const AT_ONCE = 500;

export async function delegatesFile(parts: PortalParts, visit: Visit): Promise<View> {
  const filters = filtersOf(queryOf(visit));
  return filters.view === "delegates"
    ? delegateRows(parts, visit, filters)
    : hostnameRows(parts, filters);
}

async function hostnameRows({ store }: PortalParts, filters: Filters): Promise<View> {
  const lines: string[][] = [];
  let cursor: Cursor | undefined;
  do {
    const found = await findHostnames(store, { ...filters, cursor }, AT_ONCE);
    for (const record of found.rows) {
      lines.push([
        record.name,
        `${record.subdomain}.${record.zone}`,
        record.state,
        iso(record.sinceMs),
        record.reason,
        record.tenant,
        labelsText(record.labels),
        iso(record.delegate.lastUpdateMs),
        iso(record.checkedMs),
      ]);
    }
    cursor = found.next;
  } while (cursor !== undefined && lines.length < MOST_ROWS);
  const head = "hostname delegate state since reason tenant labels last_update last_check";
  return csv("hostnames.csv", [head.split(" "), ...lines]);
}

async function delegateRows(
  { store }: PortalParts,
  { nowMs }: Visit,
  filters: Filters,
): Promise<View> {
  const lines: string[][] = [];
  let cursor: Cursor | undefined;
  do {
    const found = await findDelegates(store, { ...filters, cursor }, { most: AT_ONCE, nowMs });
    for (const each of found.rows) {
      lines.push([
        `${each.subdomain}.${each.zone}`,
        each.state === "disabled" ? "locked" : each.state,
        each.tenant,
        each.contact,
        labelsText(each.labels),
        each.allowFrom.join(" "),
        String(each.hostnames),
        String(each.keys),
        iso(each.createdMs),
        iso(each.lastUpdateMs),
      ]);
    }
    cursor = found.next;
  } while (cursor !== undefined && lines.length < MOST_ROWS);
  const head = "delegate state tenant contact labels allowfrom hostnames keys created last_update";
  return csv("delegates.csv", [head.split(" "), ...lines]);
}

function iso(ms: number | undefined): string {
  return ms === undefined ? "" : new Date(ms).toISOString();
}
