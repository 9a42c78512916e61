import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Columns } from "../hostname/columns.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { type Html, html } from "../html.ts";
import { badge, hostnameBadge } from "../parts/badge.ts";
import { recheckButton } from "../parts/recheck-button.ts";
import { type Row, table } from "../parts/table.ts";
import type { PageView } from "../view.ts";
import { may } from "../visit.ts";
import { span, time } from "../words.ts";
import {
  filterForm,
  type ListView,
  lastUpdate,
  listHead,
  nothingFound,
  pager,
  viewSwitch,
} from "./list-parts.ts";

export interface HostnamesView extends ListView {
  readonly rows: readonly HostnameRecord[];
  /** By the number of the host name. */
  readonly columns: ReadonlyMap<number, Columns>;
}

export function hostnamesPage(view: HostnamesView): PageView {
  const { rows, visit } = view;
  const body =
    rows.length === 0
      ? nothingFound(view, "hostname")
      : html`${hostnameTable(view)}<footer class="card-foot row spread">${
          may(visit, "checks")
            ? html`<span class="row"><button class="button" form="act" formaction="/hostnames/recheck" data-live>Recheck selected</button><button class="button quiet" type="button" data-selects="hostname" hidden>Select all</button></span>`
            : html`<span></span>`
        }${pager(view, rows.length)}</footer>`;
  const main = html`${listHead(view)}${viewSwitch(view)}${filterForm(view)}
<section class="card" aria-label="Hostnames">${body}</section>`;
  return { title: "Delegates", section: "delegates", main };
}

function hostnameTable(view: HostnamesView): Html {
  const checks = may(view.visit, "checks");
  return table({
    caption: "Hostnames, those that need attention first",
    columns: [
      ...(checks ? [{ title: "", place: "pick" as const }] : []),
      { title: "Hostname" },
      { title: "State" },
      { title: "Challenge record" },
      { title: "CAA" },
      { title: "Traffic" },
      { title: "Last update" },
      { title: "Certificate" },
      ...(checks ? [{ title: "Actions", place: "acts" as const }] : []),
    ],
    groups: [{ rows: view.rows.map((record) => hostnameRow(view, record, checks)) }],
  });
}

function hostnameRow(view: HostnamesView, record: HostnameRecord, checks: boolean): Row {
  const { visit, columns, updates } = view;
  const { id, name, tenant, sinceMs, delegateId, delegate } = record;
  const { nowMs } = visit;
  const found = columns.get(id);
  const pick = html`<input type="checkbox" name="hostname" value="${id}" form="act" aria-label="Select ${name}">`;
  return {
    cells: [
      ...(checks ? [pick] : []),
      html`<a class="name" href="${hostnamePath(name)}">${name}</a><span class="sub">${tenant}</span>`,
      html`${hostnameBadge(record)}<span class="sub">${time(sinceMs, span(nowMs - sinceMs))}</span>`,
      found && badge(found.challenge),
      found && badge(found.caa),
      found && badge(found.traffic),
      lastUpdate(delegate.lastUpdateMs, updates.get(delegateId) ?? [], nowMs),
      found && badge(found.certificate),
      ...(checks ? [recheckButton(record, "icon")] : []),
    ],
  };
}
