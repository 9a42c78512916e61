import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeQuery } from "../../src/dns/message.ts";
import * as arbitrary from "../support/arbitrary.ts";
import { nameOctets, optRecord, query, resourceRecord, uint16 } from "../support/query.ts";
import { ReadCounter } from "../support/read-counter.ts";
import { readVectors } from "../support/vector.ts";

const GOLDEN = readVectors().filter(({ octets }) => octets.length > 0);
const MAX_MESSAGE_OCTETS = 65_535;

/** What is true of every outcome; reading octets behind the end would show up as `undefined`. */
function expectSound(octets: Uint8Array): void {
  const decoded = decodeQuery(octets);
  expect(decoded === undefined).toBe(octets.length < 12 || (octets[2] ?? 0) >= 0x80);
  if (decoded === undefined) return;
  const header = Buffer.from(octets);
  expect(decoded.id).toBe(header.readUInt16BE(0));
  expect(decoded.opcode).toBe((header.readUInt16BE(2) >>> 11) & 0xf);
  const { question, edns } = decoded;
  expect(edns?.udpPayloadSize ?? 512).toBeGreaterThanOrEqual(512);
  if (question === undefined) return;
  expect(header.readUInt16BE(4)).toBe(1);
  expect(header.indexOf(question.octets, 12)).toBe(12);
  expect(question.qname.octets.length).toBeLessThanOrEqual(255);
}

test("any octets are a query, broken or not, or nothing", () => {
  const header = fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), ...counts()).map(head);
  const octets = fc.oneof(
    arbitrary.octets(0, 100),
    fc.tuple(header, arbitrary.octets(0, 100)).map((parts) => Buffer.concat(parts)),
  );
  fc.assert(fc.property(octets, expectSound), { numRuns: 10_000 });
});

test("golden messages with changes too", () => {
  const mutant = fc.oneof(...GOLDEN.map(({ octets }) => arbitrary.mutated(octets)));
  fc.assert(fc.property(mutant, expectSound), { numRuns: 20_000 });
});

test("golden messages that are cut off are never taken for whole ones", () => {
  for (const { name, octets, expected } of GOLDEN.filter(isAnswered)) {
    for (let end = 12; end < octets.length; end++) {
      expect(decodeQuery(octets.subarray(0, end))?.wellFormed, `${name} at ${end}`).toBe(false);
    }
    expect(decodeQuery(octets)?.wellFormed, `${name}: ${expected.udp}`).toBe(true);
  }
});

/** Whole queries, with nothing behind them that may be cut off. */
function isAnswered({ name, octets, expected }: (typeof GOLDEN)[number]): boolean {
  const hasQuestion = octets.length >= 12 && octets.readUInt16BE(4) === 1;
  const isGood = /^(?:NOERROR|NXDOMAIN|REFUSED|NOTAUTH)/.test(expected.udp);
  return hasQuestion && isGood && name !== "trailing-octets";
}

/** How many times octets are read to decode the message. */
function readsOf(message: Buffer): number {
  const counter = new ReadCounter();
  decodeQuery(counter.watch(message));
  return counter.reads;
}

test("the work does not grow with what the counts claim", () => {
  const question = query("once.auth.example. TXT").subarray(12);
  const property = fc.property(fc.tuple(fc.constant(Buffer.alloc(4)), ...counts()), (parts) => {
    expect(readsOf(Buffer.concat([head(parts), question]))).toBeLessThan(200);
  });
  fc.assert(property, { numRuns: 500 });
});

function counts() {
  const count = fc.oneof(fc.nat(3), fc.constantFrom(0x7fff, 0x8000, 0xffff));
  return [count, count, count, count] as const;
}

function head([idAndFlags, ...counts]: readonly [Uint8Array, ...number[]]): Buffer {
  return Buffer.concat([idAndFlags, ...counts.map(uint16)]);
}

/** 127 labels: the name that costs most to follow a pointer to. */
const LONGEST_NAME = nameOctets("a.".repeat(127));
const TO_LONGEST_NAME = Uint8Array.of(0xc0, 0x0c);
const QUESTION = Buffer.concat([LONGEST_NAME, uint16(16), uint16(1)]);
const TSIG = resourceRecord(
  ".",
  250,
  Buffer.concat([nameOctets("hmac-sha256."), Buffer.alloc(16)]),
);

/** Owned by the longest name, by a pointer in place of the root. */
function owned(record: Buffer): Buffer {
  return Buffer.concat([TO_LONGEST_NAME, record.subarray(1)]);
}

/** As many of a thing as a message can hold, behind the longest question; its count is at `countAt`. */
function full(piece: Buffer, countAt: number): Buffer {
  const header = query("", { counts: { question: 1 } });
  const times = Math.floor((MAX_MESSAGE_OCTETS - 12 - QUESTION.length) / piece.length);
  const message = Buffer.concat([header, QUESTION, ...new Array<Buffer>(times).fill(piece)]);
  message.writeUInt16BE(message.readUInt16BE(countAt) + times, countAt);
  return message;
}

/** Each record is owned by a label and a pointer to the owner before, as far as pointers reach. */
function chained(): Buffer {
  const pieces = [query("", { counts: { question: 1, answer: 1000 } }), QUESTION];
  for (let i = 0, target = 12 + 252; i < 1000; i++) {
    const owner = Buffer.concat([Uint8Array.of(1, 0x61), uint16(0xc000 | target)]);
    pieces.push(owner, resourceRecord(".", 1, Buffer.alloc(0)).subarray(1));
    target = i === 0 ? 12 + QUESTION.length : target + 14;
  }
  return Buffer.concat(pieces);
}

test.for([
  { what: "questions", message: full(Buffer.concat([TO_LONGEST_NAME, Buffer.alloc(4)]), 4) },
  { what: "answers", message: full(owned(resourceRecord(".", 1, Buffer.alloc(0))), 6) },
  { what: "OPT records", message: full(owned(optRecord()), 10) },
  { what: "TSIG records", message: full(owned(TSIG), 10) },
  { what: "owners in a chain", message: chained() },
  {
    what: "options",
    message: query("a. TXT", { edns: { options: Buffer.alloc(65_000) } }),
  },
])("a message full of $what costs no more than to read it twice", ({ message }) => {
  expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_OCTETS);
  const reads = readsOf(message);
  expect(reads).toBeGreaterThan(12);
  expect(reads).toBeLessThan(2 * message.length);
});
