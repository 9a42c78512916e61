import { EVENT_GROUPS, kindsOf, typeOf } from "../../http/v1/event-types.ts";
import type { EventRow, NewestEventsQuery } from "../../store/lists.ts";
import { csv } from "../csv.ts";
import { printable } from "../delegates/filters.ts";
import { queryOf } from "../delegates/list.ts";
import { looking } from "../looks.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { eventsPage } from "./events-page.ts";

/** The trail, from its end. */

const ROWS_OF_PAGE = 60;
const MOST_OF_FILE = 10_000;
const DAY_MS = 86_400_000;

export interface EventFilters {
  readonly q: string | undefined;
  readonly type: string | undefined;
  readonly hostname: string | undefined;
  /** The last day, as `2026-09-14`. */
  readonly until: string | undefined;
  /** The number that the page begins below. */
  readonly before: number | undefined;
}

export async function events(parts: PortalParts, visit: Visit): Promise<View> {
  const filters = filtersOf(queryOf(visit));
  const { rows, next } = await find(parts, filters, ROWS_OF_PAGE);
  const newest = await parts.store.lists.newestEvent();
  return page(eventsPage({ visit, filters, rows, next, newest }));
}

/** Those of the filters, the newest first. */
export async function eventsFile(parts: PortalParts, visit: Visit): Promise<View> {
  const filters = filtersOf(queryOf(visit));
  const { rows } = await find(parts, filters, MOST_OF_FILE);
  const lines = rows.map((row) => [
    String(row.sequence),
    new Date(row.timeMs).toISOString(),
    typeOf(row),
    row.result,
    row.delegate ?? "",
    row.peer,
    row.forwarded ?? "",
    row.detail ?? "",
  ]);
  const head = ["number", "time", "event", "result", "delegate", "peer", "forwarded", "detail"];
  return csv("events.csv", [head, ...lines]);
}

interface FoundEvents {
  readonly rows: readonly EventRow[];
  /** The number below which the next page begins; undefined: there is none. */
  readonly next: number | undefined;
}

async function find(
  { store }: PortalParts,
  filters: EventFilters,
  most: number,
): Promise<FoundEvents> {
  const rows: EventRow[] = [];
  let { before } = filters;
  let isMore = true;
  await looking(async () => {
    // One more than fits, to see whether there is another page.
    const wanted = most + 1 - rows.length;
    const query = { ...conditionsOf(filters), before, most: wanted };
    const found = await store.lists.newestEvents(query);
    rows.push(...found.rows);
    before = rows.length > most ? rows[most - 1]?.sequence : found.lookedTo;
    isMore = before !== undefined;
    return rows.length <= most && isMore;
  });
  return { rows: rows.slice(0, most), next: isMore ? before : undefined };
}

function filtersOf(query: URLSearchParams): EventFilters {
  const text = (name: string): string | undefined =>
    printable(query.get(name)?.trim().slice(0, 253));
  const type = text("type");
  const until = text("until");
  const before = Number(text("before"));
  return {
    q: text("q")?.toLowerCase(),
    type: EVENT_GROUPS.find((group) => group === type),
    hostname: text("hostname")?.toLowerCase(),
    until:
      until !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(Date.parse(until))
        ? until
        : undefined,
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

function conditionsOf({
  q,
  type,
  hostname,
  until,
}: EventFilters): Omit<NewestEventsQuery, "before" | "most"> {
  return {
    q,
    hostname,
    kinds: type === undefined ? undefined : kindsOf(type),
    beforeMs: until === undefined ? undefined : Date.parse(until) + DAY_MS,
  };
}
