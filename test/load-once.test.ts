import { expect, test } from "vitest";
import { loadOnce } from "../src/load-once.ts";

test("it is loaded when it is needed, once, and again after a failure", async () => {
  const outcomes = [new Error("EMFILE"), "loaded", "never"];
  let loads = 0;
  const loaded = loadOnce(async () => {
    const outcome = outcomes[loads++];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  expect(loads).toBe(0);
  await expect(loaded()).rejects.toThrow("EMFILE");
  expect(await Promise.all([loaded(), loaded()])).toEqual(["loaded", "loaded"]);
  expect(await loaded()).toBe("loaded");
  expect(loads).toBe(2);
});
