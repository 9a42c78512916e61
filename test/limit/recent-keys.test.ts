import { expect, test } from "vitest";
import { RecentKeys } from "../../src/limit/recent-keys.ts";

test("keeps what was added last", () => {
  const keys = new RecentKeys(2);
  keys.add("a");
  keys.add("b");
  keys.add("a");
  keys.add("c");
  expect(["a", "b", "c"].filter((key) => keys.has(key))).toEqual(["a", "c"]);
});
