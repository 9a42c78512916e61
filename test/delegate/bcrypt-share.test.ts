import { expect, test } from "vitest";
import { parseBcryptHash } from "../../src/delegate/bcrypt-hash.ts";
import { BcryptQueue } from "../../src/delegate/bcrypt-queue.ts";
import { BcryptShare } from "../../src/delegate/bcrypt-share.ts";

/** Of "a password that nobody takes", with the least cost. */
const HASH =
  parseBcryptHash("$2b$04$HGX2yJiHt5H7I627ztk5Iu4f4ccCFAEZR/6GBj2i/djf5kODM5Vmq") ?? Buffer.of();

test("those who come through it are half of the queue at most: others find their place", async () => {
  const queue = new BcryptQueue(8);
  const share = new BcryptShare(queue);
  const flood = Array.from({ length: 100 }, () => share.matches("guess", HASH));
  const others = Array.from({ length: 6 }, () => queue.matches("key", HASH));
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter((outcome) => outcome !== "busy")).toEqual(Array(4).fill(false));
  expect(await Promise.all(others)).toEqual(Array(6).fill(false));
  // A place is given back.
  expect(await share.matches("guess", HASH)).toBe(false);
});

test("a queue without a limit has none here", async () => {
  const share = new BcryptShare(new BcryptQueue(0));
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, () => share.matches("guess", HASH)),
  );
  expect(outcomes).not.toContain("busy");
});
