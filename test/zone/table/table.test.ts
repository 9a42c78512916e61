import fc from "fast-check";
import { expect, test } from "vitest";
import { Record } from "../../../src/zone/table/layout.ts";
import { SubdomainId } from "../../../src/zone/table/subdomain-id.ts";
import { createTable, type TableHandle } from "../../../src/zone/table/table-memory.ts";
import { endReader, TableReader } from "../../../src/zone/table/table-reader.ts";
import { TableWriter } from "../../../src/zone/table/table-writer.ts";
import { indexOf, uuidOf, valuesIn } from "./table-under-test.ts";

const SEED = 0x2545_f491;
const VALUE = "v".repeat(43);

function tableFor(readers: number, zones = 1): { handle: TableHandle; writer: TableWriter } {
  const handle = createTable({ readers, zones }, SEED);
  return { handle, writer: new TableWriter(handle) };
}

/** The offset of a name's record, found in a turn of its own. */
function recordOf(reader: TableReader, subdomain: string): number {
  const id = new SubdomainId();
  id.read(Buffer.from(`${String.fromCharCode(subdomain.length)}${subdomain}`, "latin1"), 0);
  reader.begin();
  const record = reader.find(0, id);
  reader.end();
  return record;
}

test("names are found while slots and memory grow, and no others", () => {
  const { handle, writer } = tableFor(2);
  const [reader, late] = [new TableReader(handle, 0), new TableReader(handle, 1)];
  const index = indexOf(reader);
  const names = 25_000;
  const octetsBefore = handle.memory.byteLength;
  for (let number = 0; number < names; number++) {
    const digests = ["a", "b", "c", "d"].map((which) => `${which}${number}`.padEnd(43));
    writer.publish(0, { subdomain: uuidOf(number), digests, sequence: 1 });
    if (number % 1000 !== 999) continue;
    reader.begin();
    for (let known = 0; known <= number; known += 37) {
      expect(valuesIn(index, uuidOf(known))?.[0]?.trim()).toBe(`a${known}`);
    }
    expect(valuesIn(index, uuidOf(number))?.[3]?.trim()).toBe(`d${number}`);
    expect(valuesIn(index, uuidOf(number + 1))).toBeUndefined();
    reader.end();
  }
  expect(handle.memory.byteLength).toBeGreaterThan(octetsBefore);
  // This one has seen nothing of the growth.
  late.begin();
  expect(valuesIn(indexOf(late), uuidOf(names - 1))).toHaveLength(4);
  expect(valuesIn(indexOf(late), uuidOf(names))).toBeUndefined();
  late.end();
});

test("any labels are told apart, in whatever order they come", () => {
  const label = fc.oneof(
    fc.uuid(),
    fc.stringMatching(/^[a-z0-9-]{1,63}$/),
    // As long as a UUID, and almost one.
    fc.stringMatching(/^[0-9a-g]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  );
  const property = fc.property(
    fc.uniqueArray(label, { minLength: 2, maxLength: 40, size: "max" }),
    (labels) => {
      const { handle, writer } = tableFor(1);
      const index = indexOf(new TableReader(handle, 0));
      const [absent = "", ...published] = labels;
      for (const subdomain of published) {
        writer.publish(0, { subdomain, digests: [subdomain], sequence: 1 });
      }
      for (const subdomain of published) expect(valuesIn(index, subdomain)).toEqual([subdomain]);
      expect(valuesIn(index, absent)).toBeUndefined();
    },
  );
  fc.assert(property, { numRuns: 100 });
});

test("a UUID is found in any case and only in its canonical form", () => {
  const { handle, writer } = tableFor(1);
  const index = indexOf(new TableReader(handle, 0));
  const uuid = "0f3c1b52-7a0e-4d61-8c5b-2e94d07fa613";
  writer.publish(0, { subdomain: uuid, digests: ["value"], sequence: 1 });
  expect(valuesIn(index, uuid.toUpperCase())).toEqual(["value"]);
  const others = [uuid.replaceAll("-", ""), uuid.replace("-", "0"), `${uuid.slice(0, -1)}4`];
  for (const other of others) expect(valuesIn(index, other)).toBeUndefined();
});

test("the same name in two zones is two delegates", () => {
  const { handle, writer } = tableFor(1, 2);
  const reader = new TableReader(handle, 0);
  for (const subdomain of [uuidOf(1), "readable"]) {
    writer.publish(0, { subdomain, digests: ["here"], sequence: 1 });
    expect(valuesIn(indexOf(reader, 1), subdomain)).toBeUndefined();
    writer.publish(1, { subdomain, digests: ["there"], sequence: 1 });
    expect(valuesIn(indexOf(reader, 0), subdomain)).toEqual(["here"]);
    expect(valuesIn(indexOf(reader, 1), subdomain)).toEqual(["there"]);
  }
});

test("sequences beyond 32 bits are in order", () => {
  const { handle, writer } = tableFor(1);
  const index = indexOf(new TableReader(handle, 0));
  const publish = (sequence: number): void => {
    writer.publish(0, { subdomain: "d", digests: [`${sequence}`], sequence });
  };
  for (const sequence of [2 ** 32 - 1, 2 ** 32, 2 ** 52, 2 ** 31]) publish(sequence);
  expect(valuesIn(index, "d")).toEqual([`${2 ** 52}`]);
});

test("a record stays as it is while a reader may look at it, and its memory is used again after", () => {
  const { handle, writer } = tableFor(2);
  const [reader, other] = [new TableReader(handle, 0), new TableReader(handle, 1)];
  const subdomain = uuidOf(-1);
  const publish = (sequence: number): void => {
    writer.publish(0, { subdomain, digests: [VALUE], sequence });
  };
  publish(1);
  const first = recordOf(reader, subdomain);
  reader.begin();
  const offsets = new Set<number>();
  for (let sequence = 2; sequence < 500; sequence++) {
    publish(sequence);
    offsets.add(recordOf(other, subdomain));
  }
  expect(reader.memory.words[first + Record.SEQUENCE_LOW]).toBe(1);
  expect(offsets.has(first)).toBe(false);
  reader.end();
  for (let number = 0; number < 500; number++) {
    writer.publish(0, { subdomain: uuidOf(number), digests: [VALUE], sequence: 1 });
    offsets.add(recordOf(other, uuidOf(number)));
  }
  expect(offsets.has(first)).toBe(true);
});

test("a reader that died while it read does not keep memory for ever", () => {
  const { handle, writer } = tableFor(2);
  const [dead, other] = [new TableReader(handle, 0), new TableReader(handle, 1)];
  writer.publish(0, { subdomain: "d", digests: [VALUE], sequence: 1 });
  dead.begin();
  const first = recordOf(other, "d");
  endReader(handle, 0);
  const offsets = new Set<number>();
  for (let sequence = 2; sequence < 10; sequence++) {
    writer.publish(0, { subdomain: "d", digests: [VALUE], sequence });
    offsets.add(recordOf(other, "d"));
  }
  expect(offsets.has(first)).toBe(true);
});

test("a hundred thousand updates of changing size take no more memory than a few", () => {
  const { handle, writer } = tableFor(1);
  const reader = new TableReader(handle, 0);
  for (let sequence = 1; sequence <= 100_000; sequence++) {
    const digests = Array.from({ length: sequence % 3 }, (_, i) => `${sequence}-${i}`.padEnd(43));
    writer.publish(0, { subdomain: uuidOf(sequence % 7), digests, sequence });
  }
  const offsets = [0, 1, 2, 3, 4, 5, 6].map((number) => recordOf(reader, uuidOf(number)));
  expect(Math.max(...offsets)).toBeLessThan(4096);
  expect(handle.memory.byteLength).toBe(createTable({ readers: 1, zones: 1 }, 0).memory.byteLength);
});

test("what cannot be published is a fault of the caller, and nothing changes", () => {
  const { handle, writer } = tableFor(1);
  const index = indexOf(new TableReader(handle, 0));
  const publish = (subdomain: string, digests: readonly string[]) => () => {
    writer.publish(0, { subdomain, digests, sequence: 1 });
  };
  expect(publish("d", ["x".repeat(256)])).toThrow("more than 255 octets");
  expect(publish("d", new Array<string>(400).fill("x".repeat(200)))).toThrow("more values");
  expect(valuesIn(index, "d")).toBeUndefined();
  expect(() => createTable({ readers: 1, zones: 5000 }, 0)).toThrow("more than 4096 zones");
});

test("a delegate that is removed does not exist, whatever older publication arrives after", () => {
  const { handle, writer } = tableFor(1);
  const reader = new TableReader(handle, 0);
  const index = indexOf(reader);
  const subdomain = uuidOf(1);
  const publish = (digest: string, sequence: number) =>
    writer.publish(0, { subdomain, digests: [digest], sequence });
  publish("a", 1);
  expect(valuesIn(index, subdomain)).toEqual(["a"]);
  writer.remove(0, { subdomain, sequence: 3 });
  expect(valuesIn(index, subdomain)).toBeUndefined();
  publish("late", 2);
  expect(valuesIn(index, subdomain)).toBeUndefined();
  // A removal that arrives late undoes nothing either.
  publish("restored", 5);
  writer.remove(0, { subdomain, sequence: 4 });
  expect(valuesIn(index, subdomain)).toEqual(["restored"]);
});

test("a name that is removed before it was ever published stays away", () => {
  const { handle, writer } = tableFor(1);
  const index = indexOf(new TableReader(handle, 0));
  writer.remove(0, { subdomain: "x", sequence: 2 });
  writer.publish(0, { subdomain: "x", digests: ["late"], sequence: 1 });
  expect(valuesIn(index, "x")).toBeUndefined();
});

test("publications and removals in any order end as the newest of them says", () => {
  const act = fc.record({
    subdomain: fc.constantFrom("a", "b", uuidOf(1), uuidOf(2)),
    isRemoval: fc.boolean(),
  });
  const property = fc.property(
    fc.array(act, { minLength: 1, maxLength: 40 }),
    fc.infiniteStream(fc.nat()),
    (acts, order) => {
      const { handle, writer } = tableFor(1);
      const index = indexOf(new TableReader(handle, 0));
      const numbered = acts.map((each, number) => ({ ...each, sequence: number + 1 }));
      const shuffled = numbered
        .map((each) => ({ each, key: order.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key);
      for (const { each } of shuffled) {
        const { subdomain, sequence, isRemoval } = each;
        if (isRemoval) writer.remove(0, { subdomain, sequence });
        else writer.publish(0, { subdomain, digests: [String(sequence)], sequence });
      }
      for (const { subdomain } of acts) {
        const newest = numbered.findLast((each) => each.subdomain === subdomain);
        const expected = newest?.isRemoval ? undefined : [String(newest?.sequence)];
        expect(valuesIn(index, subdomain)).toEqual(expected);
      }
    },
  );
  fc.assert(property, { numRuns: 200 });
});
