import { Rcode, RRclass, RRtype } from "../../dns/iana.ts";
import { Name } from "../../dns/name.ts";
import { WireReader } from "../../dns/wire-reader.ts";
import { SubdomainId } from "../../zone/table/subdomain-id.ts";
import type { Zone } from "../../zone/zone.ts";
import type { Reply } from "../reply.ts";
import { findZone, negative, replyTo, type ServedZone } from "../respond.ts";
import { hashName } from "./name-hash.ts";
import { type PackedAnswer, packAnswer } from "./packed-answer.ts";
import type { PlainQuery } from "./plain-query.ts";
import type { PlainZone } from "./plain-zone.ts";

/** A name that the configuration has, empty non-terminals and apexes included. */
export interface StaticName {
  /** As a name on the wire, A to Z folded. */
  readonly octets: Uint8Array;
  readonly zone: PlainZone;
  /** Whether what is one label below is found in the table alone: at an apex, unless its delegates have names below them. */
  readonly hasPlainDelegates: boolean;
  /** Whether delegates of its zone can have names of several labels. */
  readonly hasLongNames: boolean;
  /** Whether a name one label below, where the delegates are, has a UUID for its label. */
  readonly hasUuidBelow: boolean;
  /** Octets of the labels in front of the apex: a delegate can have the same ones. 0 for an apex. */
  readonly frontOctets: number;
  /** NXDOMAIN for the names below, undefined if a wildcard or a referral answers there. */
  readonly below: PackedAnswer | undefined;
  /** What is answered to a QTYPE, undefined if that depends on more than the configuration. */
  readonly byType: ReadonlyMap<number, PackedAnswer | undefined>;
  readonly otherTypes: PackedAnswer | undefined;
}

/** RFC 6895 section 3.1: private use. One of them that a name does not have stands for all that it does not have. */
const LAST_PRIVATE_TYPE = 65_534;

/**
 * The names of all zones that the configuration gives, with their answers made in advance: in open
 * addressing by the hash of the name, so that a search allocates nothing.
 */
export class StaticNames {
  readonly #slots: (StaticName | undefined)[];
  readonly #hashes: Int32Array;
  readonly #mask: number;

  constructor(names: readonly StaticName[]) {
    let size = 8;
    while (size < names.length * 2) size *= 2;
    this.#mask = size - 1;
    this.#hashes = new Int32Array(size);
    this.#slots = new Array<StaticName | undefined>(size).fill(undefined);
    for (const name of names) {
      const hash = hashName(name.octets);
      let index = hash & this.#mask;
      while (this.#slots[index] !== undefined) index = (index + 1) & this.#mask;
      this.#slots[index] = name;
      this.#hashes[index] = hash;
    }
  }

  /** The name that QNAME's label number `label` and those behind it are, or undefined. */
  find(query: PlainQuery, label: number): StaticName | undefined {
    const hash = query.suffixHash(label);
    for (let index = hash & this.#mask; ; index = (index + 1) & this.#mask) {
      const name = this.#slots[index];
      if (name === undefined) return undefined;
      if (this.#hashes[index] === hash && isSuffix(query, label, name.octets)) return name;
    }
  }
}

function isSuffix(query: PlainQuery, label: number, octets: Uint8Array): boolean {
  const start = query.labelStarts[label] ?? 0;
  if (query.nameOctets - start !== octets.length) return false;
  for (let i = 0; i < octets.length; i++) if (query.name[start + i] !== octets[i]) return false;
  return true;
}

/** The names of one zone. `zones`: all of them by Name.key of the apex, without delegates. */
export function staticNamesOf(
  zones: ReadonlyMap<string, ServedZone>,
  { zone, challenges: { hasNamesBelow } }: ServedZone,
  plain: PlainZone,
): StaticName[] {
  const names: StaticName[] = [];
  const nxdomain = negative(Rcode.NXDOMAIN, [], zone.soa(0));
  for (const [key, node] of zone.nodes) {
    const name = new Name(Buffer.from(key, "latin1"));
    // What a zone inside this one has the say about: it is one of its names.
    if (findZone({ zones }, { qname: name, qtype: RRtype.A })?.zone !== zone) continue;
    const isApex = key === zone.apex.key;
    const types = new Set([...node.map(({ rrtype }) => rrtype), RRtype.SOA, RRtype.DS]);
    const answer = (qtype: number) => staticAnswer(zones, zone, name, qtype);
    const byType = [...types].map((qtype): [number, PackedAnswer | undefined] => [
      qtype,
      // RFC 4035 section 3.1.4.1: the DS of an apex is the upper side's.
      isApex && qtype === RRtype.DS ? undefined : answer(qtype),
    ]);
    let otherType = LAST_PRIVATE_TYPE;
    while (types.has(otherType)) otherType--;
    names.push({
      octets: name.octets,
      zone: plain,
      hasPlainDelegates: isApex && !hasNamesBelow,
      hasLongNames: !hasNamesBelow,
      hasUuidBelow: isApex && hasUuidBelow(zone),
      frontOctets: key.length - zone.apex.key.length,
      below: hasNamesBelow || isAnsweredBelow(zone, name) ? undefined : packAnswer(name, nxdomain),
      byType: new Map(byType),
      otherTypes: answer(otherType),
    });
  }
  return names;
}

function hasUuidBelow({ nodes, apex }: Zone): boolean {
  const id = new SubdomainId();
  return [...nodes.keys()].some(
    (key) =>
      key.slice(key.charCodeAt(0) + 1) === apex.key && id.readUuid(Buffer.from(key, "latin1"), 0),
  );
}

/** RFC 4592 section 3.3.1 and RFC 1034 section 4.3.2, 3b. */
function isAnsweredBelow(zone: Zone, name: Name): boolean {
  if (zone.node(`\x01*${name.key}`) !== undefined) return true;
  return name.suffixOffsets().some((offset) => zone.delegates(name.key.slice(offset)));
}

/** Undefined where an alias leads back into the zone, and perhaps to a delegate. */
function staticAnswer(
  zones: ReadonlyMap<string, ServedZone>,
  zone: Zone,
  qname: Name,
  qtype: number,
): PackedAnswer | undefined {
  const reply = replyTo({ zones }, { qname, qtype, qclass: RRclass.IN, octets: qname.octets });
  return qtype !== RRtype.CNAME && leadsInto(zone, reply) ? undefined : packAnswer(qname, reply);
}

function leadsInto({ apex }: Zone, { answer }: Reply): boolean {
  const aliases = answer.filter(({ rrtype }) => rrtype === RRtype.CNAME);
  const targets = aliases.flatMap(({ rdata }) => rdata.map((each) => new WireReader(each).name()));
  return targets.some((target) => target?.isAtOrBelow(apex) === true);
}
