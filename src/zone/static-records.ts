import { RRtype } from "../dns/iana.ts";
import type { Name } from "../dns/name.ts";
import { type ParsedRecord, parseRecord } from "../dns/presentation.ts";
import {
  formatName,
  PresentationError,
  parseIpv4,
  parseIpv6,
} from "../dns/presentation-scanner.ts";
import type { Node, SoaFields } from "./zone.ts";
import { ZoneDraft } from "./zone-draft.ts";

/** A zone before it has records. */
export interface ZoneApex {
  readonly apex: Name;
  /** Its MNAME is the nameserver, if the records have no NS at the apex. */
  readonly soa: SoaFields;
}

export interface StaticRecords {
  /** Records of all zones in presentation format, in any order. */
  readonly texts: readonly string[];
  /** What names without a final dot are relative to, unless they end in one of the zones. */
  readonly origin: Name;
  /** Addresses of the nameservers, used for those that are in a zone and that the records give none. */
  readonly nsAddresses: readonly string[];
}

/** By Name.key, empty non-terminals and the apex included. */
export type StaticNodes = ReadonlyMap<string, Node>;

export interface StaticZones<Given extends ZoneApex> {
  /** In the order in which they were given. */
  readonly zones: readonly (Given & { readonly nodes: StaticNodes })[];
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

/** By Name.key of the apex. */
type Drafts = ReadonlyMap<string, ZoneDraft>;

/**
 * The static data of zones with different apexes, without the SOA. A record belongs to the zone with
 * the longest apex that its owner is at or below. Throws StaticRecordsError with every record that
 * does not parse or cannot stand beside the others.
 */
export function buildStaticZones<Given extends ZoneApex>(
  zones: readonly Given[],
  records: StaticRecords,
): StaticZones<Given> {
  const pairs = zones.map((zone) => ({ zone, draft: new ZoneDraft(zone.apex) }));
  const drafts: Drafts = new Map(pairs.map(({ draft }) => [draft.apex.key, draft]));
  const apexes = zones.map(({ apex }) => apex);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const text of records.texts) {
    const record = readRecord(text, records.origin, apexes, problems);
    if (record === undefined) continue;
    warnings.push(...recordWarnings(record, text, records.origin, apexes));
    addRecord(drafts, record);
  }
  for (const { zone, draft } of pairs) addNameserver(drafts, draft, zone.soa.mname, records);
  for (const { draft } of pairs) problems.push(...draft.problems());
  if (problems.length > 0) throw new StaticRecordsError(problems);
  // Zones may have the same nameserver.
  warnings.push(...new Set(pairs.flatMap(({ draft }) => nameserverWarnings(drafts, draft))));
  for (const { draft } of pairs) addDelegation(drafts, draft);
  const built = pairs.map(({ zone, draft }) => ({ ...zone, nodes: draft.nodes() }));
  return { zones: built, warnings };
}

/** The zone with the longest apex among the suffixes of `name` that begin at these offsets. */
function zoneAt(drafts: Drafts, name: Name, offsets: readonly number[]): ZoneDraft | undefined {
  for (const offset of offsets) {
    const draft = drafts.get(name.key.slice(offset));
    if (draft !== undefined) return draft;
  }
  return undefined;
}

/** The zone that a name belongs to. */
function zoneOf(drafts: Drafts, name: Name): ZoneDraft | undefined {
  return zoneAt(drafts, name, name.suffixOffsets());
}

function readRecord(
  text: string,
  origin: Name,
  apexes: readonly Name[],
  problems: string[],
): ParsedRecord | undefined {
  try {
    return parseRecord(text, origin, apexes);
  } catch (error) {
    if (!(error instanceof PresentationError)) throw error;
    problems.push(`record '${text}': ${error.message}`);
    return undefined;
  }
}

/** Configurations of acme-dns hold records of other zones and SOA records; they must not stop the start. */
function addRecord(drafts: Drafts, { owner, rrtype, rdata, ttl }: ParsedRecord): void {
  if (rrtype !== RRtype.SOA) zoneOf(drafts, owner)?.add(owner, rrtype, rdata, ttl);
}

/** RFC 1034 section 4.2.1: a zone has NS at its apex, and their addresses where they are inside. */
function addNameserver(
  drafts: Drafts,
  zone: ZoneDraft,
  nsname: Name,
  { nsAddresses }: StaticRecords,
): void {
  if (zone.rrset(zone.apex, RRtype.NS) === undefined) {
    zone.add(zone.apex, RRtype.NS, nsname.octets);
  }
  const home = zoneOf(drafts, nsname);
  if (home === undefined || home.rrset(nsname, RRtype.CNAME) !== undefined) return;
  if (home.addresses(nsname).length > 0) return;
  for (const address of nsAddresses) {
    const ipv4 = parseIpv4(address);
    const rdata = ipv4 ?? parseIpv6(address);
    const rrtype = ipv4 === undefined ? RRtype.AAAA : RRtype.A;
    if (rdata !== undefined) home.add(nsname, rrtype, rdata);
  }
}

/**
 * RFC 1034 section 4.2.1: the zone above has the same NS RRset at the cut as the zone below it at its
 * apex, and glue. Unless a name in between is delegated to others: then it is they who delegate
 * this zone.
 */
function addDelegation(drafts: Drafts, zone: ZoneDraft): void {
  const parent = zoneAt(drafts, zone.apex, zone.apex.suffixOffsets().slice(1));
  const ns = zone.rrset(zone.apex, RRtype.NS);
  if (parent === undefined || ns === undefined || parent.isBelowCut(zone.apex)) return;
  parent.addRRset(ns);
  for (const nsname of zone.nameservers(zone.apex)) {
    if (!nsname.isAtOrBelow(parent.apex)) continue;
    // Also of a nameserver in another zone below the parent: RFC 9471 section 3.2.
    for (const address of zoneOf(drafts, nsname)?.addresses(nsname) ?? []) {
      parent.addRRset(address);
    }
  }
}

/** RFC 2181 section 10.3: the target of an NS record has addresses and is no alias. */
function nameserverWarnings(drafts: Drafts, zone: ZoneDraft): string[] {
  return zone.nameservers(zone.apex).flatMap((nsname) => {
    const home = zoneOf(drafts, nsname);
    if (home === undefined) return [];
    const text = formatName(nsname);
    if (home.rrset(nsname, RRtype.CNAME) !== undefined) {
      return `nameserver ${text} is an alias: give it addresses (A, AAAA) instead of the CNAME`;
    }
    if (home.addresses(nsname).length > 0) return [];
    return `nameserver ${text} has no address: add a record such as "${text} A 192.0.2.1" with the public address of this server, or set general.public_ip`;
  });
}

function* recordWarnings(
  record: ParsedRecord,
  text: string,
  origin: Name,
  apexes: readonly Name[],
): Iterable<string> {
  if (!apexes.some((apex) => record.owner.isAtOrBelow(apex))) {
    const owner = formatName(record.owner);
    yield `record '${text}' is not served: ${owner} is not in the zone ${apexes.map(formatName).join(" or ")}; it belongs at the DNS host of ${owner}`;
  } else if (record.rrtype === RRtype.SOA) {
    yield `record '${text}' is not served: the SOA is made from general.nsname and general.nsadmin`;
  }
  for (const name of record.relativeNames) {
    yield `record '${text}': ${name} was read as ${name}.${formatName(origin)}; write "${name}." if that is not what is meant`;
  }
}
