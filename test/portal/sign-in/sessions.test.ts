import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isSessionOf, Sessions, type SignedIn } from "../../../src/portal/sign-in/sessions.ts";
import type { UserRecord } from "../../../src/store/users.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = 1_790_000_000_000;

const WHO: SignedIn = {
  userId: 7,
  userName: "admin",
  passwordNumber: 3,
  mustChoosePassword: false,
  source: "192.0.2.1",
};

function newSessions(maxSeconds = 43_200): Sessions {
  return new Sessions({ randomOctets: randomBytes, maxSeconds });
}

test("a session is found by its token, and says who it is", () => {
  const sessions = newSessions();
  const token = sessions.open(WHO, NOW_MS);
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(sessions.find(token, NOW_MS)).toEqual({ ...WHO, createdMs: NOW_MS });
});

test("somebody has twenty at most, and who signs in again and again ends no other's", () => {
  const sessions = newSessions();
  const other = sessions.open({ ...WHO, userId: 8 }, NOW_MS);
  const tokens = Array.from({ length: 21 }, () => sessions.open(WHO, NOW_MS));
  const found = tokens.filter((token) => sessions.find(token, NOW_MS) !== undefined);
  expect(found).toEqual(tokens.slice(1));
  expect(sessions.find(other, NOW_MS)).toBeDefined();
});

test("each login has another token, so what was planted before is worth nothing after", () => {
  const sessions = newSessions();
  const planted = sessions.open(WHO, NOW_MS);
  sessions.close(planted);
  const token = sessions.open(WHO, NOW_MS);
  expect(token).not.toBe(planted);
  expect(sessions.find(planted, NOW_MS)).toBeUndefined();
  expect(sessions.find(token, NOW_MS)).toBeDefined();
});

test.for([
  { name: "nothing", change: () => "" },
  { name: "a shorter one", change: (token: string) => token.slice(1) },
  { name: "a longer one", change: (token: string) => `${token}A` },
  { name: "with a space", change: (token: string) => `${token} ` },
  { name: "with a NUL", change: (token: string) => `${token.slice(1)}\0` },
  { name: "one that differs in bits that base64 has too many", change: changedAtEnd },
  { name: "the name of a property", change: () => "__proto__" },
  { name: "very long", change: () => "A".repeat(1_000_000) },
])("a token that is none: $name", ({ change }) => {
  const sessions = newSessions();
  const token = sessions.open(WHO, NOW_MS);
  expect(sessions.find(change(token), NOW_MS)).toBeUndefined();
  expect(sessions.find(token, NOW_MS)).toBeDefined();
});

/** Octets of the same value by a lenient decoder, and another text. */
function changedAtEnd(token: string): string {
  const value = Buffer.from(token, "base64url");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const variants = [...alphabet].map((last) => `${token.slice(0, -1)}${last}`);
  const same = variants.find(
    (each) => each !== token && Buffer.from(each, "base64url").equals(value),
  );
  return same ?? expect.fail("no such token");
}

test("it is over after 30 minutes without use, and use keeps it", () => {
  const sessions = newSessions();
  const token = sessions.open(WHO, NOW_MS);
  expect(sessions.find(token, NOW_MS + 29 * MINUTE_MS)).toBeDefined();
  expect(sessions.find(token, NOW_MS + 58 * MINUTE_MS)).toBeDefined();
  expect(sessions.find(token, NOW_MS + 88 * MINUTE_MS)).toBeUndefined();
  // It does not come back.
  expect(sessions.find(token, NOW_MS)).toBeUndefined();
});

test("it is over after its longest time, however busy it is", () => {
  const sessions = newSessions(3600);
  const token = sessions.open(WHO, NOW_MS);
  for (let minute = 1; minute < 60; minute++) {
    expect(sessions.find(token, NOW_MS + minute * MINUTE_MS)).toBeDefined();
  }
  expect(sessions.find(token, NOW_MS + HOUR_MS)).toBeUndefined();
});

test("a clock that is set back makes no session last longer", () => {
  const sessions = newSessions(3600);
  const token = sessions.open(WHO, NOW_MS);
  sessions.find(token, NOW_MS + 20 * MINUTE_MS);
  const backMs = NOW_MS - 10 * HOUR_MS;
  expect(sessions.find(token, backMs)).toBeDefined();
  expect(sessions.find(token, backMs + 29 * MINUTE_MS)).toBeDefined();
  expect(sessions.find(token, backMs + 39 * MINUTE_MS)).toBeDefined();
  // 20 + 40 minutes have passed.
  expect(sessions.find(token, backMs + 40 * MINUTE_MS)).toBeUndefined();
});

test("a clock that was wrong for a moment keeps no later session alive", () => {
  const sessions = newSessions();
  sessions.open(WHO, NOW_MS + 1000 * HOUR_MS);
  const token = sessions.open(WHO, NOW_MS);
  expect(sessions.find(token, NOW_MS + 29 * MINUTE_MS)).toBeDefined();
  expect(sessions.find(token, NOW_MS + 59 * MINUTE_MS)).toBeUndefined();
});

test("the oldest goes when there are too many, those that are over go first", () => {
  const sessions = newSessions();
  const ended = Array.from({ length: 3 }, () => sessions.open(WHO, NOW_MS));
  const laterMs = NOW_MS + HOUR_MS;
  const oldest = sessions.open(WHO, laterMs);
  expect(sessions.size).toBe(1);
  const second = sessions.open(WHO, laterMs);
  for (let i = 2; i < 10_000; i++) sessions.open({ ...WHO, userId: i }, laterMs);
  expect(sessions.find(oldest, laterMs)).toBeDefined();
  const newest = sessions.open(WHO, laterMs);
  expect(sessions.size).toBe(10_000);
  expect(sessions.find(oldest, laterMs)).toBeUndefined();
  for (const kept of [second, newest]) expect(sessions.find(kept, laterMs)).toBeDefined();
  for (const token of ended) expect(sessions.find(token, laterMs)).toBeUndefined();
});

const USER: UserRecord = {
  id: 7,
  name: "admin",
  role: "admin",
  password: undefined,
  passwordNumber: 3,
  createdMs: 0,
  passwordMs: 0,
  lastLoginMs: undefined,
};

test.for<{ name: string; user: UserRecord | undefined; isOf: boolean }>([
  { name: "the same", user: USER, isOf: true },
  { name: "with another password", user: { ...USER, passwordNumber: 4 }, isOf: false },
  { name: "made again by the same name", user: { ...USER, id: 8 }, isOf: false },
  { name: "deleted", user: undefined, isOf: false },
])("the user of a session, as it is now: $name", ({ user, isOf }) => {
  expect(isSessionOf(WHO, user)).toBe(isOf);
});
