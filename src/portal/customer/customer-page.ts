import { challengeDomain } from "../../hostname/hostname.ts";
import { isRecordLost } from "../../hostname/lost-record.ts";
import { providerTabs } from "../delegate/cname-card.ts";
import { type Html, html, type Piece } from "../html.ts";
import { pageText } from "../layout.ts";
import { type Badge, badge, hostnameBadge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { compare } from "../parts/compare.ts";
import { copyList } from "../parts/copy-list.ts";
import { icon } from "../parts/icon.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { agoInWords, breakable } from "../words.ts";
import { caaCard } from "./customer-caa.ts";
import {
  type CustomerOptions,
  type CustomerView,
  codeOf,
  isOurTurn,
  NOT_LOOKED_AT,
  stepOf,
} from "./customer-view.ts";

/** The set-up page of one host name, for whom it belongs to. */
export function customerPage(view: CustomerView): string {
  const { record, options, token, isUnderWay, waitSeconds, refreshSeconds } = view;
  const title = `${record.state === "orphaned" ? "Disconnect" : "Connect"} ${record.name}`;
  const main = html`${pageHead({
    title,
    badge: isOurTurn(view) ? badge(OUR_TURN) : hostnameBadge(record),
    lead: leadOf(view),
  })}
${isUnderWay && note("busy", "We are looking. This page shows by itself what we find.")}
${waitSeconds > 0 && note("warn", `We looked a moment ago. Try again in ${waitSeconds} seconds.`)}
${bodyOf(view)}
<form id="act" method="post" action="${token}/check"></form>`;
  return pageText({
    title,
    site: options.operator,
    assets: "",
    top: topOf(options),
    main,
    width: "narrow",
    ...(refreshSeconds === undefined ? {} : { refreshSeconds }),
  });
}

const OUR_TURN: Badge = { tone: "busy", icon: "info", word: "It is our turn" };

/** Nobody is told to add a record that they are told to leave alone or to delete. */
function bodyOf(view: CustomerView): Piece {
  const { record, options } = view;
  if (record.state === "locked") {
    const where = support(options);
    return where !== undefined && html`<p class="soft">${where}</p>`;
  }
  if (record.state === "orphaned") return deleteCard(view);
  const isBogus = codeOf(view, "dnssec") !== undefined;
  const last = isBogus ? 3 : 2;
  return html`${cnameCard(view)}
${isBogus && dnssecCard()}
${caaCard(view, last)}
${moveCard(view, last + 1)}
<section class="stack small"><h2>Leaving us?</h2><p class="soft">Delete the CNAME from step 1. Without it, we can no longer get certificates for your name.${support(options)}</p></section>`;
}

function topOf({ operator }: CustomerOptions): Html {
  return html`<header class="top"><div class="wrap narrow"><span class="brand">${operator}</span><span class="soft small account">Set-up page, read only</span></div></header>`;
}

function leadOf(view: CustomerView): string {
  const { record, options } = view;
  const { operator } = options;
  if (record.state === "locked") {
    return `Renewals are paused. Leave the record as it is, and write to ${operator}.`;
  }
  if (record.state === "orphaned") {
    return `${operator} does not renew certificates for this name any more.`;
  }
  if (isOurTurn(view)) {
    return `Everything at your domain is in place. Something has to be mended at ${operator}; you have nothing to do. Leave the record where it is.`;
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
  "zone-address-private": "Your name servers have addresses that nobody reaches from outside.",
};

function cnameCard(view: CustomerView): Html {
  const { record, zone } = view;
  const target = `${record.subdomain}.${record.zone}`;
  const verdict = verdictOf(view);
  const code = codeOf(view, "zone") ?? codeOf(view, "cname");
  const failed = code === undefined ? undefined : FAILED[code];
  return card({
    number: 1,
    title: "Add this CNAME",
    aside: badge(verdict),
    body: html`<p>Sign in where you manage the DNS of <strong>${zone}</strong> and add one record.</p>
${providerTabs(record, target, zone)}
${foundOf(view, target, verdict)}
${failed !== undefined && note(code === "propagating" ? "busy" : "fail", failed)}
${checkRow(view)}`,
  });
}

function checkRow({ record: { checkedMs }, view, nowMs }: CustomerView): Html {
  const when =
    checkedMs === undefined || view === undefined
      ? "We look by ourselves; you need not wait for it."
      : html`Looked ${agoInWords(checkedMs, nowMs)}. You can close this page, we keep looking.`;
  return html`<div class="row spread"><span class="small soft">${when}</span><button class="button primary" form="act" data-live>${icon("recheck")}Check now</button></div>`;
}

/** Without it no authority believes anything that the zone says, CAA records among it. */
function dnssecCard(): Html {
  return card({
    number: 2,
    title: "DNSSEC",
    aside: badge({ tone: "fail", icon: "fail", word: "Does not validate" }),
    body: html`<p>The DNSSEC signatures of your domain, or of one that it is an alias of, do not validate, so that no certificate can be issued. Your DNS host has to sign it again, or your registrar to mend the DS record: it must belong to the key in use, or be removed until there is one.</p>`,
  });
}

function deleteCard(view: CustomerView): Html {
  const { record, zone } = view;
  return card({
    title: "Delete this record",
    body: html`<p>Sign in where you manage the DNS of <strong>${zone}</strong> and delete one record. It leads to nothing any more.</p>
${copyList([
  { label: "Name", value: `_acme-challenge.${challengeDomain(record.name)}` },
  { label: "Type", value: "CNAME", isCopied: false },
  { label: "Target", value: `${record.subdomain}.${record.zone}` },
])}
${checkRow(view)}`,
  });
}

function verdictOf(view: CustomerView): Badge {
  if (stepOf(view, "cname")?.status === "PASS") {
    return { tone: "ok", icon: "active", word: "In place" };
  }
  const code = codeOf(view, "zone") ?? codeOf(view, "cname");
  if (code === undefined) return NOT_LOOKED_AT;
  if (code === "propagating") return { tone: "busy", icon: "propagating", word: "Spreading" };
  if (code === "cname-missing" && isRecordLost(view.record)) {
    return { tone: "warn", icon: "fail", word: "It is gone" };
  }
  if (code === "cname-missing") {
    return { tone: "busy", icon: "propagating", word: "Waiting for you" };
  }
  return { tone: "fail", icon: "fail", word: "Not right yet" };
}

function foundOf(given: CustomerView, target: string, { tone, word: verdict }: Badge): Html {
  const { record, view } = given;
  const expected = html`<code>CNAME</code> ${breakable(target)}`;
  // That nobody has seen a record does not say that there is none.
  if (stepOf(given, "cname") === undefined) {
    const found = tone === "idle" ? verdict : "Nobody could tell";
    return compare({ expected, found, verdict: { tone: "idle", icon: "skip", word: "Not known" } });
  }
  const name = `_acme-challenge.${challengeDomain(record.name)}`;
  const own = view?.records.filter((each) => each.name === name) ?? [];
  const found: Piece =
    own.length === 0
      ? isRecordLost(record)
        ? "No record any more"
        : "No record yet"
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
    expected,
    found,
    verdict: { tone: shown, icon: picture[shown], word },
  });
}

function moveCard({ record, options }: CustomerView, number: number): Html | undefined {
  const targets = record.edgeTargets.length > 0 ? record.edgeTargets : options.edgeTargets;
  // Networks are no records.
  const records = targets.filter((target) => !target.includes("/"));
  if (records.length === 0) return undefined;
  return card({
    number,
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
  return plainPage(options, "Unknown link", main);
}

/** The record was deleted, and with it all that there was to see. */
export function donePage(options: CustomerOptions): string {
  const lead = "Nothing leads to us any more; you can close this page.";
  return plainPage(options, "Done", pageHead({ title: "Done", lead }));
}

function plainPage(options: CustomerOptions, title: string, main: Html): string {
  const site = options.operator;
  return pageText({ title, site, assets: "", top: topOf(options), main, width: "narrow" });
}
