import { RRtype } from "../dns/iana.ts";
import { answerOctets } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import { formatName } from "../dns/presentation-scanner.ts";
import { formatRRtype } from "../dns/rdata/rdata-type.ts";
import type { RRset } from "../dns/rrset.ts";
import { WireReader } from "../dns/wire-reader.ts";
import type { Node } from "./zone.ts";

/** TTL of a record that has none, seconds. */
const DEFAULT_TTL = 3600;
/** Of 65,535 in a message over TCP; the rest is for the CNAMEs that may lead to an RRset. */
const MAX_ANSWER_OCTETS = 60_000;

/** An RRset that still grows. */
interface RRsetDraft {
  readonly owner: Name;
  readonly rrtype: number;
  readonly rdata: Uint8Array[];
  ttl: number;
}

/** The static data of one zone under construction: RRsets by Name.key and type. */
export class ZoneDraft {
  readonly apex: Name;
  readonly #nodes = new Map<string, Map<number, RRsetDraft>>();

  constructor(apex: Name) {
    this.apex = apex;
    this.#nodes.set(apex.key, new Map());
  }

  add(owner: Name, rrtype: number, rdata: Uint8Array, ttl: number = DEFAULT_TTL): void {
    const node = this.#nodes.get(owner.key) ?? new Map<number, RRsetDraft>();
    this.#nodes.set(owner.key, node);
    const rrset = node.get(rrtype) ?? { owner, rrtype, rdata: [], ttl };
    node.set(rrtype, rrset);
    // RFC 2181 section 5: no record twice, and one TTL for all of an RRset.
    if (!rrset.rdata.some((other) => Buffer.compare(other, rdata) === 0)) rrset.rdata.push(rdata);
    rrset.ttl = Math.min(rrset.ttl, ttl);
  }

  addRRset({ owner, rrtype, rdata, ttl }: RRset): void {
    for (const each of rdata) this.add(owner, rrtype, each, ttl);
  }

  rrset(owner: Name, rrtype: number): RRset | undefined {
    return this.#nodes.get(owner.key)?.get(rrtype);
  }

  /** The A and AAAA RRsets of a name. */
  addresses(owner: Name): RRset[] {
    const both = [this.rrset(owner, RRtype.A), this.rrset(owner, RRtype.AAAA)];
    return both.filter((rrset) => rrset !== undefined);
  }

  /** The nameservers of a name: the apex, or one that is delegated from here. */
  nameservers(owner: Name): Name[] {
    const targets = this.rrset(owner, RRtype.NS)?.rdata.map((each) => new WireReader(each).name());
    return targets?.filter((target) => target !== undefined) ?? [];
  }

  /** Whether a name between the apex and `name` is delegated. */
  isBelowCut(name: Name): boolean {
    const depth = name.key.length - this.apex.key.length;
    return name
      .suffixOffsets()
      .filter((offset) => offset > 0 && offset < depth)
      .some((offset) => this.#nodes.get(name.key.slice(offset))?.has(RRtype.NS) === true);
  }

  /** What cannot be served, a line each. */
  *problems(): Iterable<string> {
    for (const node of this.#nodes.values()) yield* problemsOf(node);
  }

  /** By Name.key, empty non-terminals included. */
  nodes(): Map<string, Node> {
    const nodes = new Map<string, Node>();
    for (const [key, node] of this.#nodes) nodes.set(key, [...node.values()]);
    addEmptyNonTerminals(nodes, this.apex);
    return nodes;
  }
}

function* problemsOf(node: ReadonlyMap<number, RRsetDraft>): Iterable<string> {
  const cname = node.get(RRtype.CNAME);
  if (cname !== undefined && (node.size > 1 || cname.rdata.length > 1)) {
    // RFC 1034 section 3.6.2, RFC 2181 section 10.1.
    const types = [...node.keys()].map(formatRRtype).join(", ");
    yield `${formatName(cname.owner)} has a CNAME and other records (${types}): a CNAME stands alone`;
  }
  for (const rrset of node.values()) {
    if (answerOctets(rrset) > MAX_ANSWER_OCTETS) {
      const what = `${formatName(rrset.owner)} ${formatRRtype(rrset.rrtype)}`;
      yield `the records of ${what} do not fit into one message: at most ${MAX_ANSWER_OCTETS} octets`;
    }
  }
}

/** RFC 8020, RFC 4592 section 2.2.2: a name exists if one below it does. */
function addEmptyNonTerminals(nodes: Map<string, Node>, apex: Name): void {
  for (const [key, node] of [...nodes]) {
    const owner = node[0]?.owner;
    if (owner === undefined) continue;
    for (const offset of owner.suffixOffsets()) {
      const ancestor = key.slice(offset);
      if (ancestor.length < apex.key.length) break;
      if (!nodes.has(ancestor)) nodes.set(ancestor, []);
    }
  }
}
