import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { hashSync } from "bcrypt";
import { expect, test } from "vitest";
import { parseApiKey } from "../../src/delegate/credential.ts";
import { ImportedKeyQueue, parseBcryptHash } from "../../src/delegate/imported-key.ts";
import { lowerPoolPriority } from "../../src/delegate/pool-priority.ts";

const KEY = parseApiKey("a".repeat(40)) ?? expect.fail();
const OTHER = parseApiKey("b".repeat(40)) ?? expect.fail();
const HASH = parseBcryptHash(hashSync(KEY, 8)) ?? expect.fail();

test("a key matches the hash that was made of it, and no other", async () => {
  const queue = new ImportedKeyQueue(0);
  expect(await queue.matches(KEY, HASH)).toBe(true);
  expect(await queue.matches(OTHER, HASH)).toBe(false);
});

test("two are checked at once, so many wait, and more are told so at once", async () => {
  const queue = new ImportedKeyQueue(3);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => queue.matches(KEY, HASH)));
  expect(outcomes).toEqual([true, true, true, true, true, "busy", "busy", "busy"]);
  // Those that waited have made room.
  expect(await queue.matches(KEY, HASH)).toBe(true);
});

test("they yield to the rest of the process, where threads have priorities", async () => {
  await new ImportedKeyQueue(0).matches(KEY, HASH);
  const isLinux = process.platform === "linux";
  const lowered = isLinux
    ? readdirSync("/proc/self/task").filter((id) => getPriority(Number(id)) > 0)
    : [];
  // All threads of the pool, and no others.
  expect(lowered.length).toBe(isLinux ? 4 : 0);
  expect(lowerPoolPriority()).toBe(lowered.length);
});

test("0 is no limit", async () => {
  const queue = new ImportedKeyQueue(0);
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
