import fc from "fast-check";
import { expect, test } from "vitest";
import { type ConnectionLimits, ConnectionTable } from "../../src/limit/connection-table.ts";
import { addressOctets, connectionSource } from "../../src/server/requestor.ts";
import { usedOctets } from "../support/used-octets.ts";

type TestLimits = Partial<ConnectionLimits> & { readonly coversLoopback?: boolean };

/** A table whose connections have names, and the names of those that it has closed, in order. */
class TestTable {
  readonly closed: string[] = [];
  readonly #table: ConnectionTable;
  readonly #connections = new Map<string, { destroy(): void }>();
  readonly #coversLoopback: boolean;
  readonly refused: string[] = [];

  constructor({ coversLoopback = true, ...limits }: TestLimits) {
    this.#table = new ConnectionTable({ connections: 0, connectionsPerSource: 0, ...limits });
    this.#coversLoopback = coversLoopback;
  }

  admit(name: string, address: string): void {
    const connection = { destroy: () => this.closed.push(name) };
    this.#connections.set(name, connection);
    const source = connectionSource(addressOctets(address), this.#coversLoopback);
    if (!this.#table.admit(connection, source)) this.refused.push(name);
  }

  touch(name: string): void {
    this.#table.touch(this.#named(name));
  }

  hold(name: string): void {
    this.#table.hold(this.#named(name));
  }

  release(name: string): void {
    this.#table.release(this.#named(name));
  }

  remove(name: string): void {
    this.#table.remove(this.#named(name));
  }

  #named(name: string): { destroy(): void } {
    return this.#connections.get(name) ?? { destroy: () => {} };
  }
}

/** One word for each thing that happens: `a@192.0.2.1` comes, `+a` is active, `!a` works, `.a` is done, `-a` goes. */
function follow(limits: TestLimits, events: string): TestTable {
  const table = new TestTable(limits);
  for (const event of events.split(" ")) {
    const [name = "", address] = event.split("@");
    if (address !== undefined) table.admit(name, address);
    else if (event.startsWith("+")) table.touch(event.slice(1));
    else if (event.startsWith("!")) table.hold(event.slice(1));
    else if (event.startsWith(".")) table.release(event.slice(1));
    else table.remove(event.slice(1));
  }
  return table;
}

const IN_ALL = { connections: 3 };
const PER_SOURCE = { connectionsPerSource: 2 };

test.for<{
  what: string;
  limits: TestLimits;
  events: string;
  closed: string[];
}>([
  {
    what: "as many as allowed stay",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3",
    closed: [],
  },
  {
    what: "the first makes room",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 d@192.0.2.4 e@192.0.2.4",
    closed: ["a", "b"],
  },
  {
    what: "who was active stays longer",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 +a d@192.0.2.4 +c e@192.0.2.5 f@192.0.2.6",
    closed: ["b", "a", "d"],
  },
  {
    what: "the newest may be active again",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 +c +c d@192.0.2.4",
    closed: ["a"],
  },
  {
    what: "who has left does not count",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 -b d@192.0.2.4 e@192.0.2.5",
    closed: ["a"],
  },
  {
    what: "the first and the last may leave",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 -a -c d@192.0.2.4 e@192.0.2.5 f@192.0.2.6",
    closed: ["b"],
  },
  {
    what: "who was closed changes nothing any more",
    limits: IN_ALL,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 d@192.0.2.4 +a -a e@192.0.2.5",
    closed: ["a", "b"],
  },
  {
    what: "a source makes room for itself",
    limits: PER_SOURCE,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.2 d@192.0.2.2",
    closed: ["b"],
  },
  {
    what: "by its own activity",
    limits: PER_SOURCE,
    events: "a@192.0.2.2 b@192.0.2.2 +a c@192.0.2.2",
    closed: ["b"],
  },
  {
    what: "an IPv4 source is an address",
    limits: PER_SOURCE,
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 d@192.0.2.4",
    closed: [],
  },
  {
    what: "an IPv6 source is a /64",
    limits: PER_SOURCE,
    events: "a@2001:db8::1 b@2001:db8::ffff:2 c@2001:db8::ffff:0:0:3 d@2001:db8:0:1::1",
    closed: ["a"],
  },
  {
    what: "a source that was gone begins anew",
    limits: PER_SOURCE,
    events: "a@192.0.2.1 b@192.0.2.1 -a -b c@192.0.2.1 d@192.0.2.1 e@192.0.2.1",
    closed: ["c"],
  },
  {
    what: "one for each source",
    limits: { connectionsPerSource: 1 },
    events: "a@192.0.2.1 b@192.0.2.1 c@192.0.2.1",
    closed: ["a", "b"],
  },
  {
    what: "the limit of a source comes first",
    limits: { connections: 3, connectionsPerSource: 2 },
    events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.2 d@192.0.2.2",
    closed: ["b"],
  },
  {
    what: "this machine itself is a source like others, if that is asked for",
    limits: PER_SOURCE,
    events: "a@127.0.0.1 b@127.0.0.1 c@127.0.0.1",
    closed: ["a"],
  },
  {
    what: "otherwise it has no limit of its own, only its part of all",
    limits: { connections: 4, connectionsPerSource: 2, coversLoopback: false },
    events: "a@127.0.0.1 b@127.0.0.1 c@::1 d@127.0.0.1 e@127.0.0.1",
    closed: ["a"],
  },
  {
    what: "which changes nothing for others",
    limits: { connectionsPerSource: 2, coversLoopback: false },
    events: "a@192.0.2.1 b@192.0.2.1 c@192.0.2.1",
    closed: ["a"],
  },
  {
    what: "0 is no limit",
    limits: {},
    events: "a@192.0.2.1 b@192.0.2.1 c@192.0.2.1 d@192.0.2.1 e@192.0.2.1",
    closed: [],
  },
])("$what", ({ limits, events, closed }) => {
  expect(follow(limits, events).closed).toEqual(closed);
});

test.for<{ what: string; limits: TestLimits; events: string; closed: string[]; refused: string[] }>(
  [
    {
      what: "who works stays, the longest idle goes",
      limits: IN_ALL,
      events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 !a d@192.0.2.4",
      closed: ["b"],
      refused: [],
    },
    {
      what: "where all work, who comes is refused",
      limits: IN_ALL,
      events: "a@192.0.2.1 b@192.0.2.2 c@192.0.2.3 !a !b !c d@192.0.2.4 .b e@192.0.2.5",
      closed: ["b"],
      refused: ["d"],
    },
    {
      what: "so it is with those of one source",
      limits: PER_SOURCE,
      events: "a@192.0.2.1 b@192.0.2.1 !a !b c@192.0.2.1 d@192.0.2.2",
      closed: [],
      refused: ["c"],
    },
    {
      what: "work is done when all of it is",
      limits: { connections: 1 },
      events: "a@192.0.2.1 !a !a .a b@192.0.2.2 .a c@192.0.2.3",
      closed: ["a"],
      refused: ["b"],
    },
    {
      what: "who leaves while it works leaves room",
      limits: { connections: 1 },
      events: "a@192.0.2.1 !a -a .a b@192.0.2.2",
      closed: [],
      refused: [],
    },
  ],
)("$what", ({ limits, events, closed, refused }) => {
  const table = follow(limits, events);
  expect(table).toMatchObject({ closed, refused });
});

/** The same with one list and no cleverness: at most 7 connections, 3 of each source. */
class PlainList {
  readonly closed: string[] = [];
  /** The longest idle first. */
  present: { readonly name: string; readonly address: string }[] = [];

  admit(name: string, address: string): void {
    const siblings = this.present.filter((each) => each.address === address);
    const full = siblings.length === 3 ? siblings : this.present.length === 7 ? this.present : [];
    this.closed.push(...full.slice(0, 1).map((first) => first.name));
    this.present = this.present.filter((each) => each !== full[0]);
    this.present.push({ name, address });
  }

  touch(name: string): void {
    const touched = this.present.filter((each) => each.name === name);
    this.remove(name);
    this.present.push(...touched);
  }

  remove(name: string): void {
    this.present = this.present.filter((each) => each.name !== name);
  }
}

test("whatever happens, the longest idle goes first and the limits hold", () => {
  const event = fc.record({
    kind: fc.constantFrom("admit" as const, "admit" as const, "touch" as const, "remove" as const),
    which: fc.nat(30),
    source: fc.nat(4),
  });
  const property = fc.property(fc.array(event, { maxLength: 200, size: "max" }), (events) => {
    const table = new TestTable({ connections: 7, connectionsPerSource: 3 });
    const expected = new PlainList();
    for (const [i, { kind, which, source }] of events.entries()) {
      const chosen = expected.present[which % 7]?.name ?? "nobody";
      for (const each of [table, expected]) {
        if (kind === "admit") each.admit(`${i}`, `192.0.2.${source}`);
        else each[kind](chosen);
      }
    }
    expect(table.closed).toEqual(expected.closed);
  });
  fc.assert(property, { numRuns: 300 });
});

test("who has gone leaves nothing behind", () => {
  const table = new ConnectionTable({ connections: 10, connectionsPerSource: 2 });
  const before = usedOctets();
  for (let source = 0; source < 100_000; source++) {
    const connection = { destroy: () => {} };
    const address = Uint8Array.of(10, source >>> 16, source >>> 8, source);
    table.admit(connection, connectionSource(address, true));
    if (source % 2 === 0) table.remove(connection);
  }
  // A hundred octets for each would be ten times as much.
  expect(usedOctets() - before).toBeLessThan(1_000_000);
  table.remove({ destroy: () => {} });
});
