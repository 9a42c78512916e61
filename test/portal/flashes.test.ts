import { expect, test } from "vitest";
import { Flashes } from "../../src/portal/flashes.ts";

const MINUTE = 60_000;
const said = (text: string) => ({ tone: "ok", text }) as const;

test("what was done is told once, to who has done it", () => {
  const flashes = new Flashes();
  flashes.put("a", said("done"), 0);
  expect(flashes.take("b", 1)).toBeUndefined();
  expect(flashes.take("a", 1)).toEqual(said("done"));
  expect(flashes.take("a", 1)).toBeUndefined();
});

test("the newest counts, and none that is old", () => {
  const flashes = new Flashes();
  flashes.put("a", said("first"), 0);
  flashes.put("a", said("second"), 1);
  expect(flashes.take("a", 5 * MINUTE + 1)).toEqual(said("second"));
  flashes.put("a", said("old"), 0);
  expect(flashes.take("a", 5 * MINUTE + 1)).toBeUndefined();
  expect(flashes.take("a", 0)).toBeUndefined();
});

test("a thousand are kept: the oldest goes first", () => {
  const flashes = new Flashes();
  for (let i = 0; i <= 1000; i++) flashes.put(`visitor ${i}`, said(String(i)), i);
  expect(flashes.take("visitor 0", 1001)).toBeUndefined();
  expect(flashes.take("visitor 1", 1001)).toEqual(said("1"));
  expect(flashes.take("visitor 1000", 1001)).toEqual(said("1000"));
});
