/** What is asked in a check and what comes back, whoever carries it. */

/** Where a resolver or a name server is. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

export type Qtype = "A" | "AAAA" | "CAA" | "CNAME" | "NS" | "SOA" | "TXT";

export interface Question {
  /** Without the final dot; "" is the root. */
  readonly name: string;
  readonly qtype: Qtype;
  /** RD: a resolver is asked to find out, a name server what it has itself. */
  readonly isRecursive: boolean;
  /** CD: also what does not validate (RFC 4035 section 3.2.2). */
  readonly isCheckingDisabled: boolean;
  /** A truncated answer over UDP is asked for again over TCP. */
  readonly transport: "udp" | "tcp";
}

interface RecordHead {
  /** Lower case without the final dot, as every name here. Octets that are no ASCII are Latin-1. */
  readonly owner: string;
  /** Seconds. */
  readonly ttl: number;
}

export type AnyRecord = RecordHead &
  (
    | { readonly rrtype: "A" | "AAAA"; readonly address: string }
    | { readonly rrtype: "CNAME" | "DNAME" | "NS"; readonly target: string }
    | { readonly rrtype: "SOA" }
    /** The strings of a record, joined. */
    | { readonly rrtype: "TXT"; readonly text: string }
    | CaaData
  );

/** RFC 8659 section 4.1. The tag is as it was written. */
export interface CaaData {
  readonly rrtype: "CAA";
  readonly flags: number;
  readonly tag: string;
  readonly value: string;
}

export interface Response {
  readonly rcode: number;
  /** AA. */
  readonly isAuthoritative: boolean;
  /** AD: the resolver has validated it. */
  readonly isAuthentic: boolean;
  readonly answer: readonly AnyRecord[];
  readonly authority: readonly AnyRecord[];
  /** Where a referral has its glue. */
  readonly additional?: readonly AnyRecord[];
  /** Octets that the server takes over UDP (RFC 6891 section 6.2.3); undefined: no EDNS. */
  readonly udpPayloadSize?: number | undefined;
  /** Whether the question came back letter by letter. */
  readonly keepsCase?: boolean;
}

/** Why there is no response. */
export interface NoResponse {
  /** "no-route": not from this machine; "bounds": the check has asked or waited enough; "no-name": it is too long for one. */
  readonly failure: "silent" | "refused" | "no-route" | "malformed" | "bounds" | "no-name";
}

export type Reply = Response | NoResponse;

/** Asks one server one question. Never rejects. */
export type Exchange = (
  server: ServerAddress,
  question: Question,
  allowance: Allowance,
) => Promise<Reply>;

/** What a check may still do. */
export interface Allowance {
  /** Takes one message to be sent, for the first time or again; false: there is none left for that. */
  take(isAgain: boolean): boolean;
  remainingMs(): number;
}

export const NOERROR = 0;
const SERVFAIL = 2;
export const NXDOMAIN = 3;
const REFUSED = 5;

/** Mnemonics of RFC 1035 section 4.1.1 and of the registry after it. */
const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN"];

const FAILURES: Readonly<Record<NoResponse["failure"], string>> = {
  silent: "no answer",
  refused: "no answer: nothing listens there",
  "no-route": "no route from this machine",
  malformed: "an answer that cannot be read",
  bounds: "not asked: this check has reached its bounds",
  "no-name": "not asked: no name has more than 253 octets",
};

export function isResponse(reply: Reply): reply is Response {
  return "rcode" in reply;
}

/** Whether a name exists or not, somebody has said so. */
export function isSettled(reply: Reply): reply is Response {
  return isResponse(reply) && (reply.rcode === NOERROR || reply.rcode === NXDOMAIN);
}

export function isServfail(reply: Reply): boolean {
  return isResponse(reply) && reply.rcode === SERVFAIL;
}

export function isRefusal(reply: Reply): boolean {
  return isResponse(reply) && reply.rcode === REFUSED;
}

/** What a reply comes to, in one word or a few. */
export function describeReply(reply: Reply): string {
  if (!isResponse(reply)) return FAILURES[reply.failure];
  return RCODES[reply.rcode] ?? `RCODE ${reply.rcode}`;
}
