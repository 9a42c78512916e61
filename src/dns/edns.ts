import { RRtype } from "./iana.ts";
import { isCookieLength } from "./server-cookie.ts";
import { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** What the OPT record of a query says: RFC 6891 section 6.1. */
export interface Edns {
  readonly version: number;
  /** Octets the requestor can take over UDP, at least 512 (RFC 6891 section 6.2.3). */
  readonly udpPayloadSize: number;
  /** DO: RFC 3225 section 3. */
  readonly wantsDnssec: boolean;
  readonly options: EdnsOptions;
  /** Whether the RDATA is what version 0 says it is; nobody knows a later one. */
  readonly wellFormed: boolean;
}

/** The options of a query that this server knows; all others are ignored (RFC 6891 section 6.1.2). */
export interface EdnsOptions {
  /** RFC 5001 section 2.1. */
  readonly wantsNsid: boolean;
  /** RFC 7873 section 4: client cookie and perhaps a server cookie, of an allowed length. */
  readonly cookie: Uint8Array | undefined;
  /** RFC 7828 section 3.2.1. */
  readonly wantsKeepalive: boolean;
}

/** One option: RFC 6891 section 6.1.2. */
export interface EdnsOption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/** Our OPT record. */
export interface OptRecord {
  /** What we can take ourselves. */
  readonly udpPayloadSize: number;
  readonly wantsDnssec: boolean;
  readonly options: readonly EdnsOption[];
}

/** The IANA registry of EDNS option codes, those used here. */
export const OptionCode = { NSID: 3, COOKIE: 10, KEEPALIVE: 11, EXTENDED_ERROR: 15 } as const;

/** The version that this server implements: RFC 6891 section 6.1.3. */
export const EDNS_VERSION = 0;
/** Octets of an OPT record without options. */
export const OPT_OCTETS = 11;

const MIN_UDP_PAYLOAD_SIZE = 512;
const DO = 0x8000;
const NO_OPTIONS: EdnsOptions = { wantsNsid: false, cookie: undefined, wantsKeepalive: false };

/** What an OPT record with this CLASS, TTL and RDATA says. */
export function decodeEdns(rrclass: number, ttl: number, rdata: Uint8Array): Edns {
  const version = (ttl >>> 16) & 0xff;
  const options = version === EDNS_VERSION ? decodeOptions(rdata) : NO_OPTIONS;
  return {
    version,
    udpPayloadSize: Math.max(rrclass, MIN_UDP_PAYLOAD_SIZE),
    wantsDnssec: (ttl & DO) !== 0,
    options: options ?? NO_OPTIONS,
    wellFormed: options !== undefined,
  };
}

/** Option code, option length, that many octets, and again (RFC 6891 section 6.1.2); undefined if it is not that. */
function decodeOptions(rdata: Uint8Array): EdnsOptions | undefined {
  if (rdata.length === 0) return NO_OPTIONS;
  const reader = new WireReader(rdata);
  let wantsNsid = false;
  let wantsKeepalive = false;
  let cookie: Uint8Array | undefined;
  while (reader.offset < rdata.length && !reader.failed) {
    const code = reader.uint16();
    const octets = reader.octets(reader.uint16());
    if (code === OptionCode.NSID) wantsNsid = true;
    else if (code === OptionCode.KEEPALIVE) wantsKeepalive = true;
    // RFC 7873 section 5.2: of several cookies the first counts.
    else if (code === OptionCode.COOKIE) cookie ??= octets;
  }
  const isCookie = cookie === undefined || isCookieLength(cookie.length);
  return reader.failed || !isCookie ? undefined : { wantsNsid, wantsKeepalive, cookie };
}

/** @param rcode its upper eight bits go here: RFC 6891 section 6.1.3. */
export function encodeOpt(writer: WireWriter, opt: OptRecord, rcode: number): void {
  writer.uint8(0);
  writer.uint16(RRtype.OPT);
  writer.uint16(opt.udpPayloadSize);
  writer.uint8(rcode >>> 4);
  writer.uint8(EDNS_VERSION);
  // RFC 3225 section 3: DO is copied; the other flags are nobody's.
  writer.uint16(opt.wantsDnssec ? DO : 0);
  const lengthAt = writer.length;
  writer.uint16(0);
  for (const { code, octets } of opt.options) {
    writer.uint16(code);
    writer.uint16(octets.length);
    writer.octets(octets);
  }
  if (!writer.overflowed) writer.patchUint16(lengthAt, writer.length - lengthAt - 2);
}
