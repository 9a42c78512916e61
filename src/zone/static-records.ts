import { RRtype } from "../dns/iana.ts";
import { answerOctets } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import { type ParsedRecord, parseRecord } from "../dns/presentation.ts";
import {
  formatName,
  PresentationError,
  parseIpv4,
  parseIpv6,
} from "../dns/presentation-scanner.ts";
import { formatRRtype } from "../dns/rdata/rdata-type.ts";
import type { RRset } from "../dns/rrset.ts";
import { WireReader } from "../dns/wire-reader.ts";
import type { Node } from "./zone.ts";

/** TTL of a record that has none, seconds. */
const DEFAULT_TTL = 3600;
/** Of 65,535 in a message over TCP; the rest is for the CNAMEs that may lead to an RRset. */
const MAX_ANSWER_OCTETS = 60_000;

export interface StaticRecords {
  /** Records in presentation format, in any order. */
  readonly texts: readonly string[];
  /** The nameserver, if the records have no NS at the apex. */
  readonly nsname: Name;
  /** Its addresses, used if it is in the zone and the records give it none. */
  readonly nsAddresses: readonly string[];
}

export interface StaticNodes {
  /** By Name.key, empty non-terminals and the apex included. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** What is allowed but hardly meant, each a sentence. */
  readonly warnings: readonly string[];
}

/** Records that cannot be served. `problems`: one line each, with the record's text and the reason. */
export class StaticRecordsError extends Error {
  readonly code = "records_invalid";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "StaticRecordsError";
    this.problems = problems;
  }
}

/** A node under construction. */
type Draft = Map<number, { owner: Name; ttl: number; rdata: Uint8Array[] }>;

/**
 * The static data of the zone at `apex`, without the SOA. Throws StaticRecordsError with every
 * record that does not parse or cannot stand beside the others.
 */
export function buildStaticNodes(apex: Name, records: StaticRecords): StaticNodes {
  const drafts = new Map<string, Draft>([[apex.key, new Map()]]);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const text of records.texts) {
    const record = readRecord(text, apex, problems);
    if (record === undefined) continue;
    warnings.push(...recordWarnings(record, text, apex));
    if (isServed(record, apex)) {
      addRecord(drafts, record.owner, record.rrtype, record.rdata, record.ttl);
    }
  }
  addNameserver(drafts, apex, records);
  for (const draft of drafts.values()) problems.push(...problemsOf(draft));
  if (problems.length > 0) throw new StaticRecordsError(problems);
  warnings.push(...nameserverWarnings(drafts, apex));
  const nodes = new Map<string, Node>();
  for (const [key, draft] of drafts) nodes.set(key, toNode(draft));
  addEmptyNonTerminals(nodes, apex);
  return { nodes, warnings };
}

function readRecord(text: string, apex: Name, problems: string[]): ParsedRecord | undefined {
  try {
    return parseRecord(text, apex);
  } catch (error) {
    if (!(error instanceof PresentationError)) throw error;
    problems.push(`record '${text}': ${error.message}`);
    return undefined;
  }
}

/** Configurations of acme-dns hold records of other zones and SOA records; they must not stop the start. */
function isServed({ owner, rrtype }: ParsedRecord, apex: Name): boolean {
  return owner.isAtOrBelow(apex) && rrtype !== RRtype.SOA;
}

function addRecord(
  drafts: Map<string, Draft>,
  owner: Name,
  rrtype: number,
  rdata: Uint8Array,
  ttl: number = DEFAULT_TTL,
): void {
  const draft: Draft = drafts.get(owner.key) ?? new Map();
  drafts.set(owner.key, draft);
  const rrset = draft.get(rrtype) ?? { owner, ttl, rdata: [] };
  draft.set(rrtype, rrset);
  // RFC 2181 section 5: no record twice, and one TTL for all of an RRset.
  if (!rrset.rdata.some((other) => Buffer.compare(other, rdata) === 0)) rrset.rdata.push(rdata);
  rrset.ttl = Math.min(rrset.ttl, ttl);
}

/** RFC 1034 section 4.2.1: a zone has NS at its apex, and their addresses if they are inside. */
function addNameserver(drafts: Map<string, Draft>, apex: Name, records: StaticRecords): void {
  const { nsname, nsAddresses } = records;
  if (drafts.get(apex.key)?.has(RRtype.NS) !== true) {
    addRecord(drafts, apex, RRtype.NS, nsname.octets);
  }
  const own = drafts.get(nsname.key);
  const isComplete = own?.has(RRtype.CNAME) === true || hasAddress(own);
  if (!nsname.isAtOrBelow(apex) || isComplete) return;
  for (const address of nsAddresses) {
    const ipv4 = parseIpv4(address);
    const rdata = ipv4 ?? parseIpv6(address);
    const rrtype = ipv4 === undefined ? RRtype.AAAA : RRtype.A;
    if (rdata !== undefined) addRecord(drafts, nsname, rrtype, rdata);
  }
}

function hasAddress(draft: Draft | undefined): boolean {
  return draft?.has(RRtype.A) === true || draft?.has(RRtype.AAAA) === true;
}

function* problemsOf(draft: Draft): Iterable<string> {
  const cname = draft.get(RRtype.CNAME);
  if (cname !== undefined && (draft.size > 1 || cname.rdata.length > 1)) {
    // RFC 1034 section 3.6.2, RFC 2181 section 10.1.
    const types = [...draft.keys()].map(formatRRtype).join(", ");
    yield `${formatName(cname.owner)} has a CNAME and other records (${types}): a CNAME stands alone`;
  }
  for (const [rrtype, rrset] of draft) {
    if (answerOctets({ ...rrset, rrtype }) > MAX_ANSWER_OCTETS) {
      const what = `${formatName(rrset.owner)} ${formatRRtype(rrtype)}`;
      yield `the records of ${what} do not fit into one message: at most ${MAX_ANSWER_OCTETS} octets`;
    }
  }
}

/** RFC 2181 section 10.3: the target of an NS record has addresses and is no alias. */
function* nameserverWarnings(drafts: Map<string, Draft>, apex: Name): Iterable<string> {
  for (const rdata of drafts.get(apex.key)?.get(RRtype.NS)?.rdata ?? []) {
    const target = new WireReader(rdata).name();
    if (target === undefined || !target.isAtOrBelow(apex)) continue;
    const draft = drafts.get(target.key);
    const text = formatName(target);
    if (draft?.has(RRtype.CNAME) === true) {
      yield `nameserver ${text} is an alias: give it addresses (A, AAAA) instead of the CNAME`;
    } else if (!hasAddress(draft)) {
      yield `nameserver ${text} has no address: add a record such as "${text} A 192.0.2.1" with the public address of this server, or set general.public_ip`;
    }
  }
}

function* recordWarnings(record: ParsedRecord, text: string, apex: Name): Iterable<string> {
  const zone = formatName(apex);
  if (!record.owner.isAtOrBelow(apex)) {
    const owner = formatName(record.owner);
    yield `record '${text}' is not served: ${owner} is not in the zone ${zone}; it belongs at the DNS host of ${owner}`;
  } else if (record.rrtype === RRtype.SOA) {
    yield `record '${text}' is not served: the SOA is made from general.nsname and general.nsadmin`;
  }
  for (const name of record.relativeNames) {
    yield `record '${text}': ${name} was read as ${name}.${zone}; write "${name}." if that is not what is meant`;
  }
}

function toNode(draft: Draft): Node {
  return [...draft].map(
    ([rrtype, { owner, ttl, rdata }]): RRset => ({ owner, rrtype, ttl, rdata }),
  );
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
