import { expect, test } from "vitest";
import { sumUp } from "../../src/portal/hostname/acts.ts";

const LOOKED = { kind: "looked", state: "active" } as const;
const LATER = { kind: "later" } as const;
const refused = (code: string) => ({ kind: "refused", code, why: "" }) as const;

test("what came of several checks is said by the reason of each", () => {
  expect(sumUp([LOOKED])).toBe("1 hostname was looked at.");
  expect(sumUp([LOOKED, LOOKED, LATER])).toBe(
    "2 hostnames were looked at. 1 check is still under way.",
  );
  const tooSoon = refused("too_many_requests");
  expect(sumUp([tooSoon])).toBe(
    "No hostnames were looked at. 1 was looked at less than 10 seconds ago already.",
  );
  expect(sumUp([tooSoon, tooSoon, refused("busy"), refused("busy"), refused("not_found")])).toBe(
    "No hostnames were looked at. 2 were looked at less than 10 seconds ago already. 2 were not looked at, since too many wait: try again in a minute. 1 is not there any more.",
  );
});
