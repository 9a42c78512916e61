import { expect, test } from "vitest";
import { changedLabels, MOST_LABELS } from "../../src/delegate/labels.ts";

const labels = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));

test("there are no more than 16 by any change", () => {
  expect(changedLabels(labels(MOST_LABELS), new Map([["new", "v"]]))).toBeUndefined();
  const swapped = new Map([
    ["new", "v"],
    ["k0", undefined],
  ]);
  expect(Object.keys(changedLabels(labels(MOST_LABELS), swapped) ?? {})).toHaveLength(MOST_LABELS);
});

test("too many that are there already can be taken away, one after the other", () => {
  expect(changedLabels(labels(20), new Map([["new", "v"]]))).toBeUndefined();
  expect(changedLabels(labels(20), new Map())).toEqual(labels(20));
  expect(changedLabels(labels(20), new Map([["k19", undefined]]))).toEqual(labels(19));
});
