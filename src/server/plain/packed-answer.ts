import { RRclass, RRtype } from "../../dns/iana.ts";
import { encodeResponse, type Query } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import type { ResponseKind } from "../rate-limit.ts";
import { kindOf, type Reply } from "../reply.ts";

/** A response without what the query brings along: ID, question and OPT record. */
export interface PackedAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answerCount: number;
  readonly authorityCount: number;
  readonly additionalCount: number;
  /** The three sections as they stand behind a QNAME of `nameOctets`. */
  readonly octets: Uint8Array;
  readonly nameOctets: number;
  /** Where compression pointers are in `octets`, if the answer is used behind longer names, too: they move. */
  readonly pointersAt: readonly number[];
  /** Where the serial of the zone's SOA is in `octets`, -1 if there is none. */
  readonly serialAt: number;
  readonly kind: ResponseKind;
  readonly amplification: number;
  /** RFC 8914, undefined for none. */
  readonly extendedError: number | undefined;
}

const HEADER_OCTETS = 12;
const QUESTION_TAIL_OCTETS = 4;
const MOST_OCTETS = 65_535;
/** SERIAL and the four times behind it end the RDATA of an SOA record: RFC 1035 section 3.3.13. */
const SOA_NUMBERS_OCTETS = 20;

/** The reply to a question for `qname`, as encodeResponse writes it. */
export function packAnswer(qname: Name, reply: Reply): PackedAnswer {
  const question = new Uint8Array(qname.octets.length + QUESTION_TAIL_OCTETS);
  question.set(qname.octets);
  const query: Query = {
    id: 0,
    opcode: 0,
    recursionDesired: false,
    questionCount: 1,
    question: { qname, qtype: 0, qclass: RRclass.IN, octets: question },
    edns: undefined,
    tsig: undefined,
    wellFormed: true,
  };
  const encoding = { limit: MOST_OCTETS, opt: undefined, truncated: false };
  const octets = encodeResponse(query, reply, encoding).slice(HEADER_OCTETS + question.length);
  const last = reply.authority.at(-1) ?? reply.answer.at(-1);
  const endsInSoa = last?.rrtype === RRtype.SOA && reply.additional.length === 0;
  const { rcode, authoritative, extendedError, amplification } = reply;
  return {
    rcode,
    authoritative,
    answerCount: countRecords(reply.answer),
    authorityCount: countRecords(reply.authority),
    additionalCount: countRecords(reply.additional),
    octets,
    nameOctets: qname.octets.length,
    pointersAt: endsInSoa ? pointersOfSoa(octets) : [],
    serialAt: endsInSoa ? octets.length - SOA_NUMBERS_OCTETS : -1,
    kind: kindOf(reply),
    amplification,
    extendedError,
  };
}

function countRecords(section: Reply["answer"]): number {
  return section.reduce((count, { rdata }) => count + rdata.length, 0);
}

/** The pointers of owner, MNAME and RNAME, where the SOA record is all there is. */
function pointersOfSoa(octets: Uint8Array): number[] {
  const fixedOctets = 10;
  const pointers: number[] = [];
  const owner = endOfName(octets, 0, pointers);
  const mname = endOfName(octets, owner + fixedOctets, pointers);
  endOfName(octets, mname, pointers);
  return pointers;
}

function endOfName(octets: Uint8Array, start: number, pointers: number[]): number {
  for (let at = start; ; ) {
    const length = octets[at] ?? 0;
    if (length >= 0xc0) {
      pointers.push(at);
      return at + 2;
    }
    at += length + 1;
    if (length === 0) return at;
  }
}
