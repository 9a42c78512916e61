/**
 * Where things are in a message that may be broken, as far as it can be followed. It believes what
 * it reads: pointers are passed over, and the walk ends where the octets do. Shares no code with src.
 */

const HEADER_OCTETS = 12;
const OPT = 41;
const MIN_UDP_PAYLOAD_SIZE = 512;

export interface Outline {
  /** Offsets of the length octets of labels. */
  readonly labelsAt: readonly number[];
  readonly qtypesAt: readonly number[];
  /** Offsets of two-octet lengths: RDLENGTH and OPTION-LENGTH. */
  readonly lengthsAt: readonly number[];
  readonly records: readonly OutlinedRecord[];
  /** What the first OPT says that the requestor can take over UDP, at least 512. */
  readonly udpPayloadSize: number | undefined;
}

export interface OutlinedRecord {
  readonly start: number;
  readonly rrtype: number;
  readonly rdlengthAt: number;
  /** Behind the RDATA. */
  readonly end: number;
}

interface Draft {
  readonly labelsAt: number[];
  readonly qtypesAt: number[];
  readonly lengthsAt: number[];
  readonly records: OutlinedRecord[];
  udpPayloadSize: number | undefined;
}

export function outlineOf(octets: Buffer): Outline {
  const draft: Draft = {
    labelsAt: [],
    qtypesAt: [],
    lengthsAt: [],
    records: [],
    udpPayloadSize: undefined,
  };
  if (octets.length < HEADER_OCTETS) return draft;
  let at: number | undefined = HEADER_OCTETS;
  for (let left = octets.readUInt16BE(4); left > 0 && at !== undefined; left--) {
    at = endOfQuestion(octets, at, draft);
  }
  let records = octets.readUInt16BE(6) + octets.readUInt16BE(8) + octets.readUInt16BE(10);
  for (; records > 0 && at !== undefined; records--) at = endOfRecord(octets, at, draft);
  return draft;
}

function endOfQuestion(octets: Buffer, start: number, draft: Draft): number | undefined {
  const at = endOfName(octets, start, draft);
  if (at === undefined || at + 4 > octets.length) return undefined;
  draft.qtypesAt.push(at);
  return at + 4;
}

function endOfRecord(octets: Buffer, start: number, draft: Draft): number | undefined {
  const at = endOfName(octets, start, draft);
  if (at === undefined || at + 10 > octets.length) return undefined;
  const rrtype = octets.readUInt16BE(at);
  const rdlengthAt = at + 8;
  const end = at + 10 + octets.readUInt16BE(rdlengthAt);
  draft.lengthsAt.push(rdlengthAt);
  if (end > octets.length) return undefined;
  draft.records.push({ start, rrtype, rdlengthAt, end });
  if (rrtype === OPT) {
    draft.udpPayloadSize ??= Math.max(octets.readUInt16BE(at + 2), MIN_UDP_PAYLOAD_SIZE);
    outlineOptions(octets, at + 10, end, draft);
  }
  return end;
}

function outlineOptions(octets: Buffer, start: number, end: number, draft: Draft): void {
  for (let at = start; at + 4 <= end; at += 4 + octets.readUInt16BE(at + 2)) {
    draft.lengthsAt.push(at + 2);
  }
}

function endOfName(octets: Buffer, start: number, draft: Draft): number | undefined {
  let at = start;
  for (;;) {
    const length = octets[at];
    if (length === undefined) return undefined;
    draft.labelsAt.push(at);
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    if (length > 63) return undefined;
    at += length + 1;
  }
}
