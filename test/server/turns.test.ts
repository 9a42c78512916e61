import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../src/server/turns.ts";

test("one piece is done in each turn of the loop, in the order of asking", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const add = (name: string, next?: string): void =>
    turns.add(() => {
      done.push(name);
      if (next !== undefined) add(next);
    });
  add("a", "d");
  add("b");
  add("c");
  const seen: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    await nextTurn();
    seen.push(done.join(""));
  }
  expect(seen).toEqual(["a", "ab", "abc", "abcd", "abcd", "abcd"]);
  add("e");
  expect(done.join("")).toBe("abcd");
  await nextTurn();
  expect(done.join("")).toBe("abcde");
});
