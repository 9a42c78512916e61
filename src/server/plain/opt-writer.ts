import { OptionCode } from "../../dns/edns.ts";
import { RRtype } from "../../dns/iana.ts";
import { COOKIE_REPLY_OCTETS, examineCookie } from "../../dns/server-cookie.ts";
import { type EdnsPolicy, keepaliveTimeout } from "../edns-reply.ts";
import type { Requestor } from "../requestor.ts";
import type { PackedAnswer } from "./packed-answer.ts";
import type { PlainQuery } from "./plain-query.ts";

const OPT_HEAD_OCTETS = 11;
const OPTION_HEAD_OCTETS = 4;
const EXTENDED_ERROR_OCTETS = 2;
const KEEPALIVE_OCTETS = 2;
const DO = 0x80;

/** The OPT record of a response, as optOf and encodeOpt make it, without an object for each. */
export class OptWriter {
  /** Octets of the record that was prepared, 0 if there is none. */
  octets = 0;
  hasValidCookie = false;
  readonly #policy: EdnsPolicy;
  readonly #keepalive: Uint8Array;
  readonly #cookie = new Uint8Array(COOKIE_REPLY_OCTETS);
  readonly #cookieContext: {
    secrets: readonly Uint8Array[];
    address: Uint8Array;
    nowSeconds: number;
  } = { secrets: [], address: new Uint8Array(0), nowSeconds: 0 };
  #wantsDnssec = false;
  #hasNsid = false;
  #hasCookie = false;
  #hasKeepalive = false;
  #extendedError: number | undefined;

  constructor(policy: EdnsPolicy) {
    this.#policy = policy;
    this.#keepalive = keepaliveTimeout(policy.tcpIdleSeconds);
  }

  /** Says what goes into the record, and looks at the cookie. */
  prepare(
    query: PlainQuery,
    answer: PackedAnswer,
    { transport, address }: Requestor,
    nowMs: number,
  ): void {
    this.octets = 0;
    this.hasValidCookie = false;
    // RFC 6891 section 7: OPT in the response if, and only if, it was in the query.
    if (!query.hasOpt) return;
    const { nsid, cookieSecrets } = this.#policy;
    this.#wantsDnssec = query.wantsDnssec;
    this.#hasNsid = query.wantsNsid && nsid.length > 0;
    this.#hasCookie = query.cookieOctets > 0 && cookieSecrets.length > 0;
    this.#hasKeepalive = query.wantsKeepalive && transport === "tcp";
    this.#extendedError = answer.extendedError;
    if (this.#hasCookie) this.#examine(query, cookieSecrets, address, nowMs);
    this.octets = OPT_HEAD_OCTETS;
    if (this.#hasNsid) this.octets += OPTION_HEAD_OCTETS + nsid.length;
    if (this.#hasCookie) this.octets += OPTION_HEAD_OCTETS + COOKIE_REPLY_OCTETS;
    if (this.#hasKeepalive) this.octets += OPTION_HEAD_OCTETS + KEEPALIVE_OCTETS;
    if (this.#extendedError !== undefined)
      this.octets += OPTION_HEAD_OCTETS + EXTENDED_ERROR_OCTETS;
  }

  #examine(
    { input, cookieAt, cookieOctets }: PlainQuery,
    secrets: readonly Uint8Array[],
    address: Uint8Array,
    nowMs: number,
  ): void {
    const context = this.#cookieContext;
    context.secrets = secrets;
    context.address = address;
    context.nowSeconds = Math.floor(nowMs / 1000);
    const verdict = examineCookie(input, cookieAt, cookieOctets, context, this.#cookie);
    this.hasValidCookie = verdict === "valid";
  }

  /** Writes what was prepared. */
  write(output: Uint8Array, start: number): void {
    if (this.octets === 0) return;
    const { udpPayloadSize, nsid } = this.#policy;
    output[start] = 0;
    writeUint16(output, start + 1, RRtype.OPT);
    writeUint16(output, start + 3, udpPayloadSize);
    // Upper bits of RCODE, which all of ours lack; version 0.
    writeUint16(output, start + 5, 0);
    output[start + 7] = this.#wantsDnssec ? DO : 0;
    output[start + 8] = 0;
    writeUint16(output, start + 9, this.octets - OPT_HEAD_OCTETS);
    let at = start + OPT_HEAD_OCTETS;
    if (this.#hasNsid) at = writeOption(output, at, OptionCode.NSID, nsid);
    if (this.#hasCookie) at = writeOption(output, at, OptionCode.COOKIE, this.#cookie);
    if (this.#hasKeepalive) at = writeOption(output, at, OptionCode.KEEPALIVE, this.#keepalive);
    if (this.#extendedError === undefined) return;
    writeUint16(output, at, OptionCode.EXTENDED_ERROR);
    writeUint16(output, at + 2, EXTENDED_ERROR_OCTETS);
    writeUint16(output, at + 4, this.#extendedError);
  }
}

function writeOption(output: Uint8Array, at: number, code: number, octets: Uint8Array): number {
  writeUint16(output, at, code);
  writeUint16(output, at + 2, octets.length);
  for (let i = 0; i < octets.length; i++) output[at + OPTION_HEAD_OCTETS + i] = octets[i] ?? 0;
  return at + OPTION_HEAD_OCTETS + octets.length;
}

function writeUint16(output: Uint8Array, at: number, value: number): void {
  output[at] = value >>> 8;
  output[at + 1] = value;
}
