import fc from "fast-check";
import { expect, test } from "vitest";
import type { Name } from "../../src/dns/name.ts";
import { formatName } from "../../src/dns/presentation-scanner.ts";
import { WireReader } from "../../src/dns/wire-reader.ts";
import * as arbitrary from "../support/arbitrary.ts";
import { nameOctets } from "../support/query.ts";

/** Twelve octets of header, then these. */
function message(hex: string): Uint8Array {
  return Buffer.from(`${"00".repeat(12)}${hex.replaceAll(" ", "")}`, "hex");
}

function textOf(name: Name | undefined): string | undefined {
  return name === undefined ? undefined : formatName(name);
}

test.for([
  { what: "the root", hex: "00", at: 12, name: ".", end: 13 },
  { what: "labels", hex: "0161 0162 00", at: 12, name: "a.b.", end: 17 },
  { what: "a pointer alone", hex: "0161 00 c00c", at: 15, name: "a.", end: 17 },
  { what: "labels and a pointer", hex: "0161 00 0162 c00c", at: 15, name: "b.a.", end: 19 },
  { what: "a pointer to a pointer", hex: "0161 00 c00c c00f", at: 17, name: "a.", end: 19 },
  { what: "a pointer into a name", hex: "0161 0162 00 c00e", at: 17, name: "b.", end: 19 },
  { what: "a pointer to the root", hex: "00 c00c", at: 13, name: ".", end: 15 },
])("a name: $what", ({ hex, at, name, end }) => {
  const reader = new WireReader(message(hex), at);
  expect(textOf(reader.name())).toBe(name);
  expect(reader.offset).toBe(end);
  expect(reader.failed).toBe(false);
});

test.for([
  { what: "a pointer to itself", hex: "c00c", at: 12 },
  { what: "two pointers in a circle", hex: "c00e c00c", at: 12 },
  { what: "a pointer to the name's own labels", hex: "0161 c00c", at: 12 },
  { what: "a forward pointer", hex: "c00e 0161 00", at: 12 },
  { what: "a pointer into the header", hex: "c000", at: 12 },
  { what: "a pointer to the last octet of the header", hex: "c00b", at: 12 },
  { what: "half a pointer", hex: "0161 00 c0", at: 15 },
  { what: "no octet", hex: "", at: 12 },
  { what: "a cut label", hex: "0261", at: 12 },
  { what: "no root at the end", hex: "0161", at: 12 },
  { what: "label type 01 (RFC 6891 section 5)", hex: "4161 00", at: 12 },
  { what: "label type 10", hex: "8161 00", at: 12 },
])("no name: $what", ({ hex, at }) => {
  const reader = new WireReader(message(hex), at);
  expect(reader.name()).toBeUndefined();
  expect(reader.failed).toBe(true);
});

test("half a pointer fails even if its first octet leads somewhere", () => {
  const octets = Buffer.concat([Buffer.alloc(256), nameOctets("a."), Uint8Array.of(0xc1)]);
  const reader = new WireReader(octets, 259);
  expect(reader.name()).toBeUndefined();
  expect(reader.failed).toBe(true);
});

test.for([
  { what: "255 octets in 127 labels", labels: 127, isName: true },
  { what: "257 octets in 128 labels", labels: 128, isName: false },
])("a name of $what", ({ labels, isName }) => {
  const reader = new WireReader(nameOctets("a.".repeat(labels)));
  expect(reader.name() !== undefined).toBe(isName);
});

test("a name that only pointers make longer than 255 octets is none", () => {
  const long = nameOctets(`${"a".repeat(63)}.`.repeat(3));
  const octets = Buffer.concat([
    Buffer.alloc(12),
    long,
    Buffer.from(`3f${"61".repeat(63)}c00c`, "hex"),
  ]);
  expect(new WireReader(octets, 12 + long.length).name()).toBeUndefined();
});

test("many pointers in a row cost no more than the steps a name can need", () => {
  // Each leads to the one before it: 8,000 hops if they were followed.
  const pointers = Array.from({ length: 8000 }, (_, i) => 0xc000 | (i === 0 ? 12 : 11 + 2 * i));
  const octets = Buffer.alloc(13 + 2 * pointers.length);
  for (const [i, pointer] of pointers.entries()) octets.writeUInt16BE(pointer, 13 + 2 * i);
  expect(new WireReader(octets, octets.length - 2).name()).toBeUndefined();
  expect(textOf(new WireReader(octets, 13 + 2 * 100).name())).toBe(".");
});

test("numbers are big-endian, and 0 behind the end", () => {
  const reader = new WireReader(Buffer.from("01 0203 fffffffe 07".replaceAll(" ", ""), "hex"));
  expect([reader.uint8(), reader.uint16(), reader.uint32()]).toEqual([1, 0x203, 0xffff_fffe]);
  expect(reader.failed).toBe(false);
  expect(reader.uint16()).toBe(0x700);
  expect(reader.failed).toBe(true);
  expect(reader.uint8()).toBe(0);
});

test("a failure stays, whatever is read later", () => {
  const reader = new WireReader(Uint8Array.of(1, 2));
  expect(reader.octets(3)).toHaveLength(0);
  expect(reader.octets(2)).toHaveLength(2);
  expect(reader.failed).toBe(true);
});

test("any octets give a value or a failure, and nothing is read over the end unnoticed", () => {
  const step = fc.constantFrom("uint8", "uint16", "uint32", "octets", "skip", "name");
  const property = fc.property(
    arbitrary.octets(0, 80),
    fc.array(step, { maxLength: 10 }),
    fc.nat(80),
    (octets, steps, count) => {
      const reader = new WireReader(octets);
      for (const method of steps) {
        if (method === "octets" || method === "skip") reader[method](count);
        else reader[method]();
      }
      expect(reader.failed || reader.offset <= octets.length).toBe(true);
    },
  );
  fc.assert(property, { numRuns: 2000 });
});
