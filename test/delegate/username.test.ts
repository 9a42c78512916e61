import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalUsername } from "../../src/delegate/username.ts";

const USERNAME = "eabcdb41-d89f-4580-826f-3e62e9755ef2";
const BARE = USERNAME.replaceAll("-", "");

test.for([
  { value: USERNAME },
  { value: USERNAME.toUpperCase() },
  { value: BARE },
  { value: `{${USERNAME}}` },
  { value: `{${USERNAME.toUpperCase()}}` },
  { value: `urn:uuid:${USERNAME}` },
  { value: `URN:UUID:${USERNAME.toUpperCase()}` },
])("H18: $value is the user", ({ value }) => {
  expect(canonicalUsername(value)).toBe(USERNAME);
});

test.for<{ value: unknown }>([
  { value: undefined },
  { value: null },
  { value: 1 },
  { value: [USERNAME] },
  { value: "" },
  { value: "admin" },
  { value: USERNAME.slice(1) },
  { value: `${USERNAME}0` },
  { value: `${USERNAME}\n` },
  { value: ` ${USERNAME}` },
  { value: `{${USERNAME}` },
  { value: `${USERNAME}}` },
  { value: `{{${USERNAME}}}` },
  { value: `(${USERNAME})` },
  { value: `urn:uuid:{${USERNAME}}` },
  { value: `urn:${USERNAME}` },
  { value: USERNAME.replace("-", "_") },
  { value: USERNAME.replace("-", "") },
  { value: `${BARE.slice(0, 16)}-${BARE.slice(16)}` },
  { value: USERNAME.replace("e", "g") },
  { value: USERNAME.replace("e", "е") },
  { value: `${USERNAME},${USERNAME}` },
  { value: "0".repeat(10_000) },
])("$value is no user", ({ value }) => {
  expect(canonicalUsername(value)).toBeUndefined();
});

test("every UUID is its own canonical form, and no other text has one", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.string(), (uuid, text) => {
      expect(canonicalUsername(uuid)).toBe(uuid);
      expect(canonicalUsername(text)).toBeUndefined();
    }),
  );
});
