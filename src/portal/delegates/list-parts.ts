import type { HostnameState } from "../../hostname/hostname.ts";
import type { DelegateRecord } from "../../store/administration.ts";
import { type Html, html, type Piece } from "../html.ts";
import { linkButton } from "../parts/button.ts";
import { empty } from "../parts/card.ts";
import { spark, sum } from "../parts/chart.ts";
import { choice, field } from "../parts/field.ts";
import { icon } from "../parts/icon.ts";
import { pageHead } from "../parts/page-head.ts";
import { STATES_BY_URGENCY, wordOf } from "../parts/tone.ts";
import type { PortalParts } from "../portal-parts.ts";
import { may, type Visit } from "../visit.ts";
import { ago, counted } from "../words.ts";
import { type Cursor, type Filters, isNarrowed, listPath } from "./filters.ts";

/** What both lists have in common. */

const DAY_MS = 86_400_000;

/** What both lists are made of. */
export interface ListView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly filters: Filters;
  readonly next: Cursor | undefined;
  /** When each delegate was updated, milliseconds since 1970. */
  readonly updates: ReadonlyMap<number, readonly number[]>;
  readonly counts: Readonly<Partial<Record<HostnameState, number>>>;
  readonly delegates: Readonly<Record<DelegateRecord["state"], number>>;
}

export function listHead({ visit, filters, counts, delegates }: ListView): Html {
  const hostnames = sum(Object.values(counts));
  const live = delegates.live + delegates.disabled;
  const order =
    filters.view === "hostnames" && hostnames > 0 ? ", those that need attention first" : "";
  return pageHead({
    title: "Delegates",
    lead: `${counted(hostnames, "hostname").replace(/^n/, "N")} on ${counted(live, "delegate")}${order}.`,
    actions: html`${linkButton({ href: csvPath(filters), text: "CSV", icon: "download" })}${
      may(visit, "register") &&
      linkButton({
        href: "/delegates/new",
        text: "Register delegate",
        icon: "plus",
        look: "primary",
      })
    }`,
  });
}

function csvPath(filters: Filters): string {
  return listPath(filters, { cursor: undefined }).replace("/delegates", "/delegates.csv");
}

/** Host names or delegates: most of those that clients register have no host name. */
export function viewSwitch({ filters, counts, delegates }: ListView): Html {
  const views = [
    { view: "hostnames", text: "Hostnames", count: sum(Object.values(counts)) },
    {
      view: "delegates",
      text: "Delegates",
      count: delegates.live + delegates.disabled + delegates.deleted,
    },
  ] as const;
  return html`<nav class="switch" aria-label="What is listed">${views.map(
    ({ view, text, count }) => {
      // What both lists are narrowed by stays.
      const { q, tenant, label } = filters;
      const href = listPath({ ...EVERYTHING, view, q, tenant, label });
      return html`<a href="${href}"${view === filters.view && html` aria-current="true"`}>${text} ${count}</a>`;
    },
  )}</nav>`;
}

const LIVES = [
  { value: "", text: "Any state" },
  { value: "live", text: "Live" },
  { value: "locked", text: "Locked" },
  { value: "deleted", text: "Deleted" },
];
const STATES = [
  { value: "", text: "Any state" },
  { value: "attention", text: "Needs attention" },
  ...STATES_BY_URGENCY.toReversed().map((state) => ({ value: state, text: wordOf(state) })),
];

export function filterForm({ filters }: ListView): Html {
  const { view, q, state, life, tenant, label } = filters;
  const isHostnames = view === "hostnames";
  return html`<form class="filters" method="get" action="/delegates" role="search">
${!isHostnames && html`<input type="hidden" name="view" value="${view}">`}
${field({
  label: "Search",
  name: "q",
  type: "search",
  value: q ?? "",
  placeholder: "Hostname, delegate, CNAME target, contact",
  isWide: true,
  maxlength: 253,
})}
${
  isHostnames
    ? choice({ label: "State", name: "state", options: STATES, chosen: state ?? "" })
    : choice({ label: "State", name: "life", options: LIVES, chosen: life ?? "" })
}
${field({ label: "Tenant", name: "tenant", value: tenant ?? "", maxlength: 128 })}
${field({
  label: "Label",
  name: "label",
  value: label === undefined ? "" : `${label.key}=${label.value}`,
  placeholder: "env=prod",
  maxlength: 193,
})}
<button class="button">${icon("search")}Filter</button>
</form>`;
}

/** Where nothing was found. */
export function nothingFound({ filters, visit, next }: ListView, what: string): Html {
  if (next !== undefined) {
    return empty({
      icon: icon("search"),
      title: `No ${what} among those that were looked at`,
      text: "There are more than one page looks at.",
      action: linkButton({ href: listPath(filters, { cursor: next }), text: "Look further" }),
    });
  }
  if (isNarrowed(filters)) {
    const { q, label } = filters;
    const searched = q === undefined ? "" : ` “${q}”`;
    const labelled = label === undefined ? "" : ` with ${label.key}=${label.value}`;
    return empty({
      icon: icon("search"),
      title: `No ${what} matches${searched}${labelled}`,
      text: "Part of a name or a contact is enough; tenant and label have to be as they were given.",
      action: linkButton({
        href: listPath({ ...EVERYTHING, view: filters.view }),
        text: "Clear filters",
      }),
    });
  }
  return empty({
    icon: icon("plus"),
    title: `No ${what} yet`,
    text:
      what === "hostname"
        ? "A hostname tells what a delegate is for: then its records are watched, and this page says what is wrong with them."
        : "A delegate is a name that a CNAME leads to, with a key that publishes values there.",
    action:
      may(visit, "register") && linkButton({ href: "/delegates/new", text: "Register delegate" }),
  });
}

export const EVERYTHING: Filters = {
  view: "hostnames",
  q: undefined,
  state: undefined,
  life: undefined,
  tenant: undefined,
  label: undefined,
  cursor: undefined,
};

/** What leads to the next page of a list. */
export function pager({ filters, next }: ListView, shown: number): Html {
  return html`<nav class="row small" aria-label="Pages"><span class="soft">${shown} shown</span>${
    filters.cursor !== undefined &&
    html`<a class="button" href="${listPath(filters, { cursor: undefined })}">First page</a>`
  }${
    next !== undefined &&
    html`<a class="button" href="${listPath(filters, { cursor: next })}" rel="next">Next${icon("chevron")}</a>`
  }</nav>`;
}

/** When a delegate was updated last, and how often in 90 days. */
export function lastUpdate(
  lastMs: number | undefined,
  updates: readonly number[],
  nowMs: number,
): Piece {
  if (lastMs === undefined) return "never";
  const days = updates.map((timeMs) => Math.max((nowMs - timeMs) / DAY_MS, 0));
  return html`${ago(lastMs, nowMs)}${spark(days)}`;
}
