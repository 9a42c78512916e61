import fc from "fast-check";
import { expect, test } from "vitest";
import { formatName, parseName } from "../../src/dns/presentation-scanner.ts";
import { WireWriter } from "../../src/dns/wire-writer.ts";
import * as arbitrary from "../support/arbitrary.ts";
import { nameText, StrictCursor } from "../support/strict-cursor.ts";

function hexOf(writer: WireWriter): string {
  return Buffer.from(writer.finish()).toString("hex");
}

test.for([
  { what: "nothing to share", names: ["a.b.", "c."], hex: "0161 0162 00 0163 00" },
  { what: "the whole name again", names: ["a.b.", "a.b."], hex: "0161 0162 00 c000" },
  { what: "a suffix", names: ["a.b.", "c.b."], hex: "0161 0162 00 0163 c002" },
  {
    what: "the longest suffix",
    names: ["b.", "a.b.", "x.a.b."],
    hex: "0162 00 0161 c000 0178 c003",
  },
  { what: "the root is shorter than a pointer", names: [".", "."], hex: "00 00" },
  { what: "case is taken from the first", names: ["A.b.", "a.B."], hex: "0141 0162 00 c000" },
  { what: "only A to Z fold", names: ["\\192.", "\\224."], hex: "01c0 00 01e0 00" },
  { what: "a label that is a prefix of another", names: ["ab.", "a."], hex: "026162 00 0161 00" },
  { what: "a name that repeats itself", names: ["a.a."], hex: "0161 0161 00" },
])("compression: $what", ({ names, hex }) => {
  const writer = new WireWriter(512);
  for (const text of names) writer.name(parseName(text));
  expect(hexOf(writer)).toBe(hex.replaceAll(" ", ""));
});

test("the name of a question is a target, an uncompressed name is not", () => {
  const writer = new WireWriter(512);
  writer.question(Buffer.from("0161016200 00010001".replace(" ", ""), "hex"), 5);
  writer.uncompressedName(parseName("c.d."));
  writer.name(parseName("x.b."));
  writer.name(parseName("c.d."));
  expect(hexOf(writer)).toBe("0161016200000100010163016400" + "0178c002" + "0163016400");
});

test("a name behind the 14 bits of a pointer is written out", () => {
  const writer = new WireWriter(40_000);
  writer.octets(Buffer.alloc(0x3fff));
  writer.name(parseName("a.b."));
  writer.name(parseName("a.b."));
  // "a" begins at 0x3FFF, the last that a pointer can reach; "b" of the first name is behind it.
  writer.name(parseName("b."));
  expect(hexOf(writer).slice(2 * 0x3fff)).toBe("0161016200" + "ffff" + "016200");
});

test("numbers are big-endian and can be patched", () => {
  const writer = new WireWriter(7);
  writer.uint8(1);
  writer.uint16(0x0203);
  writer.uint32(0xffff_fffe);
  writer.patchUint16(1, 0xabcd);
  expect(hexOf(writer)).toBe("01abcdfffffffe");
  expect(writer.overflowed).toBe(false);
});

test.for([
  { what: "an octet", write: (writer: WireWriter) => writer.uint8(0) },
  { what: "a number", write: (writer: WireWriter) => writer.uint32(0) },
  { what: "octets", write: (writer: WireWriter) => writer.octets(new Uint8Array(1)) },
  { what: "a name", write: (writer: WireWriter) => writer.name(parseName("a.")) },
])("$what over the limit is an overflow that stays", ({ write }) => {
  const writer = new WireWriter(3);
  writer.octets(new Uint8Array(3));
  write(writer);
  expect(writer.overflowed).toBe(true);
  expect(writer.length).toBe(3);
  writer.octets(new Uint8Array(0));
  expect(writer.overflowed).toBe(true);
});

test("names that were compressed are read back as they were, the case of A to Z aside", () => {
  const property = fc.property(fc.array(arbitrary.name, { maxLength: 12 }), (names) => {
    const writer = new WireWriter(4000);
    for (const name of names) writer.name(name);
    const cursor = new StrictCursor(writer.finish());
    for (const name of names) {
      const text = nameText(cursor.labels("allowed"));
      expect(parseName(text).key).toBe(name.key);
      if (name === names[0]) expect(text).toBe(formatName(name));
    }
    expect(cursor.at).toBe(writer.length);
  });
  fc.assert(property, { numRuns: 500 });
});

test("the limit is never exceeded, and without overflow all is there", () => {
  const property = fc.property(
    fc.array(arbitrary.name, { maxLength: 8 }),
    fc.nat(100),
    (names, limit) => {
      const unlimited = new WireWriter(4000);
      const writer = new WireWriter(limit);
      for (const name of names) {
        unlimited.name(name);
        writer.name(name);
      }
      expect(writer.length).toBeLessThanOrEqual(limit);
      expect(writer.overflowed).toBe(unlimited.length > limit);
      if (!writer.overflowed) expect(hexOf(writer)).toBe(hexOf(unlimited));
    },
  );
  fc.assert(property, { numRuns: 500 });
});
