import { OptionCode } from "../../dns/edns.ts";
import { RRclass, RRtype } from "../../dns/iana.ts";
import { foldOctet, MAX_LABEL_OCTETS, MAX_NAME_OCTETS } from "../../dns/name.ts";
import { isCookieLength } from "../../dns/server-cookie.ts";
import { hashOctet, NO_HASH } from "./name-hash.ts";

const HEADER_OCTETS = 12;
/** QTYPE and QCLASS. */
const QUESTION_TAIL_OCTETS = 4;
/** Owner (the root), TYPE, CLASS, TTL and RDLENGTH of an OPT record. */
const OPT_HEAD_OCTETS = 11;
/** QR and OPCODE: both 0 in a standard query (RFC 1035 section 4.1.1). */
const QR_AND_OPCODE = 0xf800;
const RD = 0x0100;
const DO = 0x8000;
/** RFC 6895 section 3.1: from here on QTYPEs and meta-types, each with rules of its own. */
const FIRST_META_TYPE = 128;
const LAST_META_TYPE = 255;
const MIN_UDP_PAYLOAD_SIZE = 512;
const MAX_LABELS = 128;

/**
 * The query that is asked all day: one question of class IN, its name not compressed, at most an OPT
 * record of version 0 behind it. One object is used for all of them, so nothing is allocated. Whatever
 * else a message is, message.ts reads it.
 */
export class PlainQuery {
  /** The message: from `start` to `end` of `input`. */
  input: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  recursionDesired = false;
  qtype = 0;
  /** Octets of the question section. */
  questionOctets = 0;
  /** Labels of QNAME without the root's; where they, and the root's, begin in it. */
  labelCount = 0;
  readonly labelStarts: Uint8Array = new Uint8Array(MAX_LABELS);
  nameOctets = 0;
  /** QNAME with A to Z folded, as far as a suffix of it was hashed. */
  readonly name: Uint8Array = new Uint8Array(MAX_NAME_OCTETS);
  readonly #suffixHashes = new Int32Array(MAX_LABELS);
  /** The first label of the longest suffix that was hashed. */
  #hashed = 0;
  hasOpt = false;
  /** Octets that the requestor takes over UDP. */
  udpPayloadSize = 0;
  wantsDnssec = false;
  wantsNsid = false;
  wantsKeepalive = false;
  /** Where in `input` the OPTION-DATA of the cookie is; 0 octets for none. */
  cookieAt = 0;
  cookieOctets = 0;

  /** Gives false for any message that is not such a query; what was read of it means nothing then. */
  read(input: Uint8Array, start: number, end: number): boolean {
    this.input = input;
    this.start = start;
    this.end = end;
    const questionEnd = this.#readQuestion();
    if (questionEnd === 0) return false;
    const additional = uint16(input, start + 10);
    this.hasOpt = additional === 1;
    this.wantsDnssec = this.wantsNsid = this.wantsKeepalive = false;
    this.cookieOctets = 0;
    // RFC 1035 section 4.2.1.
    this.udpPayloadSize = MIN_UDP_PAYLOAD_SIZE;
    return additional === 0 || (additional === 1 && this.#readOpt(questionEnd));
  }

  /** Gives where the question ends, 0 if it is not a plain one. */
  #readQuestion(): number {
    const { input, start, end } = this;
    if (end - start < HEADER_OCTETS) return 0;
    const flags = uint16(input, start + 2);
    if ((flags & QR_AND_OPCODE) !== 0) return 0;
    // QDCOUNT 1, ANCOUNT 0, NSCOUNT 0.
    if (uint16(input, start + 4) !== 1) return 0;
    if ((uint16(input, start + 6) | uint16(input, start + 8)) !== 0) return 0;
    const nameEnd = this.#readName(start + HEADER_OCTETS);
    const questionEnd = nameEnd + QUESTION_TAIL_OCTETS;
    if (nameEnd === 0 || questionEnd > end) return 0;
    this.recursionDesired = (flags & RD) !== 0;
    this.qtype = uint16(input, nameEnd);
    this.questionOctets = questionEnd - start - HEADER_OCTETS;
    const isMeta = this.qtype >= FIRST_META_TYPE && this.qtype <= LAST_META_TYPE;
    return uint16(input, nameEnd + 2) === RRclass.IN && !isMeta ? questionEnd : 0;
  }

  /** Gives where the name ends, 0 if it is compressed or no name (RFC 1035 section 3.1). */
  #readName(at: number): number {
    const { input, end, labelStarts } = this;
    let next = at;
    let count = 0;
    for (;;) {
      if (next >= end) return 0;
      const length = input[next] ?? 0;
      if (length === 0) break;
      if (length > MAX_LABEL_OCTETS || next + length - at >= MAX_NAME_OCTETS - 1) return 0;
      labelStarts[count++] = next - at;
      next += length + 1;
    }
    labelStarts[count] = next - at;
    this.labelCount = count;
    this.nameOctets = next + 1 - at;
    this.name[next - at] = 0;
    this.#suffixHashes[count] = NO_HASH;
    this.#hashed = count;
    return next + 1;
  }

  /** The hash of the suffix of QNAME that begins with this label. It is made from the root to the front, and no further than needed. */
  suffixHash(label: number): number {
    while (this.#hashed > label) this.#hashLabel(this.#hashed - 1);
    return this.#suffixHashes[label] ?? 0;
  }

  #hashLabel(label: number): void {
    const { input, name, labelStarts } = this;
    const at = this.start + HEADER_OCTETS;
    const first = labelStarts[label] ?? 0;
    let hash = this.#suffixHashes[label + 1] ?? 0;
    for (let index = (labelStarts[label + 1] ?? 0) - 1; index >= first; index--) {
      const octet = foldOctet(input[at + index] ?? 0);
      name[index] = octet;
      hash = hashOctet(hash, octet);
    }
    this.#suffixHashes[label] = hash;
    this.#hashed = label;
  }

  /** RFC 6891 section 6.1.2. What follows the record is nobody's, as in message.ts. */
  #readOpt(at: number): boolean {
    const { input, end } = this;
    if (at + OPT_HEAD_OCTETS > end || input[at] !== 0) return false;
    // The octet at 6 is the version; other flags than DO are ignored.
    if (uint16(input, at + 1) !== RRtype.OPT || input[at + 6] !== 0) return false;
    this.udpPayloadSize = Math.max(uint16(input, at + 3), MIN_UDP_PAYLOAD_SIZE);
    this.wantsDnssec = (uint16(input, at + 7) & DO) !== 0;
    const rdataEnd = at + OPT_HEAD_OCTETS + uint16(input, at + 9);
    return rdataEnd <= end && this.#readOptions(at + OPT_HEAD_OCTETS, rdataEnd);
  }

  #readOptions(from: number, end: number): boolean {
    const { input } = this;
    let at = from;
    while (at < end) {
      if (at + 4 > end) return false;
      const code = uint16(input, at);
      const length = uint16(input, at + 2);
      at += 4;
      if (at + length > end) return false;
      if (code === OptionCode.NSID) this.wantsNsid = true;
      else if (code === OptionCode.KEEPALIVE) this.wantsKeepalive = true;
      else if (code === OptionCode.COOKIE && !this.#takeCookie(at, length)) return false;
      at += length;
    }
    return true;
  }

  /** RFC 7873 section 5.2: of several cookies the first counts; one of a wrong length is an error. */
  #takeCookie(at: number, length: number): boolean {
    if (this.cookieOctets > 0) return true;
    this.cookieAt = at;
    this.cookieOctets = length;
    return isCookieLength(length);
  }
}

function uint16(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}
