import { RRtype } from "../dns/iana.ts";
import type { Name } from "../dns/name.ts";
import type { RRset } from "../dns/rrset.ts";
import { WireReader } from "../dns/wire-reader.ts";
import type { Answer } from "./answer.ts";
import type { Challenges } from "./challenges.ts";
import type { Node, Zone } from "./zone.ts";

/** A chain of more CNAMEs than that is left to the resolver. */
const MAX_CHAIN = 8;

/** RFC 8482 section 4.2: what a question for ANY gets at a name that has no RRset to pick. */
const ANY_TTL = 3600;
const HINFO_RFC8482 = Buffer.from("\x07RFC8482\x00", "latin1");

/**
 * The algorithm of RFC 1034 section 4.3.2 for one zone, as RFC 4592 section 3.3.1 has it:
 * delegations, CNAMEs inside the zone, empty non-terminals, wildcards. `qname` must be at or below
 * the zone's apex.
 */
export function lookup(zone: Zone, challenges: Challenges, qname: Name, qtype: number): Answer {
  const chain: RRset[] = [];
  let name = qname;
  for (;;) {
    const cut = zone.hasCuts ? findCut(zone, name, qtype) : undefined;
    if (cut !== undefined) return { kind: "referral", chain, ns: cut, glue: glueOf(zone, cut) };
    const node = findNode(zone, challenges, name);
    if (node === undefined) return { kind: "nxdomain", chain };
    const rrset = pick(zone, challenges, name, node, qtype);
    if (rrset === undefined) return { kind: "nodata", chain };
    const target = aliasTarget(rrset, qtype);
    if (target === undefined) return { kind: "data", chain, rrset };
    chain.push(rrset);
    // RFC 1034 section 4.3.2: what lies outside the zone is the resolver's to follow. So is a circle:
    // RFC 2181 section 5 wants no record twice.
    const isCircle = chain.some(({ owner }) => owner.equals(target));
    const isOurs = target.isAtOrBelow(zone.apex) && chain.length <= MAX_CHAIN;
    if (isCircle || !isOurs) return { kind: "data", chain, rrset: undefined };
    name = target;
  }
}

function findNode(zone: Zone, challenges: Challenges, name: Name): Node | undefined {
  const configured = zone.node(name.key);
  const published = challenges.node(name.key);
  // Static records at a delegate's name or below it must not hide its value: `pick` takes the first that fits.
  if (configured !== undefined && published !== undefined) return [...published, ...configured];
  const node = configured ?? published;
  if (node !== undefined) return node;
  const hasWildcards = zone.hasWildcards || challenges.hasNamesBelow;
  return hasWildcards ? synthesize(zone, challenges, name) : undefined;
}

/** The RRset that answers `qtype` at an existing name: its own, the CNAME that stands for all, or one of many for ANY. */
function pick(
  zone: Zone,
  challenges: Challenges,
  name: Name,
  node: Node,
  qtype: number,
): RRset | undefined {
  const isApex = name.equals(zone.apex);
  // RFC 8482 section 4.1: any one RRset; the SOA is a small one and the apex always has it.
  if (isApex && (qtype === RRtype.SOA || qtype === RRtype.ANY)) return challenges.soa;
  if (qtype === RRtype.ANY) {
    return node[0] ?? { owner: name, rrtype: RRtype.HINFO, ttl: ANY_TTL, rdata: [HINFO_RFC8482] };
  }
  return node.find((rrset) => rrset.rrtype === qtype || rrset.rrtype === RRtype.CNAME);
}

/** Where the answer goes on if `rrset` is a CNAME and the question was for something else. */
function aliasTarget(rrset: RRset, qtype: number): Name | undefined {
  const isAlias = rrset.rrtype === RRtype.CNAME && qtype !== RRtype.CNAME && qtype !== RRtype.ANY;
  return isAlias ? nameIn(rrset.rdata[0]) : undefined;
}

function nameIn(rdata: Uint8Array | undefined): Name | undefined {
  return rdata === undefined ? undefined : new WireReader(rdata).name();
}

/**
 * The NS RRset at or above `name`, below the apex: from there on another zone has the say. The DS
 * at the cut itself belongs to this side (RFC 4035 section 3.1.4.1).
 */
function findCut(zone: Zone, name: Name, qtype: number): RRset | undefined {
  const depth = name.key.length - zone.apex.key.length;
  const offsets = name.suffixOffsets().filter((offset) => offset < depth);
  for (const offset of offsets.reverse()) {
    if (offset === 0 && qtype === RRtype.DS) return undefined;
    const node = zone.node(name.key.slice(offset));
    const ns = node?.find((rrset) => rrset.rrtype === RRtype.NS);
    if (ns !== undefined) return ns;
  }
  return undefined;
}

/** RFC 9471 section 3: the addresses that this zone has for the nameservers of a delegation. */
function glueOf(zone: Zone, ns: RRset): RRset[] {
  return ns.rdata.flatMap((rdata) => {
    const node = zone.node(nameIn(rdata)?.key ?? "") ?? [];
    return node.filter(({ rrtype }) => rrtype === RRtype.A || rrtype === RRtype.AAAA);
  });
}

/**
 * RFC 4592 section 3.3.1: the node of the wildcard right below the closest encloser, its records
 * owned by `name`: of the configuration, or of an instant name. A delegate's name always exists and is
 * never covered.
 */
function synthesize(zone: Zone, challenges: Challenges, name: Name): Node | undefined {
  for (const offset of name.suffixOffsets().slice(1)) {
    const encloser = name.key.slice(offset);
    if (zone.node(encloser) === undefined && challenges.node(encloser) === undefined) continue;
    const wildcard = `\x01*${encloser}`;
    const source = zone.node(wildcard) ?? challenges.node(wildcard);
    return source?.map((rrset) => ({ ...rrset, owner: name }));
  }
  return undefined;
}
