import type { Name } from "./name.ts";

/**
 * RFC 2181 section 5: all records of one owner, class and type. One TTL, no two equal records. The
 * class is IN, the only one that this server has.
 */
export interface RRset {
  readonly owner: Name;
  readonly rrtype: number;
  /** Seconds. */
  readonly ttl: number;
  /** RDATA of each record as on the wire, names in it not compressed. */
  readonly rdata: readonly Uint8Array[];
}
