import fc from "fast-check";
import { expect, test } from "vitest";
import { initialSerial, isLaterSerial } from "../../src/zone/serial.ts";

const MAX = 2 ** 32 - 1;
const HALF = 2 ** 31;

test.for([
  { a: 1, b: 0, later: true },
  { a: 44, b: 0, later: true },
  { a: 100, b: 44, later: true },
  { a: 0, b: 0, later: false },
  { a: 0, b: 1, later: false },
  { a: 0, b: MAX, later: true },
  { a: MAX, b: 0, later: false },
  { a: HALF - 1, b: 0, later: true },
  // RFC 1982 section 3.2 leaves it undefined: neither is later.
  { a: HALF, b: 0, later: false },
  { a: 0, b: HALF, later: false },
  { a: HALF + 1, b: 0, later: false },
  { a: 100, b: MAX - 100, later: true },
])("$a is later than $b: $later (RFC 1982 section 3.2)", ({ a, b, later }) => {
  expect(isLaterSerial(a, b)).toBe(later);
});

test("a serial that was raised by one is later, over the largest one too", () => {
  const property = fc.property(fc.nat({ max: MAX }), (serial) => {
    const raised = (serial + 1) % 2 ** 32;
    expect(isLaterSerial(raised, serial)).toBe(true);
    expect(isLaterSerial(serial, raised)).toBe(false);
  });
  fc.assert(property, { numRuns: 200, examples: [[MAX]] });
});

test("the first serial is the hour, in UTC", () => {
  expect(initialSerial(Date.UTC(2026, 0, 2, 3, 59))).toBe(2026010203);
  expect(initialSerial(Date.UTC(2099, 11, 31, 23, 59))).toBeLessThanOrEqual(MAX);
});
