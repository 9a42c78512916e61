import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ApiKey,
  generateApiKey,
  hashApiKey,
  matchesKeyHash,
  parseApiKey,
} from "../../src/delegate/credential.ts";

const KEY = "A0b1C2d3E4f5G6h7I8j9-_KLMNOPQRSTUVWXYZab";

function keyOf(text: string): ApiKey {
  const key = parseApiKey(text);
  if (key === undefined) throw new Error(`no key: ${text}`);
  return key;
}

describe("a generated key", () => {
  test("is 30 random octets in 40 characters of base64url", () => {
    const asked: number[] = [];
    const key = generateApiKey((count) => {
      asked.push(count);
      return Buffer.alloc(count, 0xfb);
    });
    expect(asked).toEqual([30]);
    expect(key).toBe("-_v7".repeat(10));
  });

  test("is one that is accepted, and is another each time", () => {
    const keys = Array.from({ length: 200 }, () => generateApiKey(randomBytes));
    for (const key of keys) expect(parseApiKey(key)).toBe(key);
    expect(new Set(keys).size).toBe(200);
    // 8,000 characters: one of the 64 missing would be no chance.
    expect(new Set(keys.join("")).size).toBe(64);
  });
});

test.for<{ name: string; value: unknown }>([
  { name: "nothing", value: undefined },
  { name: "null", value: null },
  { name: "an empty text", value: "" },
  { name: "39 characters", value: KEY.slice(1) },
  { name: "41 characters", value: `${KEY}A` },
  { name: "a line end after it", value: `${KEY}\n` },
  { name: "a space before it", value: ` ${KEY.slice(1)}` },
  { name: "standard base64", value: `+/${KEY.slice(2)}` },
  { name: "padding", value: `${KEY.slice(1)}=` },
  { name: "NUL", value: `${KEY.slice(1)}\0` },
  { name: "a letter that Unicode folds to k", value: `${KEY.slice(1)}\u212a` },
  { name: "a number", value: 1e39 },
  { name: "a list with a key", value: [KEY] },
])("$name is no key", ({ value }) => {
  expect(parseApiKey(value)).toBeUndefined();
});

test("a key is stored as its SHA-256", () => {
  expect(Buffer.from(hashApiKey(keyOf(KEY))).toString("hex")).toBe(
    createHash("sha256").update(KEY).digest("hex"),
  );
  // sha256sum of 40 letters "a".
  expect(Buffer.from(hashApiKey(keyOf("a".repeat(40)))).toString("hex")).toBe(
    "e33cdf9c7f7120b98e8c78408953e07f2ecd183006b5606df349b4c212acf43e",
  );
});

describe("a hash", () => {
  const hash = hashApiKey(keyOf(KEY));

  test("matches its key", () => {
    expect(matchesKeyHash(keyOf(KEY), hash)).toBe(true);
  });

  test("matches no other key, wherever it differs", () => {
    for (let position = 0; position < KEY.length; position++) {
      const other = KEY[position] === "x" ? "y" : "x";
      const key = keyOf(KEY.slice(0, position) + other + KEY.slice(position + 1));
      expect(matchesKeyHash(key, hash)).toBe(false);
    }
  });

  test("matches no key in another letter case", () => {
    expect(matchesKeyHash(keyOf(KEY.toLowerCase()), hash)).toBe(false);
  });
});

test("no key matches where there is no hash", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{40}$/), (text) => {
      expect(matchesKeyHash(keyOf(text), undefined)).toBe(false);
    }),
  );
});
