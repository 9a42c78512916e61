import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type CsrfHolder, CsrfTokens } from "../../../src/portal/sign-in/csrf.ts";

const tokens = new CsrfTokens(randomBytes);
const HOLDER: CsrfHolder = { cookie: "a-cookie" };
const TOKEN = tokens.tokenOf(HOLDER);

test("the token of a holder is accepted for it", () => {
  expect(TOKEN).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(tokens.isTokenOf(HOLDER, TOKEN)).toBe(true);
  const user = { user: "admin" };
  expect(tokens.isTokenOf(user, tokens.tokenOf(user))).toBe(true);
});

test.for<{ name: string; holder: CsrfHolder }>([
  { name: "another cookie: a login replaces it", holder: { cookie: "a-cookie2" } },
  { name: "a user of the name", holder: { user: "a-cookie" } },
  { name: "what looks like both", holder: { user: "cookie:a-cookie" } },
  { name: "no cookie", holder: { cookie: "" } },
])("it is none of $name", ({ holder }) => {
  expect(tokens.isTokenOf(holder, TOKEN)).toBe(false);
});

test.for<{ name: string; sent: unknown }>([
  { name: "nothing", sent: undefined },
  { name: "an empty text", sent: "" },
  { name: "a list with it", sent: [TOKEN] },
  { name: "an object", sent: { toString: () => TOKEN } },
  { name: "a beginning", sent: TOKEN.slice(0, -1) },
  { name: "more than it", sent: `${TOKEN}=` },
  { name: "other letters of as many octets", sent: "é".repeat(21) },
  { name: "other letters of as many characters", sent: "é".repeat(43) },
  { name: "very much", sent: "A".repeat(10_000_000) },
])("$name is no token", ({ sent }) => {
  expect(tokens.isTokenOf(HOLDER, sent)).toBe(false);
});

test("another process has other tokens", () => {
  expect(new CsrfTokens(randomBytes).isTokenOf(HOLDER, TOKEN)).toBe(false);
});
