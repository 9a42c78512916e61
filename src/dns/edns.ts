import { RRtype } from "./iana.ts";
import { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** What the OPT record of a query says: RFC 6891 section 6.1. */
export interface Edns {
  readonly version: number;
  /** Octets the requestor can take over UDP, at least 512 (RFC 6891 section 6.2.3). */
  readonly udpPayloadSize: number;
  /** DO: RFC 3225 section 3. */
  readonly wantsDnssec: boolean;
}

/** The version that this server implements: RFC 6891 section 6.1.3. */
export const EDNS_VERSION = 0;
/** Octets of an OPT record without options. */
export const OPT_OCTETS = 11;

const MIN_UDP_PAYLOAD_SIZE = 512;
const DO = 0x8000;

/** What an OPT record with this CLASS and TTL says. */
export function decodeEdns(rrclass: number, ttl: number): Edns {
  return {
    version: versionOf(ttl),
    udpPayloadSize: Math.max(rrclass, MIN_UDP_PAYLOAD_SIZE),
    wantsDnssec: (ttl & DO) !== 0,
  };
}

/**
 * Whether the RDATA of an OPT record is what it should be: option code, option length, that many
 * octets, and again (RFC 6891 section 6.1.2). That holds for version 0; nobody knows a later one.
 */
export function isOptRdata(ttl: number, rdata: Uint8Array): boolean {
  if (versionOf(ttl) !== EDNS_VERSION) return true;
  const reader = new WireReader(rdata);
  while (reader.offset < rdata.length && !reader.failed) {
    reader.uint16();
    reader.skip(reader.uint16());
  }
  return !reader.failed;
}

function versionOf(ttl: number): number {
  return (ttl >>> 16) & 0xff;
}

/** Our OPT record: the upper eight bits of the RCODE, DO copied (RFC 3225 section 3), no options. */
export function encodeEdns(
  writer: WireWriter,
  query: Edns,
  udpPayloadSize: number,
  rcode: number,
): void {
  writer.uint8(0);
  writer.uint16(RRtype.OPT);
  writer.uint16(udpPayloadSize);
  writer.uint8(rcode >>> 4);
  writer.uint8(EDNS_VERSION);
  writer.uint16(query.wantsDnssec ? DO : 0);
  writer.uint16(0);
}
