import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import { nextAction } from "../../hostname/next-action.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { shortened } from "../hostname/records.ts";
import { type Html, html } from "../html.ts";
import { stateBadge } from "../parts/badge.ts";
import { actButton, linkButton } from "../parts/button.ts";
import { plainCard, smallLink, soft } from "../parts/card.ts";
import { share, sum } from "../parts/chart.ts";
import { pageHead } from "../parts/page-head.ts";
import { recheckButton } from "../parts/recheck-button.ts";
import { table } from "../parts/table.ts";
import { needsAttention, STATES_BY_URGENCY, toneOf } from "../parts/tone.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { PageView } from "../view.ts";
import { may } from "../visit.ts";
import { ago, counted, countedInWords, grouped, span, time } from "../words.ts";
import { activityCard } from "./activity-card.ts";
import type { OverviewView } from "./overview-view.ts";
import { serverCard } from "./server-card.ts";

export function overviewPage(view: OverviewView): PageView {
  const { visit, counts, attention } = view;
  const all = sum(Object.values(counts.hostnames));
  const urgent = sum(
    HOSTNAME_STATES.filter(needsAttention).map((state) => counts.hostnames[state] ?? 0),
  );
  const main = html`${pageHead({
    title: titleOf(all, urgent),
    lead: leadOf(view, all, urgent),
    actions:
      may(visit, "register") &&
      linkButton({
        href: "/delegates/new",
        text: "Register delegate",
        icon: "plus",
        look: "primary",
      }),
  })}
${attention.length > 0 && attentionCard(view, all, urgent)}
${all > 0 && statesCard(view, all)}
<div class="split">${activityCard(view.activity, visit.nowMs)}${serverCard(view)}</div>`;
  return { title: "Overview", section: "overview", main };
}

function titleOf(all: number, urgent: number): string {
  if (urgent > 0)
    return `${countedInWords(urgent, "hostname")} ${urgent === 1 ? "needs" : "need"} attention`;
  return all > 0 ? "Every hostname is as it should be" : "No hostname is looked after yet";
}

function leadOf({ counts, attention, visit }: OverviewView, all: number, urgent: number): Html {
  const rest = all - urgent;
  const checked = attention.flatMap(({ checkedMs }) => checkedMs ?? []);
  const last = Math.max(...checked);
  const looked = checked.length > 0 && html` Last check ${ago(last, visit.nowMs)}.`;
  if (all === 0) {
    return html`${counted(counts.delegates.live, "delegate")} ${counts.delegates.live === 1 ? "is" : "are"} served. Add the hostname that a delegate is for, and its records are watched.`;
  }
  if (urgent === 0)
    return html`${all === 1 ? "It renews" : `All ${grouped(all)} renew`} without a person, or wait${all === 1 ? "s" : ""} for ${all === 1 ? "its owner" : "their owners"}.`;
  if (rest === 0) return html`There are no others.${looked}`;
  return html`The other ${grouped(rest)} ${rest === 1 ? "renews" : "renew"} without a person, or ${rest === 1 ? "waits for its owner" : "wait for their owners"}.${looked}`;
}

function attentionCard(
  { visit, attention, parts }: OverviewView,
  all: number,
  urgent: number,
): Html {
  const rows = attention.map((record) => ({
    cells: [
      html`<a class="name" href="${hostnamePath(record.name)}">${record.name}</a><span class="sub">${record.tenant}</span>`,
      html`${stateBadge(record.state)}<span class="sub">for ${time(record.sinceMs, span(visit.nowMs - record.sinceMs))}</span>`,
      whatToDo(record, parts, visit.nowMs),
      html`${may(visit, "checks") && recheckButton(record)} ${
        record.state === "offboarding" &&
        may(visit, "delegates") &&
        actButton({
          to: `/delegates/${record.delegateId}/lock`,
          text: "Lock",
          about: `the delegate of ${record.name}`,
          icon: "locked",
        })
      }`,
    ],
  }));
  return plainCard({
    title: "Needs attention",
    aside: smallLink(
      "/delegates?state=attention",
      urgent > rows.length ? `All ${grouped(urgent)}` : `All ${counted(all, "hostname")}`,
    ),
    body: table({
      caption: "Hostnames that need attention",
      columns: [
        { title: "Hostname" },
        { title: "State", place: "full" },
        { title: "What to do", place: "full" },
        { title: "Actions", place: "acts" },
      ],
      groups: [{ rows }],
    }),
  });
}

function whatToDo(record: HostnameRecord, { means }: PortalParts, nowMs: number): string {
  const fulldomain = `${record.subdomain}.${record.zone}`;
  const own = record.edgeTargets;
  const edgeTargets = own.length > 0 ? own : means.edgeTargets();
  return shortened(nextAction(record, { fulldomain, edgeTargets, nowMs }));
}

function statesCard({ counts }: OverviewView, all: number): Html {
  const states = [...STATES_BY_URGENCY]
    .reverse()
    .map((state) => ({ state, count: counts.hostnames[state] ?? 0 }))
    .filter(({ count }) => count > 0);
  const active = counts.hostnames.active ?? 0;
  return plainCard({
    title: "Hostnames by state",
    aside: soft(
      `${grouped(all)} on ${counted(counts.delegates.live + counts.delegates.disabled, "delegate")}`,
    ),
    body: html`<div class="card-body stack">
${share(
  `${active} of ${counted(all, "hostname")} ${active === 1 ? "is" : "are"} active`,
  states.map(({ state, count }) => ({ tone: toneOf(state), count })),
)}
<ul class="tally">${states.map(
      ({ state, count }) =>
        html`<li><a href="/delegates?state=${state}"><span class="count">${grouped(count)}</span>${stateBadge(state)}</a></li>`,
    )}</ul></div>`,
  });
}
