import { expect, test } from "vitest";
import { PassedTime } from "../../src/limit/passed-time.ts";

test("time passes as the clock says, and stands still while it is set back", () => {
  const time = new PassedTime();
  const clock = [1000, 1500, 1500, 200, 300, 10_000, 0, 1];
  expect(clock.map((nowMs) => time.at(nowMs))).toEqual([
    0, 500, 500, 500, 600, 10_300, 10_300, 10_301,
  ]);
});
