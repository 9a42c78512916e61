import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRRset } from "../../src/dns/presentation.ts";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import type { ServedZone } from "../../src/server/respond.ts";
import type { Challenges } from "../../src/zone/challenges.ts";
import type { Publication } from "../../src/zone/table/table-writer.ts";
import { type PublishedZone, zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

function emptyZone(serial: number): PublishedZone {
  return zoneUnderTest({ apex: "auth.example.", records: [], serial });
}

function serialOf({ soa }: Challenges): number {
  return Number(formatRRset(soa)[0]?.split(" ")[6]);
}

function valuesAt(served: ServedZone, subdomain: string): readonly string[] | string {
  const { kind, answer } = lookUp(served, `${subdomain}.auth.example. TXT`);
  return kind === "data" ? answer.map((line) => line.split('"')[1] ?? "") : kind;
}

test("a delegate exists from its first publication, with or without values", () => {
  const served = emptyZone(1);
  expect(valuesAt(served, "d")).toBe("nxdomain");
  served.publisher.publish({ subdomain: "d", digests: [], sequence: 0 });
  expect(valuesAt(served, "d")).toBe("nodata");
});

test("newer publications replace older ones, and older ones change nothing", () => {
  const served = emptyZone(1);
  served.publisher.publish({ subdomain: "d", digests: ["a"], sequence: 5 });
  served.publisher.publish({ subdomain: "d", digests: ["b", "a"], sequence: 6 });
  served.publisher.publish({ subdomain: "d", digests: ["c"], sequence: 4 });
  served.publisher.publish({ subdomain: "d", digests: ["c"], sequence: 6 });
  expect(valuesAt(served, "d")).toEqual(["b", "a"]);
  served.publisher.publish({ subdomain: "d", digests: [], sequence: 7 });
  expect(valuesAt(served, "d")).toBe("nodata");
});

test("a delegate is found by its whole name, in any case", () => {
  const served = emptyZone(1);
  served.publisher.publish({ subdomain: "d", digests: ["a"], sequence: 1 });
  expect(served.challenges.node(parseName("D.auth.EXAMPLE.").key)).toHaveLength(1);
  expect(served.challenges.node(parseName("d.other.example.").key)).toBeUndefined();
  expect(served.challenges.node(parseName("d.d.auth.example.").key)).toBeUndefined();
});

test("what is no label is a fault of the caller", () => {
  const { publisher } = emptyZone(1);
  const publish = (subdomain: string) => () => {
    publisher.publish({ subdomain, digests: [], sequence: 1 });
  };
  expect(publish("")).toThrow(RangeError);
  expect(publish("a".repeat(64))).toThrow("no label: aaa");
});

test.for([
  { from: 10, given: [11, 12], serial: 12 },
  { from: 10, given: [12, 11], serial: 12 },
  { from: 10, given: [9, 10], serial: 10 },
  { from: 4_294_967_295, given: [1, 0], serial: 1 },
  { from: 10, given: [undefined], serial: 10 },
])("the serial never goes back: $from, $given (RFC 1982)", ({ from, given, serial }) => {
  const { challenges, publisher } = emptyZone(from);
  for (const [i, each] of given.entries()) {
    publisher.publish({ subdomain: "d", digests: [], sequence: i }, each);
  }
  expect(serialOf(challenges)).toBe(serial);
});

test("the order in which publications arrive does not matter", () => {
  const publications = fc.uniqueArray(
    fc.record<Publication>({
      subdomain: fc.constantFrom("d", "e"),
      digests: fc.subarray(["a", "b", "c"]),
      sequence: fc.nat(20),
    }),
    { selector: ({ subdomain, sequence }) => `${subdomain} ${sequence}`, maxLength: 8 },
  );
  const both = publications.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  const property = fc.property(both, ([list, shuffled]) => {
    const states = [list, shuffled].map((each) => {
      const served = emptyZone(100);
      for (const one of each) served.publisher.publish(one, 100 + one.sequence);
      return [valuesAt(served, "d"), valuesAt(served, "e"), serialOf(served.challenges)];
    });
    expect(states[0]).toEqual(states[1]);
  });
  fc.assert(property, { numRuns: 200 });
});
