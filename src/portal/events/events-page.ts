import { EVENT_GROUPS } from "../../http/v1/event-types.ts";
import type { EventRow } from "../../store/lists.ts";
import { type Html, html } from "../html.ts";
import { linkButton } from "../parts/button.ts";
import { empty, soft } from "../parts/card.ts";
import { choice, field } from "../parts/field.ts";
import { icon } from "../parts/icon.ts";
import { pageHead } from "../parts/page-head.ts";
import { table } from "../parts/table.ts";
import type { PageView } from "../view.ts";
import type { Visit } from "../visit.ts";
import { clock, dayOfYear, grouped, time } from "../words.ts";
import { byOf, detailOf, eventBadge, subjectOf } from "./event-words.ts";
import type { EventFilters } from "./events.ts";

export interface EventsView {
  readonly visit: Visit;
  readonly filters: EventFilters;
  /** The newest first. */
  readonly rows: readonly EventRow[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: number | undefined;
  /** The number of the newest row of all. */
  readonly newest: number;
}

export function eventsPage(view: EventsView): PageView {
  const { filters, rows, next, newest } = view;
  const main = html`${pageHead({
    title: "Events",
    lead: "Every change, who made it and from where. Rows are chained by hash, so an edit would show.",
    actions: linkButton({ href: pathOf("/events.csv", filters), text: "CSV", icon: "download" }),
  })}
${filterForm(filters)}
<section class="card" aria-label="Events">${
    rows.length === 0
      ? empty({
          icon: icon("search"),
          title: "No event matches",
          text:
            next === undefined
              ? "Nothing like that is kept."
              : "Older ones were not looked at yet.",
          action:
            next === undefined
              ? linkButton({ href: "/events", text: "Clear filters" })
              : older(filters, next),
        })
      : html`${eventTable(view)}<footer class="card-foot row spread">${soft(
          html`Row ${grouped(newest)} is the newest; <code>dnsvouch audit verify</code> checks the chain`,
        )}${next !== undefined && older(filters, next)}</footer>`
  }</section>`;
  return { title: "Events", section: "events", main };
}

function older(filters: EventFilters, before: number): Html {
  const href = pathOf("/events", { ...filters, before });
  return html`<a class="button" href="${href}" rel="next">Older${icon("chevron")}</a>`;
}

function pathOf(path: string, { q, type, hostname, until, before }: EventFilters): string {
  const query = new URLSearchParams();
  if (q !== undefined) query.set("q", q);
  if (type !== undefined) query.set("type", type);
  if (hostname !== undefined) query.set("hostname", hostname);
  if (until !== undefined) query.set("until", until);
  if (before !== undefined) query.set("before", String(before));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

function filterForm({ q, type, hostname, until }: EventFilters): Html {
  const types = [
    { value: "", text: "Any event" },
    ...EVENT_GROUPS.map((group) => ({ value: group, text: `${group}.*` })),
  ];
  return html`<form class="filters" method="get" action="/events" role="search">
${field({ label: "Search", name: "q", type: "search", value: q ?? "", placeholder: "Hostname, delegate, user or address", isWide: true, maxlength: 253 })}
${hostname !== undefined && field({ label: "Hostname", name: "hostname", value: hostname, maxlength: 253 })}
${choice({ label: "Event", name: "type", options: types, chosen: type ?? "" })}
${field({ label: "Until", name: "until", type: "date", value: until ?? "" })}
<button class="button">${icon("search")}Filter</button></form>`;
}

function eventTable({ rows, visit }: EventsView): Html {
  const days = Map.groupBy(rows, ({ timeMs }) => dayOfYear(timeMs));
  const today = dayOfYear(visit.nowMs);
  const yesterday = dayOfYear(visit.nowMs - 86_400_000);
  const titleOf = (day: string): string =>
    day === today ? `Today, ${day}` : day === yesterday ? `Yesterday, ${day}` : day;
  return table({
    caption: "Events, newest first",
    columns: [
      { title: "Time" },
      { title: "Event", place: "full first" },
      { title: "Subject" },
      { title: "By" },
      { title: "Detail" },
    ],
    groups: [...days].map(([day, ofDay]) => ({
      title: titleOf(day),
      rows: ofDay.map((event) => ({
        cells: [
          time(event.timeMs, clock(event.timeMs)),
          eventBadge(event),
          subjectOf(event),
          byOf(event),
          detailOf(event) || "—",
        ],
      })),
    })),
  });
}
