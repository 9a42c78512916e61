import { decodeEdns, type Edns, encodeEdns, isOptRdata, OPT_OCTETS } from "./edns.ts";
import { RRclass, RRtype } from "./iana.ts";
import type { Name } from "./name.ts";
import { writeRdata } from "./rdata/rdata-type.ts";
import type { RRset } from "./rrset.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

/** RFC 1035 section 4.1.2. */
export interface Question {
  readonly qname: Name;
  readonly qtype: number;
  readonly qclass: number;
  /** As received, to be echoed octet for octet: resolvers check the case of the letters. */
  readonly octets: Uint8Array;
}

/** A message that wants a response, as far as it can be read. */
export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** Undefined unless the message has exactly one question that can be read. */
  readonly question: Question | undefined;
  readonly edns: Edns | undefined;
  /** Whether all that the header announces is there and allowed; if not, FORMERR is the answer. */
  readonly wellFormed: boolean;
}

/** What goes back, before octets. */
export interface Response {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answer: readonly RRset[];
  readonly authority: readonly RRset[];
  readonly additional: readonly RRset[];
}

/** Room for a response, in octets. */
export interface SizeLimit {
  /** What may be sent. */
  readonly response: number;
  /** What we say in OPT that we can take ourselves. */
  readonly udpPayloadSize: number;
}

const HEADER_OCTETS = 12;
const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;

/**
 * Reads a query (RFC 1035 section 4.1). Total: any octets give a value.
 *
 * @returns undefined if there must be no response: shorter than a header, or itself a response
 * (answering one makes two servers talk to each other for ever).
 */
export function decodeQuery(octets: Uint8Array): Query | undefined {
  if (octets.length < HEADER_OCTETS) return undefined;
  const reader = new WireReader(octets);
  const id = reader.uint16();
  const flags = reader.uint16();
  if ((flags & QR) !== 0) return undefined;
  const questionCount = reader.uint16();
  const answerAndAuthorityCount = reader.uint16() + reader.uint16();
  const additionalCount = reader.uint16();
  let question: Question | undefined;
  for (let i = 0; i < questionCount && !reader.failed; i++) {
    question = decodeQuestion(octets, reader);
  }
  const records = decodeRecords(reader, answerAndAuthorityCount, additionalCount);
  return {
    id,
    opcode: (flags >>> 11) & 0xf,
    recursionDesired: (flags & RD) !== 0,
    // RFC 9619 section 4: one question, no more and no less.
    question: questionCount === 1 ? question : undefined,
    edns: records.edns,
    wellFormed: questionCount === 1 && records.wellFormed,
  };
}

function decodeQuestion(octets: Uint8Array, reader: WireReader): Question | undefined {
  const start = reader.offset;
  const qname = reader.name();
  const qtype = reader.uint16();
  const qclass = reader.uint16();
  if (qname === undefined || reader.failed) return undefined;
  return { qname, qtype, qclass, octets: octets.subarray(start, reader.offset) };
}

/**
 * Walks the records behind the questions. RFC 6891 section 6.1.1: at most one OPT, in the additional
 * section, owned by the root. One that breaks a rule still asks for an OPT in the response.
 */
function decodeRecords(
  reader: WireReader,
  answerAndAuthorityCount: number,
  additionalCount: number,
): { edns: Edns | undefined; wellFormed: boolean } {
  let edns: Edns | undefined;
  let isOptAllowed = true;
  const count = answerAndAuthorityCount + additionalCount;
  for (let i = 0; i < count && !reader.failed; i++) {
    const owner = reader.name();
    const rrtype = reader.uint16();
    const rrclass = reader.uint16();
    const ttl = reader.uint32();
    const rdata = reader.octets(reader.uint16());
    if (rrtype !== RRtype.OPT || reader.failed) continue;
    const isInPlace = i >= answerAndAuthorityCount && owner?.octets.length === 1;
    isOptAllowed = isInPlace && edns === undefined && isOptRdata(ttl, rdata);
    edns ??= decodeEdns(rrclass, ttl);
  }
  return { edns, wellFormed: isOptAllowed && !reader.failed };
}

/**
 * The octets of a response. If the sections do not fit they are left out and TC is set (RFC 2181
 * section 9: a part of an RRset would be worth nothing); the question and OPT stay (RFC 6891
 * section 7).
 */
export function encodeResponse(query: Query, response: Response, limit: SizeLimit): Uint8Array {
  const whole = encode(query, response, limit, false);
  return whole ?? encode(query, { ...response, ...NO_RECORDS }, limit, true) ?? new Uint8Array(0);
}

const NO_RECORDS = { answer: [], authority: [], additional: [] } as const;

function encode(
  query: Query,
  response: Response,
  limit: SizeLimit,
  truncated: boolean,
): Uint8Array | undefined {
  const writer = new WireWriter(limit.response);
  const flags =
    QR |
    (query.opcode << 11) |
    (response.authoritative ? AA : 0) |
    (truncated ? TC : 0) |
    (query.recursionDesired ? RD : 0) |
    (response.rcode & 0xf);
  writer.uint16(query.id);
  writer.uint16(flags);
  writer.uint16(query.question === undefined ? 0 : 1);
  writer.uint16(recordCount(response.answer));
  writer.uint16(recordCount(response.authority));
  writer.uint16(recordCount(response.additional) + (query.edns === undefined ? 0 : 1));
  if (query.question !== undefined) {
    writer.question(query.question.octets, query.question.qname.octets.length);
  }
  for (const rrset of response.answer) encodeRRset(writer, rrset);
  for (const rrset of response.authority) encodeRRset(writer, rrset);
  for (const rrset of response.additional) encodeRRset(writer, rrset);
  if (query.edns !== undefined) {
    encodeEdns(writer, query.edns, limit.udpPayloadSize, response.rcode);
  }
  return writer.overflowed ? undefined : writer.finish();
}

function recordCount(rrsets: readonly RRset[]): number {
  let count = 0;
  for (const rrset of rrsets) count += rrset.rdata.length;
  return count;
}

function encodeRRset(writer: WireWriter, rrset: RRset): void {
  for (const rdata of rrset.rdata) {
    writer.name(rrset.owner);
    writer.uint16(rrset.rrtype);
    writer.uint16(RRclass.IN);
    writer.uint32(rrset.ttl);
    const lengthAt = writer.length;
    writer.uint16(0);
    writeRdata(writer, rrset.rrtype, rdata);
    if (!writer.overflowed) writer.patchUint16(lengthAt, writer.length - lengthAt - 2);
  }
}

/** Octets of the smallest message that can carry this RRset as an answer to a question for it. */
export function answerOctets(rrset: RRset): number {
  const perRecord = 12;
  const rdata = rrset.rdata.reduce((sum, octets) => sum + octets.length + perRecord, 0);
  return HEADER_OCTETS + rrset.owner.octets.length + 4 + rdata + OPT_OCTETS;
}
