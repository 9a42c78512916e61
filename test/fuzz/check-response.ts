/** What holds for every response, whatever the query was. */
import assert from "node:assert/strict";
import type { Transport } from "../support/dns-client.ts";
import { decodeStrictly, type StrictMessage } from "../support/strict-message.ts";
import { outlineOf } from "./outline.ts";

const HEADER_OCTETS = 12;
const QR = 0x8000;
const RD = 0x0100;
/** Without EDNS: RFC 1035 section 4.2.1. */
const PLAIN_UDP_OCTETS = 512;
/** What the server sends at most: RFC 9715 section 3. */
const SERVER_UDP_OCTETS = 1232;
/** Octets that an error may be longer than its query. */
const ERROR_OCTETS = 60;
/** NS, RRSIG and ANY: the usual questions of reflection attacks (RFC 8482 section 2). */
const OFTEN_ABUSED: readonly number[] = [2, 46, 255];
const AMPLIFICATION = { usual: 10, oftenAbused: 6, ownLargeData: 30 } as const;
/** RRsets of the served zone that are large on purpose. */
const LARGE_OWNERS = /^(?:big|large)\.auth\.example\. /i;

const WITH_RECORDS: readonly string[] = ["NOERROR", "NXDOMAIN"];
/** What is sent only if the whole query could be read. */
const READ_WHOLE: readonly string[] = [...WITH_RECORDS, "REFUSED", "NOTAUTH"];
const RCODES: readonly string[] = [...READ_WHOLE, "FORMERR", "NOTIMP", "BADVERS", "BADCOOKIE"];

/** RFC 1035 section 4.1.1: a header is needed, and a response gets no response. Anything else gets one. */
export function mustBeAnswered(query: Buffer): boolean {
  return query.length >= HEADER_OCTETS && (query.readUInt16BE(2) & QR) === 0;
}

/** Throws an AssertionError that says which rule the response breaks. */
export function checkResponse(
  query: Buffer,
  response: Buffer,
  transport: Transport,
): StrictMessage {
  assert(mustBeAnswered(query), "a response where silence is right");
  const message = decodeStrictly(response);
  checkCopies(query, message);
  checkOutcome(message);
  checkOpt(query, message);
  if (transport === "tcp") assert.doesNotMatch(message.flags, /\btc\b/, "TC over TCP");
  else checkSize(query, message);
  return message;
}

/** RFC 1035 section 4.1.1: ID, OPCODE, RD and the question are copied, QR is set, RA and Z are not. */
function checkCopies(query: Buffer, message: StrictMessage): void {
  const header = query.readUInt16BE(2);
  const flags = message.flags.split(" ");
  assert.equal(message.id, query.readUInt16BE(0), "the ID is not that of the query");
  assert.equal(message.opcode, (header >>> 11) & 0xf, "the OPCODE is not that of the query");
  assert.equal(flags.includes("rd"), (header & RD) !== 0, "RD is not that of the query");
  assert(flags.includes("qr"), "QR is not set");
  assert(!/\b(?:ra|z|ad|cd)\b/.test(message.flags), `flags that must be 0: ${message.flags}`);
  const asked = query.toString(
    "hex",
    HEADER_OCTETS,
    HEADER_OCTETS + message.questionHex.length / 2,
  );
  assert.equal(message.questionHex, asked, "the question is not that of the query");
  const hasQuestion = query.readUInt16BE(4) === 1;
  const isCopied = message.questionHex !== "";
  if (READ_WHOLE.includes(message.rcode)) assert.equal(isCopied, hasQuestion, "no question");
}

function checkOutcome(message: StrictMessage): void {
  const { rcode, answer, authority } = message;
  assert(RCODES.includes(rcode), `the RCODE is ${rcode}`);
  const records = answer.length + authority.length;
  assert(WITH_RECORDS.includes(rcode) || records === 0, `${rcode} with records`);
}

/** RFC 6891 section 7: OPT in the response if, and only if, it was in the query. */
function checkOpt(query: Buffer, { rcode, edns }: StrictMessage): void {
  const hasOpt = outlineOf(query).udpPayloadSize !== undefined;
  if (edns !== undefined) assert(hasOpt, "OPT, but none in the query");
  else if (READ_WHOLE.includes(rcode)) assert(!hasOpt, "no OPT, but one in the query");
}

function checkSize(query: Buffer, message: StrictMessage): void {
  const { length, rcode } = message;
  const limit = sizeLimit(query, message);
  assert(length <= limit, `${length} octets, at most ${limit} are allowed`);
  const ratio = length / query.length;
  const most = allowedAmplification(message);
  assert(
    ratio <= most,
    `${ratio.toFixed(1)} times as long as the query, at most ${most} is allowed`,
  );
  const isError = !WITH_RECORDS.includes(rcode);
  const longer = length - query.length;
  assert(!isError || longer <= ERROR_OCTETS, `an error ${longer} octets longer than the query`);
}

function sizeLimit(query: Buffer, { edns }: StrictMessage): number {
  if (edns === undefined) return PLAIN_UDP_OCTETS;
  const offered = outlineOf(query).udpPayloadSize ?? PLAIN_UDP_OCTETS;
  return Math.min(offered, SERVER_UDP_OCTETS);
}

function allowedAmplification({ questionHex, answer }: StrictMessage): number {
  const qtype = Number.parseInt(questionHex.slice(-8, -4), 16);
  if (OFTEN_ABUSED.includes(qtype)) return AMPLIFICATION.oftenAbused;
  const isLarge = answer.some((record) => LARGE_OWNERS.test(record));
  return isLarge ? AMPLIFICATION.ownLargeData : AMPLIFICATION.usual;
}
