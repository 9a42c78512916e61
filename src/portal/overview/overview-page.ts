import { HOSTNAME_STATES } from "../../hostname/hostname.ts";
import { nextAction } from "../../hostname/next-action.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { shortened } from "../hostname/records.ts";
import { type Html, html } from "../html.ts";
import { hostnameBadge, stateBadge } from "../parts/badge.ts";
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
  const urgent =
    counts.lost +
    sum(HOSTNAME_STATES.filter(needsAttention).map((state) => counts.hostnames[state] ?? 0));
  const main = html`${pageHead({
    title: titleOf(view, all, urgent),
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
${attention.length > 0 && attentionCard(view, all)}
${all > 0 && statesCard(view, all)}
<div class="split">${activityCard(view.activity, visit.nowMs)}${serverCard(view)}</div>`;
  return { title: "Overview", section: "overview", main };
}

function titleOf({ counts }: OverviewView, all: number, urgent: number): string {
  if (urgent > 0) {
    const found = counts.isAllLost
      ? countedInWords(urgent, "hostname")
      : `At least ${counted(urgent, "hostname")}`;
    return `${found} ${urgent === 1 ? "needs" : "need"} attention`;
  }
  return all > 0 ? "Every hostname is as it should be" : "No hostname is looked after yet";
}

function leadOf({ counts, attention, visit }: OverviewView, all: number, urgent: number): Html {
  if (all === 0) {
    return html`${counted(counts.delegates.live, "delegate")} ${counts.delegates.live === 1 ? "is" : "are"} served. Add the hostname that a delegate is for, and its records are watched.`;
  }
  const rest = calmInWords(all - urgent, counts.hostnames.locked ?? 0, urgent > 0);
  const checked = attention.flatMap(({ checkedMs }) => checkedMs ?? []);
  const looked =
    checked.length > 0 &&
    html` The last check of those below was ${ago(Math.max(...checked), visit.nowMs)}.`;
  // Where not all were found, nobody knows how many others there are.
  return html`${counts.isAllLost && `${rest}.`}${looked}`;
}

/** Those that nobody has to look at: what is locked does not renew, and waits for nobody. */
function calmInWords(calm: number, locked: number, areThereOthers: boolean): string {
  if (calm === 0) return "There are no others";
  const working = calm - locked;
  const of = areThereOthers ? "The other " : "";
  if (locked === 0) {
    const all = areThereOthers ? "The other" : "All";
    const who = calm === 1 && !areThereOthers ? "It" : `${all} ${grouped(calm)}`;
    return `${who} ${workInWords(calm)}`;
  }
  const areLocked = (count: number): string => (count === 1 ? "is locked" : "are locked");
  if (working === 0) return `${of}${grouped(locked)} ${areLocked(locked)}`;
  const beginning = areThereOthers ? "Of the others, " : "";
  return `${beginning}${grouped(working)} ${workInWords(working)}; ${grouped(locked)} ${areLocked(locked)}`;
}

function workInWords(count: number): string {
  return count === 1
    ? "renews without a person, or waits for its owner"
    : "renew without a person, or wait for their owners";
}

function attentionCard(
  { visit, attention, parts, idleDelegates }: OverviewView,
  all: number,
): Html {
  const rows = attention.map((record) => ({
    cells: [
      html`<a class="name" href="${hostnamePath(record.name)}">${record.name}</a><span class="sub">${record.tenant}</span>`,
      html`${hostnameBadge(record)}<span class="sub">for ${time(record.sinceMs, span(visit.nowMs - record.sinceMs))}</span>`,
      whatToDo(record, parts, visit.nowMs),
      html`${may(visit, "checks") && recheckButton(record)} ${
        record.state === "offboarding" &&
        may(visit, "delegates") &&
        lockOrLook(record, idleDelegates)
      }`,
    ],
  }));
  return plainCard({
    title: "Needs attention",
    aside: smallLink("/delegates", `All ${counted(all, "hostname")}`),
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

/** A delegate that other host names need is not locked from here: its page shows them. */
function lockOrLook({ name, delegateId }: HostnameRecord, idle: ReadonlySet<number>): Html {
  if (!idle.has(delegateId)) {
    const text = html`Delegate<span class="sr-only"> of ${name} and others</span>`;
    return linkButton({ href: `/delegates/${delegateId}`, text });
  }
  return actButton({
    to: `/delegates/${delegateId}/lock`,
    text: "Lock",
    about: `the delegate of ${name}`,
    icon: "locked",
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
