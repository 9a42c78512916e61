/** Values that say by themselves whether they are whole and belong together. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** The values of one publication: `counter` and a checksum over it, as many times as it has values. */
export function checkedValues(counter: number): string[] {
  const count = 1 + (counter % 3);
  return Array.from({ length: count }, (_, i) => checkedValue(counter, i, count));
}

function checkedValue(counter: number, i: number, count: number): string {
  const head = `${counter.toString().padStart(10, "0")}${i}${count}`;
  return head + createHash("sha256").update(head).digest("base64url").slice(0, 31);
}

/** The counter, if all values are those of one publication and in order. */
export function checkedCounter(values: readonly string[]): number {
  const counter = Number(values[0]?.slice(0, 10));
  assert.deepEqual(values, checkedValues(counter));
  return counter;
}
