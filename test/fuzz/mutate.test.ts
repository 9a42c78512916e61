import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readVectors } from "../support/vector.ts";
import { mustBeAnswered } from "./check-response.ts";
import { mutate } from "./mutate.ts";
import { outlineOf } from "./outline.ts";
import { type Kind, randomFor } from "./random.ts";
import { messagesIn, planStream } from "./stream-plan.ts";

const corpus = readVectors().map(({ octets }) => octets);

function messages(seed: number, from: number, to: number): Buffer[] {
  return Array.from({ length: to - from }, (_, i) => {
    return mutate(corpus, randomFor(seed, "message", from + i));
  });
}

function digestOf(all: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const octets of all) hash.update(`${octets.toString("hex")}\n`);
  return hash.digest("hex");
}

test("a seed gives the same messages in the same order, another seed others", () => {
  const first = digestOf(messages(7, 0, 3000));
  expect(digestOf(messages(7, 0, 3000))).toBe(first);
  expect(digestOf(messages(8, 0, 3000))).not.toBe(first);
});

test("a message can be made without those before it", () => {
  expect(messages(7, 500, 510)).toEqual(messages(7, 0, 510).slice(500));
});

test("a seed gives the same streams, cut in the same places", () => {
  const plans = (seed: number) => {
    return Array.from({ length: 100 }, (_, i) => planStream(corpus, randomFor(seed, "stream", i)));
  };
  expect(plans(7)).toEqual(plans(7));
  expect(plans(8)).not.toEqual(plans(7));
});

test("numbers are spread over their range, for each index anew", () => {
  const first = (kind: Kind, i: number) => randomFor(1, kind, i).below(16);
  const seen = new Array<number>(16).fill(0);
  for (let i = 0; i < 16_000; i++) seen[first("message", i)] = (seen[first("message", i)] ?? 0) + 1;
  expect(Math.min(...seen)).toBeGreaterThan(800);
  expect(Math.max(...seen)).toBeLessThan(1200);
});

test("mutation leaves the corpus alone", () => {
  const before = digestOf(corpus);
  messages(9, 0, 5000);
  expect(digestOf(corpus)).toBe(before);
});

test("messages differ, most want a response, many are whole, none is longer than UDP carries", () => {
  const all = messages(3, 0, 20_000);
  expect(new Set(all.map((octets) => octets.toString("hex"))).size).toBeGreaterThan(15_000);
  expect(all.filter(mustBeAnswered).length).toBeGreaterThan(15_000);
  expect(all.filter(isWhole).length).toBeGreaterThan(8000);
  const lengths = all.map(({ length }) => length);
  expect(Math.max(...lengths)).toBeGreaterThan(10_000);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(60_000);
});

/** Whether the records are there that the header announces. */
function isWhole(octets: Buffer): boolean {
  if (octets.length < 12) return false;
  const counts = octets.readUInt16BE(6) + octets.readUInt16BE(8) + octets.readUInt16BE(10);
  const { qtypesAt, records } = outlineOf(octets);
  return qtypesAt.length === octets.readUInt16BE(4) && records.length === counts;
}

test.for([
  { what: "nothing", stream: "", whole: [], rest: "" },
  { what: "half a length", stream: "00", whole: [], rest: "00" },
  { what: "an empty message", stream: "0000", whole: [""], rest: "" },
  { what: "two messages", stream: "0001aa0002bbcc", whole: ["aa", "bbcc"], rest: "" },
  { what: "a message without its end", stream: "0001aa0002bb", whole: ["aa"], rest: "0002bb" },
])("a stream is cut into messages: $what", ({ stream, whole, rest }) => {
  const found = messagesIn(Buffer.from(stream, "hex"));
  expect(found.whole.map((octets) => octets.toString("hex"))).toEqual(whole);
  expect(found.rest.toString("hex")).toBe(rest);
});

test("an outline finds what is in a message", () => {
  const octets = Buffer.from(
    "04d201000001000000000001 0161 00 0010 0001 00 0029 0400 00000000 0008 000a 0004 01020304".replaceAll(
      " ",
      "",
    ),
    "hex",
  );
  expect(outlineOf(octets)).toEqual({
    labelsAt: [12, 14, 19],
    qtypesAt: [15],
    lengthsAt: [28, 32],
    records: [{ start: 19, rrtype: 41, rdlengthAt: 28, end: 38 }],
    udpPayloadSize: 1024,
  });
});
