import fc from "fast-check";
import { expect, test } from "vitest";
import { Name, nameFromLabels, ROOT } from "../../src/dns/name.ts";
import * as arbitrary from "../support/arbitrary.ts";
import { nameOctets } from "../support/query.ts";

function named(text: string): Name {
  return new Name(nameOctets(text));
}

test.for([
  { name: "the same octets", a: "auth.example.", b: "auth.example.", equal: true },
  { name: "A to Z fold (RFC 4343 section 3)", a: "AZ.Auth.", b: "az.aUTH.", equal: true },
  { name: "@ and [ beside A and Z do not fold", a: "\\064\\091.", b: "\\096\\123.", equal: false },
  { name: "0xC0 to 0xDE are no letters", a: "\\192\\222.", b: "\\224\\254.", equal: false },
  { name: "U+212A, the Kelvin sign, is no k", a: "\\226\\132\\170.", b: "k.", equal: false },
  { name: "U+0130 is no i", a: "\\196\\176.", b: "i.", equal: false },
  { name: "NUL counts", a: "a\\000.", b: "a.", equal: false },
  { name: "a dot in a label is no border", a: "a\\.b.", b: "a.b.", equal: false },
  { name: "a space at the end counts", a: "a\\032.", b: "a.", equal: false },
  { name: "__proto__ is a label", a: "__proto__.", b: "__PROTO__.", equal: true },
])("equality: $name", ({ a, b, equal }) => {
  expect(named(a).equals(named(b))).toBe(equal);
  expect(named(a).key === named(b).key).toBe(equal);
});

test.for([
  { name: "auth.example.", apex: "auth.example.", inside: true },
  { name: "a.AUTH.example.", apex: "auth.example.", inside: true },
  { name: "a.b.c.auth.example.", apex: "auth.example.", inside: true },
  { name: "auth.example.", apex: ".", inside: true },
  { name: ".", apex: ".", inside: true },
  { name: ".", apex: "auth.example.", inside: false },
  { name: "example.", apex: "auth.example.", inside: false },
  { name: "xauth.example.", apex: "auth.example.", inside: false },
  { name: "auth.example.org.", apex: "auth.example.", inside: false },
  // The labels end in the octets of \004auth\007example\000, but not at the border of a label.
  { name: "x\\004auth.example.", apex: "auth.example.", inside: false },
  { name: "x\\004auth\\007example.", apex: "auth.example.", inside: false },
  { name: "a.auth\\.example.", apex: "auth.example.", inside: false },
  { name: "a\\.auth.example.", apex: "auth.example.", inside: false },
])("$name is at or below $apex: $inside", ({ name, apex, inside }) => {
  expect(named(name).isAtOrBelow(named(apex))).toBe(inside);
});

test("suffixes begin at the labels and end at the root", () => {
  expect(named("ab.c.").suffixOffsets()).toEqual([0, 3, 5]);
  expect(ROOT.suffixOffsets()).toEqual([0]);
});

test.for([
  { name: "127 labels", labels: Array(127).fill("a"), length: 255 },
  { name: "128 labels", labels: Array(128).fill("a"), length: undefined },
  { name: "a label of 63 octets", labels: ["a".repeat(63)], length: 65 },
  { name: "a label of 64 octets", labels: ["a".repeat(64)], length: undefined },
  { name: "255 octets", labels: [63, 63, 63, 61].map((n) => "a".repeat(n)), length: 255 },
  { name: "256 octets", labels: [63, 63, 63, 62].map((n) => "a".repeat(n)), length: undefined },
  { name: "an empty label", labels: ["a", "", "b"], length: undefined },
  { name: "no label", labels: [], length: 1 },
])("a name of $name (RFC 1035 section 2.3.4)", ({ labels, length }) => {
  const made = nameFromLabels(labels.map((label) => Buffer.from(label)));
  expect(made?.octets.length).toBe(length);
});

test("labels go in front of the suffix", () => {
  const made = nameFromLabels([Buffer.from("a.b")], named("Auth.example."));
  expect(made?.octets).toEqual(Uint8Array.from(nameOctets("a\\.b.Auth.example.")));
});

test("a name is at or below exactly its suffixes", () => {
  const property = fc.property(arbitrary.name, arbitrary.name, (name, other) => {
    const suffixes = name.suffixOffsets().map((offset) => new Name(name.octets.subarray(offset)));
    expect(suffixes.every((suffix) => name.isAtOrBelow(suffix))).toBe(true);
    expect(name.isAtOrBelow(other)).toBe(suffixes.some((suffix) => suffix.equals(other)));
  });
  fc.assert(property, { numRuns: 500 });
});

test("labels are equal exactly if they are once a to z are made A to Z", () => {
  const property = fc.property(arbitrary.label, arbitrary.label, (a, b) => {
    const swapped = a.map((octet) => (isLetter(octet) ? octet ^ 0x20 : octet));
    expect(nameFromLabels([a])?.key).toBe(nameFromLabels([swapped])?.key);
    const areEqual = Buffer.compare(upper(a), upper(b)) === 0;
    expect(nameFromLabels([a])?.key === nameFromLabels([b])?.key).toBe(areEqual);
  });
  fc.assert(property, { numRuns: 500 });
});

function isLetter(octet: number): boolean {
  return (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a);
}

function upper(octets: Uint8Array): Uint8Array {
  return octets.map((octet) => (octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet));
}
