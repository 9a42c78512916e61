import type { DelegateId } from "../../delegate/delegate.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Store } from "../../store/store.ts";
import { type Columns, columnsOf } from "../hostname/columns.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { delegatesPage } from "./delegates-page.ts";
import { type Filters, filtersOf } from "./filters.ts";
import { findDelegates } from "./find-delegates.ts";
import { findHostnames } from "./find-hostnames.ts";
import { hostnamesPage } from "./hostnames-page.ts";

const ROWS_OF_PAGE = 50;

/** Host names with their delegates, or the delegates themselves. */
export async function delegateList(parts: PortalParts, visit: Visit): Promise<View> {
  const filters = filtersOf(queryOf(visit));
  return page(
    filters.view === "delegates"
      ? await delegatesView(parts, visit, filters)
      : await hostnamesView(parts, visit, filters),
  );
}

export function queryOf({ req }: Pick<Visit, "req">): URLSearchParams {
  const at = req.url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : req.url.slice(at));
}

async function hostnamesView(parts: PortalParts, visit: Visit, filters: Filters) {
  const { store } = parts;
  const { rows, next } = await findHostnames(store, filters, ROWS_OF_PAGE);
  const [columns, updates, counts, delegates] = await Promise.all([
    columnsOfEach(parts, visit, rows),
    updatesOf(
      store,
      rows.map(({ delegateId }) => delegateId),
    ),
    store.hostnames.count(),
    store.countStates(),
  ]);
  return hostnamesPage({ parts, visit, filters, rows, next, columns, updates, counts, delegates });
}

/** What the last checks have found; of those that were not checked, that. */
async function columnsOfEach(
  { store, options }: PortalParts,
  { nowMs }: Visit,
  rows: readonly HostnameRecord[],
): Promise<ReadonlyMap<number, Columns>> {
  const context = { ca: options().ca, nowMs };
  const gists = await store.hostnames.gists(rows.map(({ id }) => id));
  return new Map(rows.map((row) => [row.id, columnsOf(gists.get(row.id), row, context)]));
}

async function delegatesView(parts: PortalParts, visit: Visit, filters: Filters) {
  const { store } = parts;
  const page = { most: ROWS_OF_PAGE, nowMs: visit.nowMs };
  const { rows, next } = await findDelegates(store, filters, page);
  const [updates, counts, delegates] = await Promise.all([
    updatesOf(
      store,
      rows.map(({ id }) => id),
    ),
    store.hostnames.count(),
    store.countStates(),
  ]);
  return delegatesPage({ parts, visit, filters, rows, next, updates, counts, delegates });
}

/** When each of these delegates was updated: each is asked for once. */
function updatesOf(
  { lists }: Store,
  delegateIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  return lists.updatesOf([...new Set(delegateIds)] as DelegateId[]);
}
