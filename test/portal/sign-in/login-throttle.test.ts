import { expect, test } from "vitest";
import { LoginThrottle } from "../../../src/portal/sign-in/login-throttle.ts";

const NOW_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const NAME = "admin";

/** Uses up what is free. */
function throttled(): LoginThrottle {
  const throttle = new LoginThrottle();
  for (let i = 0; i < 5; i++) expect(throttle.take("a", NOW_MS, NAME)).toBe(0);
  return throttle;
}

test("five are free, also at once, then each waits twice as long, up to five minutes", () => {
  const throttle = throttled();
  let nowMs = NOW_MS;
  for (const seconds of [5, 10, 20, 40, 80, 160, 300, 300, 300]) {
    expect(throttle.take("a", nowMs, NAME)).toBe(seconds * 1000);
    nowMs += seconds * 1000 - 1;
    expect(throttle.take("a", nowMs, NAME)).toBe(1);
    nowMs += 1;
    expect(throttle.take("a", nowMs, NAME)).toBe(0);
  }
});

test("to ask while one has to wait makes it no longer", () => {
  const throttle = throttled();
  for (let ms = 0; ms < 5000; ms += 100)
    expect(throttle.take("a", NOW_MS + ms, NAME)).toBe(5000 - ms);
  expect(throttle.take("a", NOW_MS + 5000, NAME)).toBe(0);
});

test("four failures are forgotten after five minutes", () => {
  const throttle = new LoginThrottle();
  for (let round = 0; round < 10; round++) {
    const nowMs = NOW_MS + round * 5 * MINUTE_MS;
    for (let i = 0; i < 4; i++) expect(throttle.take("a", nowMs, NAME)).toBe(0);
  }
});

test("who has had to wait gains nothing by a pause of minutes", () => {
  const throttle = throttled();
  throttle.take("a", NOW_MS + 5000, NAME);
  const laterMs = NOW_MS + 30 * MINUTE_MS;
  expect(throttle.take("a", laterMs, NAME)).toBe(0);
  expect(throttle.take("a", laterMs, NAME)).toBe(20_000);
  expect(throttle.take("a", laterMs + 60 * MINUTE_MS, NAME)).toBe(0);
  expect(throttle.take("a", laterMs + 60 * MINUTE_MS, NAME)).toBe(0);
});

test("a success clears the failures of its name, and other sources are others", () => {
  const throttle = throttled();
  expect(throttle.take("b", NOW_MS, NAME)).toBe(0);
  expect(throttle.take("a", NOW_MS, NAME)).toBeGreaterThan(0);
  throttle.succeeded("a", NAME);
  expect(throttle.take("a", NOW_MS, NAME)).toBe(0);
  expect(throttle.size).toBe(2);
  throttle.succeeded("a", NAME);
  throttle.succeeded("nobody", NAME);
  expect(throttle.size).toBe(1);
});

test("who has a login gets no more guesses at somebody else by signing in between", () => {
  const throttle = new LoginThrottle();
  let guesses = 0;
  for (let i = 0; i < 100; i++) {
    if (throttle.take("a", NOW_MS, "admin") === 0) guesses++;
    if (throttle.take("a", NOW_MS, "viewer") === 0) throttle.succeeded("a", "viewer");
  }
  expect(guesses).toBe(5);
});

test("names without end are not remembered, nor forgiven", () => {
  const throttle = new LoginThrottle();
  let nowMs = NOW_MS;
  for (let i = 0; i < 40; i++) {
    expect(throttle.take("a", nowMs, `name ${i}`)).toBe(0);
    if (i > 3) nowMs += 5 * MINUTE_MS;
  }
  throttle.succeeded("a", "name 39");
  throttle.succeeded("a", "name 1");
  expect(throttle.take("a", nowMs, NAME)).toBe(0);
  expect(throttle.take("a", nowMs, NAME)).toBe(5 * MINUTE_MS);
});

test("a try that the server was too busy for does not count", () => {
  const throttle = new LoginThrottle();
  for (let i = 0; i < 100; i++) {
    expect(throttle.take("a", NOW_MS, NAME)).toBe(0);
    throttle.giveBack("a", NAME);
  }
  throttle.giveBack("nobody", NAME);
});

test("a clock that is set back does not lock anybody out, nor does it free", () => {
  const throttle = throttled();
  const backMs = NOW_MS - 1_000_000_000;
  expect(throttle.take("a", backMs, NAME)).toBe(5000);
  expect(throttle.take("a", backMs + 5000, NAME)).toBe(0);
});

test("so many sources are remembered, and of more the one that was quiet for longest goes", () => {
  const throttle = throttled();
  for (let i = 0; i < 19_999; i++) throttle.take(`source ${i}`, NOW_MS, NAME);
  expect(throttle.take("a", NOW_MS, NAME)).toBe(5000);
  expect(throttle.size).toBe(20_000);
  throttle.take("one more", NOW_MS, NAME);
  expect(throttle.size).toBe(20_000);
  expect(throttle.take("a", NOW_MS, NAME)).toBe(0);
});
