import { EDNS_VERSION } from "../dns/edns.ts";
import { ExtendedError, Opcode, Rcode, RRclass, RRtype } from "../dns/iana.ts";
import { decodeQuery, encodeResponse, type Query, type Question } from "../dns/message.ts";
import type { RRset } from "../dns/rrset.ts";
import { TsigError } from "../dns/tsig.ts";
import type { Answer } from "../zone/answer.ts";
import type { Challenges } from "../zone/challenges.ts";
import { lookup } from "../zone/lookup.ts";
import type { Zone } from "../zone/zone.ts";
import { type EdnsPolicy, type ExaminedCookie, examineQueryCookie, optOf } from "./edns-reply.ts";
import type { RateLimit } from "./rate-limit.ts";
import { kindOf, type Reply } from "./reply.ts";
import type { Requestor } from "./requestor.ts";
import { Amplification, responseLimit } from "./response-limit.ts";

/** A zone and what changes in it. */
export interface ServedZone {
  readonly zone: Zone;
  readonly challenges: Challenges;
}

/** What a response is made from. */
export interface Authority extends EdnsPolicy {
  /** By Name.key of the apex. */
  readonly zones: ReadonlyMap<string, ServedZone>;
  /** Undefined: responses are not limited. */
  readonly rateLimit: RateLimit | undefined;
}

const NOTHING: readonly RRset[] = [];

/**
 * A message in, the response out, or undefined where silence is right. No clock, no I/O, and no
 * octets make it throw. UDP and TCP differ in how much fits, and in what may be limited.
 */
export function respond(
  authority: Authority,
  octets: Uint8Array,
  requestor: Requestor,
  nowMs: number,
): Uint8Array | undefined {
  return respondWith(answerQuery, authority, octets, requestor, nowMs);
}

/**
 * As `respond`, for a query that cannot be answered: SERVFAIL, so that a resolver asks another name
 * server at once (RFC 1035 section 4.1.1) instead of waiting for this one.
 */
export function respondWithFailure(
  authority: Authority,
  octets: Uint8Array,
  requestor: Requestor,
  nowMs: number,
): Uint8Array | undefined {
  return respondWith(() => failure(Rcode.SERVFAIL), authority, octets, requestor, nowMs);
}

function respondWith(
  replyOf: typeof answerQuery,
  authority: Authority,
  octets: Uint8Array,
  requestor: Requestor,
  nowMs: number,
): Uint8Array | undefined {
  const query = decodeQuery(octets);
  if (query === undefined) return undefined;
  const cookie = examineQueryCookie(authority, query, requestor, nowMs);
  const reply = replyOf(authority, query, cookie, nowMs);
  // RFC 7873 section 5.2.4: neither a TCP connection nor a valid server cookie can be had at a forged address.
  const isSourceKnown = requestor.transport === "tcp" || cookie?.verdict === "valid";
  const limited = isSourceKnown ? undefined : authority.rateLimit;
  const decision = limited?.decide(requestor.address, kindOf(reply), nowMs) ?? "send";
  if (decision === "drop") return undefined;
  return encodeResponse(query, reply, {
    limit: responseLimit(
      authority.udpPayloadSize,
      query,
      octets.length,
      reply,
      requestor.transport,
    ),
    opt: optOf(authority, query, reply, cookie, requestor.transport),
    truncated: decision === "truncate",
  });
}

/** The gates in order (what RFC 8906 section 8 asks of each), then the lookup. */
function answerQuery(
  authority: Authority,
  query: Query,
  cookie: ExaminedCookie | undefined,
  nowMs: number,
): Reply {
  // RFC 8906 section 8.1.4: an unknown opcode may have any shape behind the header.
  if (query.opcode !== Opcode.QUERY) return failure(Rcode.NOTIMP, ExtendedError.NOT_SUPPORTED);
  // RFC 6891 section 6.1.3: whatever else a later version holds, say which one is spoken here.
  if (query.edns !== undefined && query.edns.version !== EDNS_VERSION) {
    return failure(Rcode.BADVERS);
  }
  if (!query.wellFormed) return failure(Rcode.FORMERR);
  // RFC 8945 section 5.2.1: there are no keys here, so that every key is unknown.
  if (query.tsig !== undefined) return { ...failure(Rcode.NOTAUTH), tsigError: TsigError.BADKEY };
  if (query.question !== undefined) return answered(authority, query.question, nowMs);
  // RFC 7873 section 5.4: without a question it asks for a server cookie, or whether the one it has holds.
  if (cookie === undefined) return failure(Rcode.FORMERR);
  return failure(cookie.verdict === "invalid" ? Rcode.BADCOOKIE : Rcode.NOERROR);
}

/** What is said, and that it was: values that nobody asks for are of no use to anybody. */
function answered(authority: Pick<Authority, "zones">, question: Question, nowMs: number): Reply {
  const reply = replyTo(authority, question);
  const last = reply.answer.at(-1);
  if (question.qtype === RRtype.TXT && last?.rrtype === RRtype.TXT) {
    findZone(authority, question)?.challenges.noteServed(last.owner.key, nowMs);
  }
  return reply;
}

/** What this server has to say to a question. */
export function replyTo(authority: Pick<Authority, "zones">, question: Question): Reply {
  const { qname, qtype, qclass } = question;
  if (qclass !== RRclass.IN) return REFUSED;
  // RFC 9824 section 3.5: the type stands in NSEC records only.
  if (qtype === RRtype.NXNAME) return failure(Rcode.FORMERR, ExtendedError.INVALID_QUERY_TYPE);
  const served = findZone(authority, question);
  if (served === undefined) return REFUSED;
  // RFC 5936 section 5, RFC 1995 section 2: nobody may transfer a zone from here.
  if (qtype === RRtype.AXFR || qtype === RRtype.IXFR) {
    return failure(Rcode.REFUSED, ExtendedError.PROHIBITED);
  }
  const answer = lookup(served.zone, served.challenges, qname, qtype);
  const amplification = amplificationOf(served, qtype, answer);
  return { ...toReply(answer, served.challenges.soa), amplification };
}

/**
 * The zone with the longest apex that the name is at or below; for the DS at an apex the next one
 * above, if that delegates it: the DS is the one type on the upper side of a cut (RFC 4035 section
 * 3.1.4.1). Where the upper side is not served here, the zone itself denies it.
 */
export function findZone(
  { zones }: Pick<Authority, "zones">,
  { qname, qtype }: Pick<Question, "qname" | "qtype">,
): ServedZone | undefined {
  let below: ServedZone | undefined;
  for (const offset of qname.suffixOffsets()) {
    const served = zones.get(qname.key.slice(offset));
    if (served === undefined) continue;
    if (below !== undefined) return served.zone.delegates(qname.key) ? served : below;
    if (offset > 0 || qtype !== RRtype.DS) return served;
    below = served;
  }
  return below;
}

function amplificationOf({ challenges }: ServedZone, qtype: number, answer: Answer): number {
  if (qtype === RRtype.ANY || qtype === RRtype.NS || qtype === RRtype.RRSIG) {
    return Amplification.OFTEN_ABUSED;
  }
  const rrset = answer.kind === "data" ? answer.rrset : undefined;
  const isStatic = rrset !== undefined && challenges.node(rrset.owner.key) === undefined;
  return isStatic ? Amplification.STATIC_DATA : Amplification.USUAL;
}

function toReply(answer: Answer, soa: RRset): Omit<Reply, "amplification"> {
  switch (answer.kind) {
    case "data": {
      const found = answer.rrset === undefined ? answer.chain : [...answer.chain, answer.rrset];
      return success(Rcode.NOERROR, found, NOTHING);
    }
    case "nodata":
      return negative(Rcode.NOERROR, answer.chain, soa);
    case "nxdomain":
      return negative(Rcode.NXDOMAIN, answer.chain, soa);
    case "referral":
      return {
        rcode: Rcode.NOERROR,
        // RFC 1035 section 4.1.1: AA speaks for the first owner name of the answer, if there is one.
        authoritative: answer.chain.length > 0,
        answer: answer.chain,
        authority: [answer.ns],
        additional: answer.glue,
      };
  }
}

/** RFC 2308 sections 2.1 and 2.2: the SOA says how long a negative answer holds. */
export function negative(rcode: Rcode, chain: readonly RRset[], soa: RRset): Reply {
  return { ...success(rcode, chain, [soa]), amplification: Amplification.USUAL };
}

function success(
  rcode: Rcode,
  answer: readonly RRset[],
  authority: readonly RRset[],
): Omit<Reply, "amplification"> {
  return { rcode, authoritative: true, answer, authority, additional: NOTHING };
}

function failure(rcode: Rcode, extendedError?: ExtendedError): Reply {
  return {
    rcode,
    authoritative: false,
    answer: NOTHING,
    authority: NOTHING,
    additional: NOTHING,
    amplification: Amplification.USUAL,
    ...(extendedError === undefined ? {} : { extendedError }),
  };
}

/** RFC 8914 section 4.21: the question is for others. */
export const REFUSED: Reply = failure(Rcode.REFUSED, ExtendedError.NOT_AUTHORITATIVE);
