import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { hashSync } from "bcrypt";
import { expect, test } from "vitest";
import { parseBcryptHash } from "../../src/delegate/bcrypt-hash.ts";
import { BcryptQueue } from "../../src/delegate/bcrypt-queue.ts";
import { parseApiKey } from "../../src/delegate/credential.ts";
import { lowerPoolPriority } from "../../src/delegate/pool-priority.ts";

const KEY = parseApiKey("a".repeat(40)) ?? expect.fail();
const OTHER = parseApiKey("b".repeat(40)) ?? expect.fail();
const HASH = parseBcryptHash(hashSync(KEY, 8)) ?? expect.fail();

test("a key matches the hash that was made of it, and no other", async () => {
  const queue = new BcryptQueue(0);
  expect(await queue.matches(KEY, HASH)).toBe(true);
  expect(await queue.matches(OTHER, HASH)).toBe(false);
});

test("a hash that is made has the usual cost, its own salt, and matches", async () => {
  const queue = new BcryptQueue(0);
  const [one, other] = [await queue.hash("correct horse"), await queue.hash("correct horse")];
  if (one === "busy" || other === "busy") expect.fail();
  expect(Buffer.from(one).toString()).toMatch(/^\$2b\$12\$/);
  expect(parseBcryptHash(Buffer.from(one).toString())).toEqual(one);
  expect(one).not.toEqual(other);
  expect(await queue.matches("correct horse", one)).toBe(true);
  expect(await queue.matches("correct hors", one)).toBe(false);
});

test("what is hashed and what is checked wait in one line, whose length can be changed", async () => {
  const queue = new BcryptQueue(1);
  const first = [queue.hash("a"), queue.matches(KEY, HASH), queue.matches(KEY, HASH)];
  expect(await queue.hash("b")).toBe("busy");
  queue.setMostWaiting(2);
  const second = queue.matches(KEY, HASH);
  expect(await queue.matches(KEY, HASH)).toBe("busy");
  expect(await Promise.all([...first.slice(1), second])).toEqual([true, true, true]);
});

test("two are checked at once, so many wait, and more are told so at once", async () => {
  const queue = new BcryptQueue(3);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => queue.matches(KEY, HASH)));
  expect(outcomes).toEqual([true, true, true, true, true, "busy", "busy", "busy"]);
  // Those that waited have made room.
  expect(await queue.matches(KEY, HASH)).toBe(true);
});

test("they yield to the rest of the process, where threads have priorities", async () => {
  await new BcryptQueue(0).matches(KEY, HASH);
  const isLinux = process.platform === "linux";
  const lowered = isLinux
    ? readdirSync("/proc/self/task").filter((id) => getPriority(Number(id)) > 0)
    : [];
  // All threads of the pool, and no others.
  expect(lowered.length).toBe(isLinux ? 4 : 0);
  expect(lowerPoolPriority()).toBe(lowered.length);
});

test("0 is no limit", async () => {
  const queue = new BcryptQueue(0);
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => queue.matches(OTHER, HASH)));
  expect(outcomes.every((each) => each === false)).toBe(true);
});

test.for([
  { hash: `$2a$10$${"a".repeat(53)}`, isTaken: true },
  { hash: `$2y$04$${"./aZ09".padEnd(53, "A")}`, isTaken: true },
  { hash: `$2b$14$${"a".repeat(53)}`, isTaken: true },
  { hash: `$2b$15$${"a".repeat(53)}`, isTaken: false },
  { hash: `$2a$31$${"a".repeat(53)}`, isTaken: false },
  { hash: `$2a$03$${"a".repeat(53)}`, isTaken: false },
  { hash: `$2a$10$${"a".repeat(52)}`, isTaken: false },
  { hash: `$2a$10$${"a".repeat(53)}\n`, isTaken: false },
  { hash: `$1$salt$${"a".repeat(53)}`, isTaken: false },
  { hash: "", isTaken: false },
])("hash $hash is taken over: $isTaken", ({ hash, isTaken }) => {
  expect(parseBcryptHash(hash) !== undefined).toBe(isTaken);
});
