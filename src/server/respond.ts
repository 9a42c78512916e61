import { EDNS_VERSION } from "../dns/edns.ts";
import { Opcode, Rcode, RRclass, RRtype } from "../dns/iana.ts";
import {
  decodeQuery,
  encodeResponse,
  type Query,
  type Question,
  type Response,
} from "../dns/message.ts";
import type { RRset } from "../dns/rrset.ts";
import type { Answer } from "../zone/answer.ts";
import type { ChallengeIndex } from "../zone/challenge-index.ts";
import { lookup } from "../zone/lookup.ts";
import type { Zone } from "../zone/zone.ts";

/** A zone and what changes in it. */
export interface ServedZone {
  readonly zone: Zone;
  readonly challenges: ChallengeIndex;
}

/** What a response is made from. */
export interface Authority {
  /** By Name.key of the apex. */
  readonly zones: ReadonlyMap<string, ServedZone>;
  /** Octets that we send over UDP at most, and offer to take: RFC 9715 section 3. */
  readonly udpPayloadSize: number;
}

export type Transport = "udp" | "tcp";

/** What a listener calls for each message; undefined is silence. */
export type Responder = (octets: Uint8Array, transport: Transport) => Uint8Array | undefined;

/** Without EDNS a requestor takes no more over UDP: RFC 1035 section 4.2.1. */
const PLAIN_UDP_OCTETS = 512;
const TCP_OCTETS = 65_535;

const NOTHING: readonly RRset[] = [];

/**
 * A message in, the response out, or undefined where silence is right. Pure: no clock, no I/O, and
 * no octets make it throw. UDP and TCP differ only in how much fits.
 */
export function respond(
  authority: Authority,
  octets: Uint8Array,
  transport: Transport,
): Uint8Array | undefined {
  const query = decodeQuery(octets);
  if (query === undefined) return undefined;
  const limit = {
    response: responseLimit(authority, query, transport),
    udpPayloadSize: authority.udpPayloadSize,
  };
  return encodeResponse(query, answerQuery(authority, query), limit);
}

/**
 * `respond` for a running server: should a bug of ours make it throw, that costs the one query that
 * met it and not the server. The requestor hears nothing and asks again; `onFault` gets the error.
 */
export function guardedResponder(
  authority: Authority,
  onFault: (error: unknown) => void,
): Responder {
  return (octets, transport) => {
    try {
      return respond(authority, octets, transport);
    } catch (error) {
      onFault(error);
      return undefined;
    }
  };
}

function responseLimit(authority: Authority, query: Query, transport: Transport): number {
  if (transport === "tcp") return TCP_OCTETS;
  if (query.edns === undefined) return PLAIN_UDP_OCTETS;
  return Math.min(query.edns.udpPayloadSize, authority.udpPayloadSize);
}

/** The gates in order (what RFC 8906 section 8 asks of each), then the lookup. */
function answerQuery(authority: Authority, query: Query): Response {
  // RFC 8906 section 8.1.4: an unknown opcode may have any shape behind the header.
  if (query.opcode !== Opcode.QUERY) return failure(Rcode.NOTIMP);
  // RFC 6891 section 6.1.3: whatever else a later version holds, say which one is spoken here.
  if (query.edns !== undefined && query.edns.version !== EDNS_VERSION) {
    return failure(Rcode.BADVERS);
  }
  if (!query.wellFormed || query.question === undefined) return failure(Rcode.FORMERR);
  return answerQuestion(authority, query.question);
}

function answerQuestion(authority: Authority, question: Question): Response {
  const { qname, qtype, qclass } = question;
  if (qclass !== RRclass.IN) return failure(Rcode.REFUSED);
  // RFC 5936 section 5, RFC 1995 section 2: nobody may transfer a zone from here.
  if (qtype === RRtype.AXFR || qtype === RRtype.IXFR) return failure(Rcode.REFUSED);
  const served = findZone(authority, question);
  if (served === undefined) return failure(Rcode.REFUSED);
  const answer = lookup(served.zone, served.challenges, qname, qtype);
  return toResponse(answer, served.challenges.soa);
}

/**
 * The zone with the longest apex that the name is at or below; for the DS at an apex the next one
 * above, if that delegates it: the DS is the one type on the upper side of a cut (RFC 4035 section
 * 3.1.4.1). Where the upper side is not served here, the zone itself denies it.
 */
function findZone({ zones }: Authority, { qname, qtype }: Question): ServedZone | undefined {
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

function toResponse(answer: Answer, soa: RRset): Response {
  switch (answer.kind) {
    case "data": {
      const found = answer.rrset === undefined ? answer.chain : [...answer.chain, answer.rrset];
      return success(Rcode.NOERROR, found, NOTHING);
    }
    // RFC 2308 sections 2.1 and 2.2: the SOA says how long a negative answer holds.
    case "nodata":
      return success(Rcode.NOERROR, answer.chain, [soa]);
    case "nxdomain":
      return success(Rcode.NXDOMAIN, answer.chain, [soa]);
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

function success(rcode: Rcode, answer: readonly RRset[], authority: readonly RRset[]): Response {
  return { rcode, authoritative: true, answer, authority, additional: NOTHING };
}

function failure(rcode: Rcode): Response {
  return {
    rcode,
    authoritative: false,
    answer: NOTHING,
    authority: NOTHING,
    additional: NOTHING,
  };
}
