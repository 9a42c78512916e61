import { challengeDomain } from "../../hostname/hostname.ts";
import { providerTabs } from "../delegate/cname-card.ts";
import { type Html, html, type Piece } from "../html.ts";
import { pageText } from "../layout.ts";
import { type Badge, badge, stateBadge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { compare } from "../parts/compare.ts";
import { copyList } from "../parts/copy-list.ts";
import { icon } from "../parts/icon.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { agoInWords, breakable } from "../words.ts";
import { caaCard } from "./customer-caa.ts";
import { type CustomerOptions, type CustomerView, codeOf } from "./customer-view.ts";

/** The set-up page of one host name, for whom it belongs to. */
export function customerPage(view: CustomerView): string {
  const { record, options, token, isUnderWay, waitSeconds, refreshSeconds } = view;
  const main = html`${pageHead({
    title: `Connect ${record.name}`,
    badge: stateBadge(record.state),
    lead: leadOf(view),
  })}
${isUnderWay && note("busy", "We are looking. This page shows by itself what we find.")}
${waitSeconds > 0 && note("warn", `We looked a moment ago. Try again in ${waitSeconds} seconds.`)}
${cnameCard(view)}
${caaCard(view)}
${moveCard(view)}
<section class="stack small"><h2>Leaving us?</h2><p class="soft">Delete the CNAME from step 1. Without it, we can no longer get certificates for your name.${support(options)}</p></section>
<form id="act" method="post" action="${token}/check"></form>`;
  return pageText({
    title: `Connect ${record.name}`,
    site: options.operator,
    assets: "",
    top: topOf(options),
    main,
    width: "narrow",
    ...(refreshSeconds === undefined ? {} : { refreshSeconds }),
  });
}

function topOf({ operator }: CustomerOptions): Html {
  return html`<header class="top"><div class="wrap narrow"><span class="brand">${operator}</span><span class="soft small account">Set-up page, read only</span></div></header>`;
}

function leadOf({ record, options }: CustomerView): string {
  const { operator } = options;
  if (record.state === "orphaned" || record.state === "locked") {
    return `${operator} does not renew certificates for this name any more. Delete the record of step 1.`;
  }
  if (record.state === "active" || record.state === "ready") {
    return `Everything is in place: ${operator} keeps your certificate valid. Leave the record where it is.`;
  }
  return `One DNS record lets ${operator} keep your certificate valid. Your website stays where it is until you move it.`;
}

const FAILED: Readonly<Record<string, string>> = {
  "cname-conflict-txt":
    "A TXT record stands at this name. Remove it: a name with a CNAME holds nothing else. Some DNS hosts keep one that they do not show, for their own certificates.",
  "cname-conflict-ns": "NS records stand at this name. Remove them first.",
  "cname-misdirected":
    "The record leads somewhere else. Compare it with the one above, up to its last dot.",
  "cname-wrong-owner":
    "The record was created at another name. Many DNS hosts add your domain by themselves.",
  "cname-loop": "The record leads back to itself.",
  "cname-chain-too-long": "The record leads there over too many others.",
  propagating:
    "The record is there, and not yet at all of your name servers. That passes by itself.",
  "zone-not-found": "The name is not registered, or its name servers are not set.",
  "zone-unreachable": "Your name servers do not answer.",
};

function cnameCard(view: CustomerView): Html {
  const { record, own, nowMs } = view;
  const target = `${record.subdomain}.${record.zone}`;
  const verdict = verdictOf(view);
  const code = codeOf(view, "zone") ?? codeOf(view, "cname");
  const failed = code === undefined ? undefined : FAILED[code];
  return card({
    number: 1,
    title: "Add this CNAME",
    aside: badge(verdict),
    body: html`<p>Sign in where you manage the DNS of <strong>${own}</strong> and add one record.</p>
${providerTabs(record, target)}
${foundOf(view, target, verdict)}
${failed !== undefined && note(code === "propagating" ? "busy" : "fail", failed)}
<div class="row spread"><span class="small soft">${
      record.checkedMs === undefined
        ? "We look in a moment."
        : html`Looked ${agoInWords(record.checkedMs, nowMs)}. You can close this page, we keep looking.`
    }</span><button class="button primary" form="act" data-live>${icon("recheck")}Check now</button></div>`,
  });
}

function verdictOf(view: CustomerView): Badge {
  const step = view.view?.steps.find(({ id }) => id === "cname");
  if (step?.status === "PASS") return { tone: "ok", icon: "active", word: "In place" };
  const code = codeOf(view, "zone") ?? codeOf(view, "cname");
  if (code === "propagating") return { tone: "busy", icon: "propagating", word: "Spreading" };
  if (code === undefined || code === "cname-missing") {
    return { tone: "busy", icon: "propagating", word: "Waiting for you" };
  }
  return { tone: "fail", icon: "fail", word: "Not right yet" };
}

function foundOf({ record, view }: CustomerView, target: string, { tone }: Badge): Html {
  const name = `_acme-challenge.${challengeDomain(record.name)}`;
  const own = view?.records.filter((each) => each.name === name) ?? [];
  const found: Piece =
    own.length === 0
      ? "No record yet"
      : own.map(({ type, value }) => html`<code>${type} ${value}</code> `);
  const word = tone === "ok" ? "Same" : own.length === 0 ? "Not found" : "Not the same";
  const shown = own.length === 0 && tone === "busy" ? "idle" : tone;
  const picture = {
    ok: "pass",
    fail: "fail",
    idle: "skip",
    busy: "propagating",
    warn: "warn",
  } as const;
  return compare({
    expected: html`<code>CNAME</code> ${breakable(target)}`,
    found,
    verdict: { tone: shown, icon: picture[shown], word },
  });
}

function moveCard({ record, options }: CustomerView): Html | undefined {
  const targets = record.edgeTargets.length > 0 ? record.edgeTargets : options.edgeTargets;
  // Networks are no records.
  const records = targets.filter((target) => !target.includes("/"));
  if (records.length === 0) return undefined;
  return card({
    number: 3,
    title: "Move your website",
    aside: badge({ tone: "idle", icon: "pending", word: "When you are ready" }),
    body: html`<p>Your certificate will be waiting. Then point <strong>${record.name}</strong> at our servers:</p>${copyList(
      records.map((value) => ({ label: typeOf(value), value })),
    )}`,
  });
}

function typeOf(target: string): string {
  if (target.includes(":")) return "AAAA";
  return /^[\d.]+$/.test(target) ? "A" : "CNAME";
}

function support({ support: place }: CustomerOptions): Piece {
  if (place === "") return undefined;
  const href = place.includes("://") ? place : `mailto:${place}`;
  return html` Questions: <a href="${href}">${place}</a>`;
}

export function unknownLinkPage(options: CustomerOptions, why: string): string {
  const main = html`${pageHead({ title: "This link leads nowhere", lead: why })}
<p>Ask ${options.operator} for a new one.${support(options)}</p>`;
  return pageText({
    title: "Unknown link",
    site: options.operator,
    assets: "",
    top: topOf(options),
    main,
    width: "narrow",
  });
}
