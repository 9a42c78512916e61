import { decodeEdns, type Edns, encodeOpt, OPT_OCTETS, type OptRecord } from "./edns.ts";
import { RRclass, RRtype } from "./iana.ts";
import type { Name } from "./name.ts";
import { writeRdata } from "./rdata/rdata-type.ts";
import type { RRset } from "./rrset.ts";
import { decodeTsig, encodeUnsignedTsig, type Tsig, type TsigError } from "./tsig.ts";
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
  readonly questionCount: number;
  /** Undefined unless the message has exactly one question that can be read. */
  readonly question: Question | undefined;
  readonly edns: Edns | undefined;
  readonly tsig: Tsig | undefined;
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
  /** Says what was wrong with the TSIG record of the query, in an unsigned one of ours. */
  readonly tsigError?: TsigError;
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
  // RFC 9619 section 4: one question at most. Others are passed over to find OPT behind them.
  const question = questionCount === 1 ? decodeQuestion(octets, reader) : undefined;
  if (questionCount > 1) skipQuestions(reader, questionCount);
  const records = decodeRecords(reader, answerAndAuthorityCount, additionalCount);
  return {
    id,
    opcode: (flags >>> 11) & 0xf,
    recursionDesired: (flags & RD) !== 0,
    questionCount,
    question,
    edns: records.edns,
    tsig: records.tsig,
    wellFormed: questionCount <= 1 && !reader.failed && records.areAllowed,
  };
}

function skipQuestions(reader: WireReader, count: number): void {
  for (let i = 0; i < count && !reader.failed; i++) {
    reader.skipName();
    reader.skip(4);
  }
}

function decodeQuestion(octets: Uint8Array, reader: WireReader): Question | undefined {
  const start = reader.offset;
  const qname = reader.name();
  const qtype = reader.uint16();
  const qclass = reader.uint16();
  if (qname === undefined || reader.failed) return undefined;
  return { qname, qtype, qclass, octets: octets.subarray(start, reader.offset) };
}

interface MetaRecords {
  edns: Edns | undefined;
  tsig: Tsig | undefined;
  areAllowed: boolean;
}

/**
 * Walks the records behind the questions. RFC 6891 section 6.1.1: at most one OPT, in the additional
 * section, owned by the root. RFC 8945 section 5.1: at most one TSIG, the last record of all. An OPT
 * that breaks a rule still asks for an OPT in the response.
 */
function decodeRecords(
  reader: WireReader,
  answerAndAuthorityCount: number,
  additionalCount: number,
): MetaRecords {
  const found: MetaRecords = { edns: undefined, tsig: undefined, areAllowed: true };
  const count = answerAndAuthorityCount + additionalCount;
  for (let i = 0; i < count && !reader.failed; i++) {
    const ownerAt = reader.offset;
    reader.skipName();
    const isRoot = reader.offset === ownerAt + 1;
    const rrtype = reader.uint16();
    const rrclass = reader.uint16();
    const ttl = reader.uint32();
    const rdata = reader.octets(reader.uint16());
    if (reader.failed) break;
    if (rrtype === RRtype.OPT) {
      const edns = decodeEdns(rrclass, ttl, rdata);
      const isInPlace = i >= answerAndAuthorityCount && isRoot && found.edns === undefined;
      found.areAllowed &&= isInPlace && edns.wellFormed;
      found.edns ??= edns;
    } else if (rrtype === RRtype.TSIG) {
      // Only the last one is looked into: thousands of them must not cost anything.
      const isInPlace = i >= answerAndAuthorityCount && i === count - 1;
      if (isInPlace) found.tsig = decodeTsig(reader.nameAt(ownerAt), rrclass, ttl, rdata);
      found.areAllowed &&= found.tsig !== undefined;
    }
  }
  return found;
}

/** How a response is written. */
export interface Encoding {
  /** Octets that may be sent. */
  readonly limit: number;
  /** For a query that has one (RFC 6891 section 7). */
  readonly opt: OptRecord | undefined;
  /** Leave the sections out and set TC, whatever would fit. */
  readonly truncated: boolean;
}

/**
 * The octets of a response. If the sections do not fit they are left out and TC is set (RFC 2181
 * section 9: a part of an RRset would be worth nothing); the question and OPT stay (RFC 6891
 * section 7), and so does TSIG if there is room (RFC 8945 section 5.3).
 */
export function encodeResponse(query: Query, response: Response, encoding: Encoding): Uint8Array {
  const whole = encoding.truncated ? undefined : encode(query, response, encoding);
  if (whole !== undefined) return whole;
  const truncated = { ...encoding, truncated: true };
  const { rcode, authoritative } = response;
  const bare: Response = { rcode, authoritative, answer: [], authority: [], additional: [] };
  const { tsigError } = response;
  const signed = tsigError === undefined ? bare : { ...bare, tsigError };
  return encode(query, signed, truncated) ?? encode(query, bare, truncated) ?? new Uint8Array(0);
}

function encode(query: Query, response: Response, encoding: Encoding): Uint8Array | undefined {
  const { opt, truncated } = encoding;
  const { question, tsig } = query;
  const { tsigError } = response;
  const hasTsig = tsig !== undefined && tsigError !== undefined;
  const writer = new WireWriter(encoding.limit);
  const flags =
    QR |
    (query.opcode << 11) |
    (response.authoritative ? AA : 0) |
    (truncated ? TC : 0) |
    (query.recursionDesired ? RD : 0) |
    (response.rcode & 0xf);
  writer.uint16(query.id);
  writer.uint16(flags);
  writer.uint16(question === undefined ? 0 : 1);
  writer.uint16(recordCount(response.answer));
  writer.uint16(recordCount(response.authority));
  const metaRecords = (opt === undefined ? 0 : 1) + (hasTsig ? 1 : 0);
  writer.uint16(recordCount(response.additional) + metaRecords);
  if (question !== undefined) writer.question(question.octets, question.qname.octets.length);
  for (const rrset of response.answer) encodeRRset(writer, rrset);
  for (const rrset of response.authority) encodeRRset(writer, rrset);
  for (const rrset of response.additional) encodeRRset(writer, rrset);
  if (opt !== undefined) encodeOpt(writer, opt, response.rcode);
  if (hasTsig) encodeUnsignedTsig(writer, tsig, tsigError);
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
