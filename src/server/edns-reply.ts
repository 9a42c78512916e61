import { type EdnsOption, OptionCode, type OptRecord } from "../dns/edns.ts";
import type { Query } from "../dns/message.ts";
import { COOKIE_REPLY_OCTETS, type CookieVerdict, examineCookie } from "../dns/server-cookie.ts";
import type { Reply } from "./reply.ts";
import type { Requestor, Transport } from "./requestor.ts";

/** What this server says in OPT records. */
export interface EdnsPolicy {
  /** Octets that we send over UDP at most, and offer to take: RFC 9715 section 3. */
  readonly udpPayloadSize: number;
  /** The name of this server (RFC 5001), empty for none. */
  readonly nsid: Uint8Array;
  /** RFC 9018: the first makes server cookies, all of them check. Empty: cookies are not used. */
  readonly cookieSecrets: readonly Uint8Array[];
  /** How long a TCP connection may be idle: RFC 7828. 0: for ever. */
  readonly tcpIdleSeconds: number;
}

/** The cookie of a query. */
export interface ExaminedCookie {
  readonly verdict: CookieVerdict;
  /** The OPTION-DATA of the response. */
  readonly reply: Uint8Array;
}

/** RFC 7828 section 3.1: the timeout is a number of 16 bits, in units of 100 milliseconds. */
const KEEPALIVE_UNITS_PER_SECOND = 10;
const MAX_UINT16 = 0xffff;

/** The cookie of the query, or undefined if it has none or cookies are not used. */
export function examineQueryCookie(
  { cookieSecrets }: EdnsPolicy,
  { edns }: Query,
  { address }: Requestor,
  nowMs: number,
): ExaminedCookie | undefined {
  const cookie = edns?.options.cookie;
  if (cookie === undefined || cookieSecrets.length === 0) return undefined;
  const nowSeconds = Math.floor(nowMs / 1000);
  const reply = new Uint8Array(COOKIE_REPLY_OCTETS);
  const context = { secrets: cookieSecrets, address, nowSeconds };
  return { verdict: examineCookie(cookie, 0, cookie.length, context, reply), reply };
}

/** RFC 6891 section 7: OPT in the response if, and only if, it was in the query. */
export function optOf(
  policy: EdnsPolicy,
  { edns }: Query,
  { extendedError }: Reply,
  cookie: ExaminedCookie | undefined,
  transport: Transport,
): OptRecord | undefined {
  if (edns === undefined) return undefined;
  const options: EdnsOption[] = [];
  if (edns.options.wantsNsid && policy.nsid.length > 0) {
    options.push({ code: OptionCode.NSID, octets: policy.nsid });
  }
  if (cookie !== undefined) options.push({ code: OptionCode.COOKIE, octets: cookie.reply });
  // RFC 7828 section 3.3.1: it says nothing over UDP.
  if (edns.options.wantsKeepalive && transport === "tcp") {
    options.push({ code: OptionCode.KEEPALIVE, octets: keepaliveTimeout(policy.tcpIdleSeconds) });
  }
  if (extendedError !== undefined) {
    options.push({ code: OptionCode.EXTENDED_ERROR, octets: uint16(extendedError) });
  }
  return { udpPayloadSize: policy.udpPayloadSize, wantsDnssec: edns.wantsDnssec, options };
}

export function keepaliveTimeout(idleSeconds: number): Uint8Array {
  const units = idleSeconds === 0 ? MAX_UINT16 : idleSeconds * KEEPALIVE_UNITS_PER_SECOND;
  return uint16(Math.min(units, MAX_UINT16));
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
