import { expect } from "vitest";
import { ask, type Transport } from "./dns-client.ts";
import { type QueryOptions, query } from "./query.ts";
import { decodeStrictly, type StrictMessage } from "./strict-message.ts";

/** NS, RRSIG and ANY: the usual questions of reflection attacks. */
const OFTEN_ABUSED = [2, 46, 255];

export const TRANSPORTS: readonly Transport[] = ["udp", "tcp"];

/** Each case once for UDP and once for TCP. */
export function overBoth<T extends object>(
  cases: readonly T[],
): (T & { readonly transport: Transport })[] {
  return TRANSPORTS.flatMap((transport) => cases.map((each) => ({ ...each, transport })));
}

/** Asks `name TYPE` over a real socket; the response must be strictly right and repeat what it must. */
export async function exchange(
  port: number,
  transport: Transport,
  question: string,
  options: QueryOptions = {},
): Promise<StrictMessage> {
  return exchangeOctets(port, transport, query(question, options));
}

/** The same for octets that have a header. */
export async function exchangeOctets(
  port: number,
  transport: Transport,
  octets: Uint8Array,
): Promise<StrictMessage> {
  const message = decodeStrictly(await ask(port, transport, octets));
  const asked = Buffer.from(octets);
  // RFC 1035 section 4.1.1: ID, OPCODE and RD are copied, QR is set, RA and Z are not.
  expect(message.id).toBe(asked.readUInt16BE(0));
  expect(message.opcode).toBe((asked.readUInt16BE(2) >>> 11) & 0xf);
  const isRdCopied = /\brd\b/.test(message.flags) === ((asked.readUInt16BE(2) & 0x0100) !== 0);
  expect(isRdCopied && /^qr\b/.test(message.flags)).toBe(true);
  expect(message.flags).not.toMatch(/\b(?:ra|z|ad|cd)\b/);
  expect(asked.toString("hex", 12).startsWith(message.questionHex)).toBe(true);
  if (transport === "udp") expectSmall(message, asked);
  return message;
}

/**
 * Whatever a test asks over UDP: the response is not worth a reflection, and an error is little
 * longer than its query. Only an operator's own large RRset may be more than ten times as long.
 */
function expectSmall(message: StrictMessage, asked: Buffer): void {
  const qtype = asked.readUInt16BE(12 + message.questionHex.length / 2 - 4);
  const isOftenAbused = message.questionHex !== "" && OFTEN_ABUSED.includes(qtype);
  const isLarge = message.answer.join("").length > 300;
  const most = isOftenAbused ? 6 : isLarge ? 30 : 10;
  expect(message.length / asked.length).toBeLessThanOrEqual(most);
  if (message.rcode !== "NOERROR" && message.rcode !== "NXDOMAIN") {
    expect(message.length).toBeLessThanOrEqual(asked.length + 60);
  }
}
