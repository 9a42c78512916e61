import { expect, test } from "vitest";
import { WindowCount, withinDay, withinHour, withinWeek } from "../../src/limit/window-count.ts";

const HOUR_MS = 3_600_000;
const START_MS = 500_000 * HOUR_MS + 1;

function counted(day: WindowCount, nowMs: number, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) {
    if (day.wait(nowMs) > 0) continue;
    day.count();
    count++;
  }
  return count;
}

test("so many in a day, and room again when the first of them are a day old", () => {
  const day = new WindowCount(withinDay(100));
  expect(counted(day, START_MS, 40)).toBe(40);
  expect(counted(day, START_MS + 10 * HOUR_MS, 100)).toBe(60);
  const wait = day.wait(START_MS + 10 * HOUR_MS);
  expect(wait).toBeGreaterThan(14 * HOUR_MS - 2);
  expect(wait).toBeLessThanOrEqual(15 * HOUR_MS);
  expect(day.wait(START_MS + 10 * HOUR_MS + wait - 1)).toBeGreaterThan(0);
  expect(counted(day, START_MS + 10 * HOUR_MS + wait, 100)).toBe(40);
});

test.for([
  { name: "hour", window: withinHour(3), spanMs: HOUR_MS, slackMs: HOUR_MS / 60 },
  { name: "week", window: withinWeek(3), spanMs: 168 * HOUR_MS, slackMs: HOUR_MS },
])("so many in a $name", ({ window, spanMs, slackMs }) => {
  const count = new WindowCount(window);
  expect(counted(count, START_MS, 5)).toBe(3);
  const wait = count.wait(START_MS);
  expect(wait).toBeGreaterThanOrEqual(spanMs - 2);
  expect(wait).toBeLessThanOrEqual(spanMs + slackMs);
  expect(counted(count, START_MS + spanMs - 2, 5)).toBe(0);
  expect(counted(count, START_MS + wait, 5)).toBe(3);
});

test("what is given back does not count", () => {
  const day = new WindowCount(withinDay(2));
  expect(counted(day, START_MS, 5)).toBe(2);
  day.giveBack();
  expect(counted(day, START_MS, 5)).toBe(1);
});

test("giving back more than was taken makes no room", () => {
  const day = new WindowCount(withinDay(2));
  day.giveBack();
  expect(counted(day, START_MS, 5)).toBe(2);
});

test("a clock that was ahead and is set right costs a day at most", () => {
  const day = new WindowCount(withinDay(5));
  const ahead = START_MS + 10 * 365 * 24 * HOUR_MS;
  expect(counted(day, ahead, 10)).toBe(5);
  expect(counted(day, START_MS, 10)).toBe(0);
  expect(day.wait(START_MS)).toBeLessThanOrEqual(25 * HOUR_MS);
  expect(counted(day, START_MS + 25 * HOUR_MS, 10)).toBe(5);
});
