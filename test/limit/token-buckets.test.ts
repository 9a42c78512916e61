import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBuckets } from "../../src/limit/token-buckets.ts";

const MINUTE_MS = 60_000;
/** 30 an hour, 10 at once: as registrations. */
const hourly = (mostKeys = 100) =>
  new TokenBuckets({ times: 30, intervalMs: 60 * MINUTE_MS, burst: 10, mostKeys });

/** How many of `tries` at that time are granted. */
function granted(buckets: TokenBuckets, key: string, nowMs: number, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (buckets.take(key, nowMs) === 0) count++;
  return count;
}

test("so many at once, then one for each part of the interval", () => {
  const buckets = hourly();
  expect(granted(buckets, "a", 0, 20)).toBe(10);
  expect(buckets.take("a", 0)).toBe(2 * MINUTE_MS);
  expect(buckets.take("a", MINUTE_MS)).toBe(MINUTE_MS);
  expect(buckets.take("a", 2 * MINUTE_MS)).toBe(0);
  expect(buckets.take("a", 2 * MINUTE_MS)).toBe(2 * MINUTE_MS);
  expect(granted(buckets, "a", 60 * MINUTE_MS, 100)).toBe(10);
});

test("each key has its own", () => {
  const buckets = hourly();
  expect(granted(buckets, "a", 0, 20)).toBe(10);
  expect(granted(buckets, "b", 0, 20)).toBe(10);
});

test("to look takes nothing, and what is given back can be taken again", () => {
  const buckets = hourly();
  for (let i = 0; i < 30; i++) expect(buckets.wait("a", 0)).toBe(0);
  expect(granted(buckets, "a", 0, 20)).toBe(10);
  buckets.giveBack("a");
  expect(granted(buckets, "a", 0, 20)).toBe(1);
  buckets.giveBack("never seen");
  expect(granted(buckets, "never seen", 0, 20)).toBe(10);
});

test("a clock that is set back or forward locks nobody out for longer than a full bucket takes", () => {
  const buckets = hourly();
  const year = 365 * 24 * 60 * MINUTE_MS;
  expect(granted(buckets, "a", year, 20)).toBe(10);
  expect(buckets.take("a", 0)).toBe(2 * MINUTE_MS);
  expect(buckets.take("a", 2 * MINUTE_MS)).toBe(0);
});

test("ever new keys are forgotten, not collected", () => {
  const buckets = hourly(1000);
  for (let i = 0; i < 100_000; i++) buckets.take(`key ${i}`, 0);
  expect(buckets.size).toBe(1000);
  expect(granted(buckets, "key 99999", 0, 20)).toBe(9);
});

test("a key that is in use is not the one that is forgotten", () => {
  const buckets = hourly(3);
  expect(granted(buckets, "busy", 0, 20)).toBe(10);
  for (let i = 0; i < 100; i++) {
    buckets.take(`other ${i}`, 0);
    expect(buckets.take("busy", 0)).toBeGreaterThan(0);
  }
});

test("never more than the burst and the rate together", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 });
  const options = fc.record({
    times: fc.integer({ min: 1, max: 100 }),
    burst: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(steps, options, (waits, { times, burst }) => {
      const buckets = new TokenBuckets({ times, burst, intervalMs: MINUTE_MS, mostKeys: 10 });
      let now = 0;
      let count = 0;
      for (const wait of waits) {
        now += wait;
        if (buckets.take("a", now) === 0) count++;
      }
      expect(count).toBeLessThanOrEqual(burst + (now * times) / MINUTE_MS + 1e-6);
    }),
  );
});
