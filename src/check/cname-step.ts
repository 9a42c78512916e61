import type { View } from "./challenge-views.ts";
import { CUT_SHORT } from "./cut-short.ts";
import { digLine } from "./dig.ts";
import type { ServerAddress } from "./message.ts";
import { isAtOrBelow } from "./name-text.ts";
import { ownerForms } from "./record-forms.ts";
import { type Step, step } from "./report.ts";
import { type ServedZone, zoneOf } from "./served-zone.ts";

export interface CnameFacts {
  readonly domain: string;
  /** `_acme-challenge.<domain>` */
  readonly name: string;
  /** Of the zone of the domain. */
  readonly apex: string;
  readonly views: readonly View[];
  /** Where the alias must end; undefined: at any delegate of this server. */
  readonly delegate: string | undefined;
  readonly zones: readonly ServedZone[];
  /** A mistyped name that has an alias, if one was found. */
  readonly wrongOwner: string | undefined;
  readonly port: number;
}

/** Whether the challenge name leads to a delegate, at every authority. */
export function judgeCname(facts: CnameFacts): Step {
  const { views, name } = facts;
  const [first] = views;
  const right = views.filter((view) => isExpected(facts, view));
  if (right.length > 0) {
    const disagreeing = views.filter((view) => !right.includes(view) || !isLike(right[0], view));
    return disagreeing.length > 0 ? propagating(facts, disagreeing) : aliasOk(facts);
  }
  const cut = views.find(({ isCut }) => isCut);
  if (cut !== undefined) return conflictNs(facts, cut);
  const withText = views.find(({ ownTexts }) => ownTexts.length > 0);
  if (withText !== undefined) return conflictTxt(facts, withText);
  const looping = views.find(({ chain }) => chain?.outcome === "loop");
  if (looping !== undefined) return fail(facts, "cname-loop", looping, loopFix(facts, looping));
  const long = views.find(({ chain }) => chain?.outcome === "too-long");
  if (long !== undefined) {
    const fix = `${name} must lead there over at most 8 CNAMEs; best directly: ${record(facts)}`;
    return fail(facts, "cname-chain-too-long", long, fix);
  }
  const aliases = views.filter(({ chain }) => chain !== undefined);
  const misdirected = aliases.find(({ chain }) => chain?.obstacle === undefined) ?? aliases[0];
  if (misdirected !== undefined) return misdirection(facts, misdirected);
  return nothingThere(facts, first);
}

/** A view of a chain that ends well and of nothing in its way. */
function isExpected({ delegate, zones }: CnameFacts, view: View): boolean {
  const { chain, isCut, ownTexts } = view;
  if (chain === undefined || chain.outcome !== "ends" || isCut || ownTexts.length > 0) return false;
  return delegate === undefined ? zoneOf(zones, chain.end) !== undefined : chain.end === delegate;
}

function isLike(some: View | undefined, other: View): boolean {
  return some?.chain?.end === other.chain?.end;
}

function expectedText({ delegate, zones }: CnameFacts): string {
  const places = zones.map(({ apex }) => apex).join(" or ");
  return delegate === undefined ? `CNAME to a delegate in ${places}` : `CNAME ${delegate}`;
}

/** The record to create, as in a zone file. */
function record({ name, delegate }: CnameFacts): string {
  return `${name}. CNAME ${delegate === undefined ? "<your delegate>" : `${delegate}.`}`;
}

function digOf({ name, port }: CnameFacts, view: View | undefined): string {
  const server: ServerAddress | undefined = view && { address: view.address, port };
  return digLine({ name, qtype: "CNAME", server, isShort: true });
}

function traceOf({ views }: CnameFacts): string[] {
  return views.map((view) => `${view.address}: ${describe(view)}`);
}

function describe({ isCut, ownTexts, chain }: View): string {
  const parts = [
    ...(isCut ? ["NS: a zone of its own"] : []),
    ...(ownTexts.length > 0 ? [`TXT ${ownTexts.map((text) => `"${text}"`).join(" ")}`] : []),
    ...(chain === undefined ? [] : [`CNAME ${chain.names.slice(1).join(" -> ")}`]),
    ...(chain?.obstacle === undefined ? [] : [`${CUT_SHORT} ${chain.obstacle}`]),
  ];
  return parts.join(", ") || "nothing";
}

type CnameCode = Extract<Step["code"], `cname-${string}` | "propagating" | "ok">;

function fail(facts: CnameFacts, code: CnameCode, view: View | undefined, fix: string): Step {
  return step("cname", code, {
    found: view === undefined ? "nothing" : describe(view),
    expected: expectedText(facts),
    dig: digOf(facts, view),
    fix,
    trace: traceOf(facts),
  });
}

function aliasOk(facts: CnameFacts): Step {
  const { views } = facts;
  const [first] = views;
  const ttl = first?.alias?.ttl ?? 0;
  const found = `CNAME ${first?.chain?.names.slice(1).join(" -> ") ?? ""} (${views.length}/${views.length} addresses, ttl ${ttl})`;
  return step("cname", "ok", {
    found,
    expected: expectedText(facts),
    dig: digOf(facts, undefined),
    trace: traceOf(facts),
  });
}

function propagating(facts: CnameFacts, disagreeing: readonly View[]): Step {
  const { views, name, apex } = facts;
  const there = views.length - disagreeing.length;
  const shown = disagreeing.map((view) => `${view.address} shows ${describe(view)}`).join("; ");
  return step("cname", "propagating", {
    found: `propagating (${there}/${views.length} addresses): ${shown}`,
    expected: `${expectedText(facts)} at every name server of ${apex}`,
    dig: digOf(facts, disagreeing[0]),
    fix: `wait until every name server of ${apex} has the newest version of the zone; if it stays so, have ${disagreeing.map(({ address }) => address).join(" and ")} updated: ${name} is the record`,
    trace: traceOf(facts),
  });
}

function conflictNs(facts: CnameFacts, view: View): Step {
  const { name, apex } = facts;
  const fix = `remove the NS records of ${name} in the zone ${apex}, which make it a zone of its own, and create ${record(facts)}`;
  return fail(facts, "cname-conflict-ns", view, fix);
}

function conflictTxt(facts: CnameFacts, view: View): Step {
  const { name, apex } = facts;
  const fix = `remove the TXT records of ${name} at the DNS host of ${apex} (left by another ACME client, or kept by the host itself for its own certificates and not shown: Cloudflare's Universal SSL does so), and create ${record(facts)}`;
  return fail(facts, "cname-conflict-txt", view, fix);
}

function loopFix(facts: CnameFacts, { chain }: View): string {
  return `${chain?.end ?? ""} leads back to itself; let ${facts.name} lead to the delegate: ${record(facts)}`;
}

function misdirection(facts: CnameFacts, view: View): Step {
  const { delegate, zones, apex } = facts;
  const end = view.chain?.end ?? "";
  const wanted = delegate === undefined ? zones.map((zone) => zone.apex) : [delegate];
  const meant = wanted.map((each) => withoutAppended(end, each, apex)).find((each) => each);
  if (meant === undefined && view.chain?.obstacle !== undefined) {
    const fix = `it leads to ${end}, whose name servers did not say where that leads: try again in a minute; if it stays so, have the zone of ${end} mended, or let ${facts.name} lead to the delegate directly: ${record(facts)}`;
    return fail(facts, "cname-misdirected", view, fix);
  }
  const cause =
    meant === undefined
      ? `it leads to ${end}`
      : `its target lacks the trailing dot, so the name of the zone was appended; write ${meant}. with the dot at the end`;
  return fail(facts, "cname-misdirected", view, `correct the record, ${cause}: ${record(facts)}`);
}

/** The name in `wanted` that stands before the zone's own, or a name in the zone, at the end. */
function withoutAppended(end: string, wanted: string, apex: string): string | undefined {
  const at = `.${end}`.indexOf(`.${wanted}.`);
  const appended = end.slice(at + wanted.length + 1);
  return at >= 0 && isAtOrBelow(appended, apex) ? end.slice(0, at + wanted.length) : undefined;
}

function nothingThere(facts: CnameFacts, view: View | undefined): Step {
  const { wrongOwner, name, apex, domain } = facts;
  if (wrongOwner !== undefined) {
    const why = wrongOwner.endsWith(`${name}.${apex}`)
      ? `the zone was appended to a name that was whole: enter ${ownerForms(name, apex).relative} alone, or ${name}. with a dot at the end`
      : `the name begins with an underscore`;
    const fix = `rename the record at ${wrongOwner}: ${why}; it must be ${record(facts)}`;
    return step("cname", "cname-wrong-owner", {
      found: `nothing at ${name}, a CNAME at ${wrongOwner}`,
      expected: expectedText(facts),
      dig: digLine({ name: wrongOwner, qtype: "CNAME", isShort: true }),
      fix,
      trace: traceOf(facts),
    });
  }
  const { relative } = ownerForms(name, apex);
  const fix = `create this record at the DNS host of ${apex}: ${record(facts)} (where ${apex} is added by itself, enter ${relative}; it is for ${domain} and for *.${domain}, and other records stay as they are)`;
  return fail(facts, "cname-missing", view, fix);
}
