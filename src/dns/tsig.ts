import { RRclass, RRtype } from "./iana.ts";
import type { Name } from "./name.ts";
import { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * TSIG records (RFC 8945) as far as a server without keys needs them: to read one in a query and to
 * say in the response why it was not accepted.
 */

/** RFC 8945 section 4.2, without the MAC and what only responses have. */
export interface Tsig {
  readonly keyName: Name;
  readonly algorithm: Name;
  /** 48 bits of seconds since 1970, as they came. */
  readonly timeSigned: Uint8Array;
  /** Seconds. */
  readonly fudge: number;
  readonly originalId: number;
}

/** RFC 8945 section 3. */
export const TsigError = { BADKEY: 17 } as const;
export type TsigError = (typeof TsigError)[keyof typeof TsigError];

const TIME_SIGNED_OCTETS = 6;

/** The record of a query, or undefined if it breaks a rule of RFC 8945 section 4.2: class ANY, TTL 0, RDATA exact. */
export function decodeTsig(
  keyName: Name | undefined,
  rrclass: number,
  ttl: number,
  rdata: Uint8Array,
): Tsig | undefined {
  const reader = new WireReader(rdata);
  const algorithm = reader.name();
  const timeSigned = reader.octets(TIME_SIGNED_OCTETS);
  const fudge = reader.uint16();
  reader.skip(reader.uint16()); // MAC
  const originalId = reader.uint16();
  reader.uint16(); // Error
  reader.skip(reader.uint16()); // Other Data
  const isWhole = !reader.failed && reader.offset === rdata.length;
  if (keyName === undefined || algorithm === undefined || !isWhole) return undefined;
  if (rrclass !== RRclass.ANY || ttl !== 0) return undefined;
  return { keyName, algorithm, timeSigned, fudge, originalId };
}

/** RFC 8945 section 5.3.2: an error about the key or the MAC is reported without a signature. */
export function encodeUnsignedTsig(writer: WireWriter, tsig: Tsig, error: TsigError): void {
  // As an owner name it may be compressed: if it was a pointer in the query, writing it out would
  // make the response much longer than the query.
  writer.name(tsig.keyName);
  writer.uint16(RRtype.TSIG);
  writer.uint16(RRclass.ANY);
  writer.uint32(0);
  const lengthAt = writer.length;
  writer.uint16(0);
  writer.uncompressedName(tsig.algorithm);
  writer.octets(tsig.timeSigned);
  writer.uint16(tsig.fudge);
  writer.uint16(0);
  writer.uint16(tsig.originalId);
  writer.uint16(error);
  writer.uint16(0);
  if (!writer.overflowed) writer.patchUint16(lengthAt, writer.length - lengthAt - 2);
}
