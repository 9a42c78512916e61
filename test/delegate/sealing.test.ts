import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSealingKey, seal, unseal } from "../../src/delegate/sealing.ts";

const KEY = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32, 2);
const CONTEXT = Buffer.from("a namespace and a name");

test("what was sealed opens under its context, with any of several keys", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const sealed = seal(KEY, text, CONTEXT, randomBytes);
      expect(unseal([OTHER, KEY], sealed, CONTEXT)).toBe(Buffer.from(text).toString());
    }),
  );
});

test("nothing opens under another context or key, nor when an octet was changed or cut off", () => {
  const sealed = Buffer.from(seal(KEY, "a secret", CONTEXT, randomBytes));
  expect(unseal([KEY], sealed, Buffer.from("another"))).toBeUndefined();
  expect(unseal([OTHER], sealed, CONTEXT)).toBeUndefined();
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(unseal([KEY], changed, CONTEXT)).toBeUndefined();
    expect(unseal([KEY], sealed.subarray(0, i), CONTEXT)).toBeUndefined();
  }
});

test("equal texts are sealed differently each time, and not to be read", () => {
  const once = Buffer.from(seal(KEY, "a secret", CONTEXT, randomBytes));
  const again = Buffer.from(seal(KEY, "a secret", CONTEXT, randomBytes));
  expect(once.equals(again)).toBe(false);
  expect(once.includes("secret")).toBe(false);
});

test.for([
  { form: "hexadecimal", text: "0a".repeat(32) },
  { form: "hexadecimal in capitals", text: "0A".repeat(32) },
  { form: "base64", text: Buffer.alloc(32, 10).toString("base64") },
  { form: "base64 for URLs", text: Buffer.alloc(32, 10).toString("base64url") },
])("a key in $form", ({ text }) => {
  expect(Buffer.from(parseSealingKey(text) ?? [])).toEqual(Buffer.alloc(32, 10));
});

test.for(["", "0a".repeat(31), "0a".repeat(33), "g".repeat(64), "a".repeat(42), " ".repeat(43)])(
  "no key: %s",
  (text) => {
    expect(parseSealingKey(text)).toBeUndefined();
  },
);
