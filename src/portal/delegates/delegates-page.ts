import type { DelegateDetails } from "../../store/lists.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { type Html, html } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { table } from "../parts/table.ts";
import type { PageView } from "../view.ts";
import { breakable, counted, date, grouped, shortened } from "../words.ts";
import {
  filterForm,
  type ListView,
  lastUpdate,
  listHead,
  nothingFound,
  pager,
  viewSwitch,
} from "./list-parts.ts";

export interface DelegatesView extends ListView {
  readonly rows: readonly DelegateDetails[];
}

const LIVES: Readonly<Record<DelegateDetails["state"], Badge>> = {
  live: { tone: "ok", icon: "active", word: "Live" },
  disabled: { tone: "idle", icon: "locked", word: "Locked" },
  deleted: { tone: "idle", icon: "orphaned", word: "Deleted" },
};

export function lifeBadge(state: DelegateDetails["state"]): Html {
  return badge(LIVES[state]);
}

export function delegatesPage(view: DelegatesView): PageView {
  const { rows } = view;
  const body =
    rows.length === 0
      ? nothingFound(view, "delegate")
      : html`${delegateTable(view)}<footer class="card-foot row spread"><span></span>${pager(view, rows.length)}</footer>`;
  const main = html`${listHead(view)}${viewSwitch(view)}${filterForm(view)}
<section class="card" aria-label="Delegates">${body}</section>`;
  return { title: "Delegates", section: "delegates", main };
}

function delegateTable({ rows, updates, visit }: DelegatesView): Html {
  return table({
    caption: "Delegates in the order in which they were made",
    columns: [
      { title: "Delegate" },
      { title: "State" },
      { title: "Hostnames" },
      { title: "Keys" },
      { title: "Last update" },
      { title: "Labels" },
      { title: "Created" },
    ],
    groups: [
      {
        rows: rows.map((delegate) => ({
          cells: [
            html`<a class="name" href="/delegates/${delegate.id}">${breakable(shortened(`${delegate.subdomain}.${delegate.zone}`))}</a><span class="sub">${delegate.tenant}</span>`,
            lifeBadge(delegate.state),
            hostnamesOf(delegate),
            counted(delegate.keys, "key"),
            lastUpdate(delegate.lastUpdateMs, updates.get(delegate.id) ?? [], visit.nowMs),
            html`${Object.entries(delegate.labels).map(([key, value]) => html`<code>${key}=${value}</code> `)}`,
            date(delegate.createdMs),
          ],
        })),
      },
    ],
  });
}

/** The first by its name, the others by their number. */
function hostnamesOf({ hostnames, firstHostname }: DelegateDetails): Html {
  if (firstHostname === undefined) return html`${counted(hostnames, "hostname")}`;
  const others = hostnames - 1;
  return html`<a href="${hostnamePath(firstHostname)}">${firstHostname}</a>${others > 0 && ` +${grouped(others)}`}`;
}
