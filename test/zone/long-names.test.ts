import fc from "fast-check";
import { expect, test } from "vitest";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import type { ServedZone } from "../../src/server/respond.ts";
import { zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

const APEX = "auth.example.";

function kindAt(served: ServedZone, name: string, qtype = "TXT"): string {
  return lookUp(served, `${name}.${APEX} ${qtype}`).kind;
}

test("a name of several labels is found whole, and those between it and the apex exist", () => {
  const served = zoneUnderTest({ apex: APEX, records: [] });
  const { publisher } = served;
  publisher.publish({ subdomain: "www.example.com", digests: ["a"], sequence: 5 });
  expect(lookUp(served, `WWW.Example.com.${APEX} TXT`).answer).toEqual([
    `www.example.com.${APEX} 1 IN TXT "a"`,
  ]);
  expect(kindAt(served, "www.example.com", "A")).toBe("nodata");
  expect(kindAt(served, "example.com")).toBe("nodata");
  expect(kindAt(served, "com")).toBe("nodata");
  expect(kindAt(served, "x.www.example.com")).toBe("nxdomain");
  expect(kindAt(served, "other.com")).toBe("nxdomain");
  expect(kindAt(served, "www.com")).toBe("nxdomain");
});

test("a label with a dot in it is another name than two labels", () => {
  const served = zoneUnderTest({ apex: APEX, records: [] });
  served.publisher.publish({ subdomain: "www.example", digests: ["a"], sequence: 5 });
  expect(served.challenges.node(parseName(`www\\.example.${APEX}`).key)).toBeUndefined();
  // The octets of the two labels as the one of a label of their length.
  expect(served.challenges.node(parseName(`www\\007example.${APEX}`).key)).toBeUndefined();
  expect(served.challenges.node(parseName(`\\003www\\007example.${APEX}`).key)).toBeUndefined();
});

test("a name between goes when the last one below it does, unless a delegate has it", () => {
  const served = zoneUnderTest({ apex: APEX, records: [] });
  const { publisher } = served;
  publisher.publish({ subdomain: "com", digests: ["single"], sequence: 1 });
  publisher.publish({ subdomain: "a.example.com", digests: [], sequence: 2 });
  publisher.publish({ subdomain: "example.com", digests: ["e"], sequence: 3 });
  expect(kindAt(served, "com")).toBe("data");
  publisher.remove({ subdomain: "example.com", sequence: 4 }, 1);
  expect(kindAt(served, "example.com")).toBe("nodata");
  publisher.remove({ subdomain: "com", sequence: 5 }, 2);
  expect(kindAt(served, "com")).toBe("nodata");
  publisher.remove({ subdomain: "a.example.com", sequence: 6 }, 3);
  expect(kindAt(served, "com")).toBe("nxdomain");
  expect(kindAt(served, "example.com")).toBe("nxdomain");
  // What is older than its deletion does not bring it back; what is newer does.
  publisher.publish({ subdomain: "com", digests: ["old"], sequence: 4 });
  expect(kindAt(served, "com")).toBe("nxdomain");
  publisher.publish({ subdomain: "com", digests: ["new"], sequence: 7 });
  expect(kindAt(served, "com")).toBe("data");
});

const NAMES = ["a", "b", "a.a", "b.a", "a.b", "a.a.a", "b.a.a", "b.b.b", "a.b.a.a"];

test("whatever comes and goes, in whatever order, names exist exactly at and above delegates", () => {
  const step = fc.record({
    name: fc.constantFrom(...NAMES),
    sequence: fc.integer({ min: 0, max: 12 }),
    isThere: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const served = zoneUnderTest({ apex: APEX, records: [] });
      const newest = new Map<string, { sequence: number; isThere: boolean }>();
      for (const { name, sequence, isThere } of steps) {
        if (isThere) served.publisher.publish({ subdomain: name, digests: ["v"], sequence });
        else served.publisher.remove({ subdomain: name, sequence }, 1);
        if (sequence > (newest.get(name)?.sequence ?? -1)) newest.set(name, { sequence, isThere });
      }
      const live = NAMES.filter((name) => newest.get(name)?.isThere === true);
      for (const name of [
        "a",
        "b",
        "a.a",
        "b.b",
        "b.a",
        "a.b",
        "b.a.a",
        "a.b.a",
        "c.a",
        ...NAMES,
      ]) {
        const exists = live.some((each) => each.endsWith(`.${name}`));
        const expected = live.includes(name) ? "data" : exists ? "nodata" : "nxdomain";
        expect(kindAt(served, name), `${name} after ${JSON.stringify(steps)}`).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});
