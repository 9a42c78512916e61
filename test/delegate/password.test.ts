import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  canBeHashed,
  generateOneTimePassword,
  hashOneTimePassword,
  matchesOneTimePassword,
  whyNotPassword,
} from "../../src/delegate/password.ts";

describe("a password that somebody chooses", () => {
  test.for(["twelve chars", "x".repeat(72), "é".repeat(36), "🔒".repeat(12), " spaces count "])(
    "%s",
    (text) => {
      expect(whyNotPassword(text)).toBeUndefined();
      expect(canBeHashed(text)).toBe(true);
    },
  );

  test.for([
    { text: "", says: "12 or more" },
    { text: "eleven char", says: "has 11 characters" },
    // 24 code units, of 11 characters.
    { text: `${"🔒".repeat(11)}`, says: "has 11 characters" },
    { text: "x".repeat(73), says: "has 73 octets" },
    { text: "é".repeat(37), says: "has 74 octets" },
    { text: "twelve chars\0", says: "NUL" },
  ])("refused: $says", ({ text, says }) => {
    expect(whyNotPassword(text)).toContain(says);
  });
});

describe("a one-time password", () => {
  test("has 100 random bits that can be read and typed", () => {
    const made = Array.from({ length: 200 }, () => generateOneTimePassword(randomBytes));
    expect(new Set(made).size).toBe(200);
    for (const each of made) expect(each).toMatch(/^(?:[a-km-np-z2-9]{5}(?:-|$)){4}$/);
    expect(new Set(made.join("").replaceAll("-", "")).size).toBe(32);
    for (const each of made) expect(whyNotPassword(each)).toBeUndefined();
  });

  test("is known by its hash, to the letter", () => {
    const password = generateOneTimePassword(randomBytes);
    const hash = hashOneTimePassword(password);
    expect(hash).toHaveLength(32);
    expect(matchesOneTimePassword(password, hash)).toBe(true);
    for (const other of [` ${password}`, password.toUpperCase(), password.slice(1), ""]) {
      expect(matchesOneTimePassword(other, hash)).toBe(false);
    }
    expect(matchesOneTimePassword(password, new Uint8Array())).toBe(false);
  });
});
