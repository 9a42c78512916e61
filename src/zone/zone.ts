import { RRtype } from "../dns/iana.ts";
import type { Name } from "../dns/name.ts";
import type { RRset } from "../dns/rrset.ts";

/** The RRsets of one name. Empty: the name exists only because others are below it (RFC 4592 section 2.2.2). */
export type Node = readonly RRset[];

/** What the SOA says besides the serial: RFC 1035 section 3.3.13. */
export interface SoaFields {
  readonly mname: Name;
  readonly rname: Name;
  /** TTL of the SOA and its MINIMUM, seconds: how long a negative answer may be kept (RFC 2308 section 5). */
  readonly negativeTtl: number;
}

/** Secondaries retry well before they refresh, and give up well after: RFC 1912 section 2.2. */
const REFRESH = 3600;
const RETRY = 600;
const EXPIRE = 604_800;

/**
 * The static data of one zone: what the configuration says, complete with empty non-terminals.
 * Values that change while the server runs, the SOA's serial among them, are in ChallengeIndex.
 */
export class Zone {
  readonly apex: Name;
  readonly hasCuts: boolean;
  readonly hasWildcards: boolean;
  /** By Name.key, empty non-terminals included, the SOA not. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #soa: SoaFields;

  /** static-records.ts makes the nodes. */
  constructor(apex: Name, soa: SoaFields, nodes: ReadonlyMap<string, Node>) {
    this.apex = apex;
    this.#soa = soa;
    this.nodes = nodes;
    this.hasWildcards = [...nodes.keys()].some((key) => key.startsWith("\x01*"));
    this.hasCuts = [...nodes].some(([key, node]) => key !== apex.key && hasNs(node));
  }

  /** The static RRsets of a name, or undefined if it does not exist here. */
  node(key: string): Node | undefined {
    return this.nodes.get(key);
  }

  /** Whether there is a zone cut right at this name. */
  delegates(key: string): boolean {
    return key !== this.apex.key && hasNs(this.nodes.get(key) ?? []);
  }

  /** The SOA RRset with this serial. */
  soa(serial: number): RRset {
    const { mname, rname, negativeTtl } = this.#soa;
    const numbers = Buffer.alloc(20);
    [serial, REFRESH, RETRY, EXPIRE, negativeTtl].forEach((number, i) => {
      numbers.writeUInt32BE(number, 4 * i);
    });
    const rdata = Buffer.concat([mname.octets, rname.octets, numbers]);
    return { owner: this.apex, rrtype: RRtype.SOA, ttl: negativeTtl, rdata: [rdata] };
  }
}

function hasNs(node: Node): boolean {
  return node.some((rrset) => rrset.rrtype === RRtype.NS);
}
