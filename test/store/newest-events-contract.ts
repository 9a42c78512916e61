import assert from "node:assert/strict";
import { beforeEach, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../src/audit/audit-entry.ts";
import { type NewestEventsQuery, SCANNED_ROWS } from "../../src/store/lists.ts";
import type { Store } from "../../src/store/store.ts";
import { ORIGIN, register, update, type Writer, ZONE } from "./store-fixture.ts";

interface Reopenable {
  readonly store: Store;
}

/** The sentences of `src/store/lists.ts` about the newest events, as tests of any adapter. */
export function describeNewestEvents(current: () => Reopenable): void {
  describe("the newest events", () => {
    let store: Store;
    let one: Writer;
    let two: Writer;

    beforeEach(async () => {
      store = current().store;
      await store.beginRun(ZONE, 1);
      one = await register(store, "one");
      two = await register(store, "two");
    });

    const list = (query: Partial<NewestEventsQuery> = {}) =>
      store.lists.newestEvents({ before: undefined, most: 10, ...query });
    const numbers = async (query: Partial<NewestEventsQuery> = {}) =>
      (await list(query)).rows.map(({ sequence }) => sequence);
    const record = (entry: Partial<AuditEntry>) =>
      store.recordAct({ timeMs: 1, action: "check", result: "accepted", origin: ORIGIN, ...entry });
    const refuse = ({ delegateId }: Writer, timeMs: number) =>
      record({ action: "update", result: "wrong_key", delegateId, timeMs });

    test("come first, page by page", async () => {
      await update(store, one, 1);
      const { rows, lookedTo } = await list();
      expect(rows.map(({ sequence, action, delegate }) => [sequence, action, delegate])).toEqual([
        [3, "update", `one.${ZONE}`],
        [2, "register", `two.${ZONE}`],
        [1, "register", `one.${ZONE}`],
      ]);
      expect(lookedTo).toBeUndefined();
      expect(await numbers({ most: 2 })).toEqual([3, 2]);
      expect(await numbers({ before: 2 })).toEqual([1]);
      expect(await numbers({ before: 1 })).toEqual([]);
    });

    test("are of a kind, of a delegate, or from before a time", async () => {
      await update(store, one, 1, { createdMs: 50 });
      await refuse(one, 60);
      await refuse(two, 70);
      const updates = { kinds: [{ action: "update" }] };
      expect(await numbers(updates)).toEqual([5, 4, 3]);
      expect(await numbers({ kinds: [{ action: "update", isAccepted: false }] })).toEqual([5, 4]);
      expect(await numbers({ kinds: [{ action: "reg*" }, { action: "none" }] })).toEqual([2, 1]);
      expect(await numbers({ kinds: [] })).toEqual([]);
      expect(await numbers({ delegateId: one.delegateId })).toEqual([4, 1]);
      expect(await numbers({ delegateId: one.delegateId, before: 4 })).toEqual([1]);
      expect(await numbers({ ...updates, delegateId: two.delegateId })).toEqual([5]);
      expect(await numbers({ ...updates, beforeMs: 60 })).toEqual([3]);
    });

    test("are about one host name, and not about one whose name is longer", async () => {
      const said = { tenant: "t", labels: {}, edgeTargets: [], timeMs: 1, origin: ORIGIN };
      const add = async (name: string) => {
        const by = { ...ORIGIN, by: "token 3" };
        const hostname = { ...said, delegateId: one.delegateId, name, origin: by };
        const created = await store.hostnames.create(hostname);
        assert(typeof created === "object");
        return created.id;
      };
      const id = await add("www.example.com");
      await add("www.example.com.example.net");
      await record({ detail: "www.example.com" });
      const act = { hostnameId: id, timeMs: 2, origin: ORIGIN };
      await store.customerLinks.create({ ...act, tokenHash: new Uint8Array(32) });
      await store.disableDelegate({ delegateId: one.delegateId, timeMs: 3, origin: ORIGIN });
      const { rows } = await list({ hostname: "www.example.com" });
      expect(rows.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
        "hostname.locked www.example.com: pending -> locked",
        "link.create www.example.com",
        "hostname.created www.example.com; token 3",
      ]);
      expect(await numbers({ hostname: "example.com" })).toEqual([]);
      expect(await numbers({ hostname: "www.example.com", kinds: [{ action: "link.*" }] })).toEqual(
        [6],
      );
    });

    test("have a text in one of their columns, in either case", async () => {
      await record({ detail: "A Text with 100%_\\" });
      await record({ origin: { peer: "2001:DB8::1", forwarded: undefined } });
      await record({ origin: { peer: "192.0.2.9", forwarded: "2001:db8::2" } });
      expect(await numbers({ q: "a text" })).toEqual([3]);
      expect(await numbers({ q: "%_\\" })).toEqual([3]);
      expect(await numbers({ q: "2001:db8" })).toEqual([5, 4]);
      expect(await numbers({ q: `two.${ZONE}` })).toEqual([2]);
      expect(await numbers({ q: "%" })).toEqual([3]);
      expect(await numbers({ q: "_one" })).toEqual([]);
    });

    test("are looked for among so many rows in one go, and say where to go on", async () => {
      await refuse(one, 5);
      const all = [];
      for (let i = 0; i < SCANNED_ROWS; i++) all.push(record({ delegateId: two.delegateId }));
      await Promise.all(all);
      const [ofTwo, updates] = [{ delegateId: two.delegateId }, [{ action: "update" }]];
      for (const { rare, goOn, rest } of [
        { rare: { kinds: updates }, goOn: 4, rest: [3] },
        { rare: { q: "two.", kinds: [{ action: "register" }] }, goOn: 4, rest: [2] },
        { rare: { hostname: "none.example" }, goOn: 4, rest: [] },
        { rare: { beforeMs: 1 }, goOn: 4, rest: [2, 1] },
        { rare: { ...ofTwo, kinds: [{ action: "register" }] }, goOn: 3, rest: [2] },
      ]) {
        expect(await list(rare)).toEqual({ rows: [], lookedTo: goOn });
        expect(await numbers({ ...rare, before: goOn })).toEqual(rest);
        expect((await list({ ...rare, before: goOn })).lookedTo).toBeUndefined();
      }
      // What is in an index, or matches always, is looked at to the end.
      expect(await list({ delegateId: one.delegateId, kinds: updates })).toMatchObject({
        rows: [{ sequence: 3 }],
        lookedTo: undefined,
      });
      expect((await list({ most: 1 })).lookedTo).toBeUndefined();
    });

    test("end where the trail was pruned", async () => {
      await update(store, one, 1, { createdMs: 9 });
      const bounds = { beforeMs: 5, octets: undefined, rows: 100, nowMs: 9 };
      await store.pruneAudit(bounds);
      const { rows, lookedTo } = await list({ kinds: [{ action: "update" }] });
      expect([rows.length, lookedTo]).toEqual([1, undefined]);
    });
  });

  describe("updates of some delegates", () => {
    test("are the last one of each key, and the days of others", async () => {
      const { store } = current();
      await store.beginRun(ZONE, 1);
      const [one, two, three] = [
        await register(store, "one"),
        await register(store, "two"),
        await register(store, "three"),
      ];
      const day = (count: number, hours = 0): number => (20_000 + count) * DAY_MS + hours * HOUR_MS;
      let digests = 0;
      for (const createdMs of [day(0, 1), day(1, 1), day(1, 5), day(3, 2), day(3, 2) + 1000]) {
        await update(store, one, digests++, { createdMs });
      }
      await update(store, two, 1, { createdMs: day(0, 3) });
      const ids = [one.delegateId, two.delegateId, three.delegateId];
      const found = await store.lists.updatesOf(ids);
      expect(ids.map((id) => found.get(id))).toEqual([
        [day(3, 2), day(1), day(0)],
        [day(0, 3)],
        [],
      ]);
    });

    test("that were refused are the newest since a time", async () => {
      const { store } = current();
      await store.beginRun(ZONE, 1);
      const { delegateId } = await register(store, "one");
      const refused = { action: "update", result: "wrong_key", origin: ORIGIN } as const;
      for (const timeMs of [10, 20, 30]) await store.recordAct({ ...refused, delegateId, timeMs });
      await store.recordAct({ ...refused, action: "check", delegateId, timeMs: 40 });
      await store.recordAct({ ...refused, delegateId: undefined, timeMs: 50 });
      const of = (sinceMs: number, most: number) =>
        store.lists.refusalsOf({ delegateId, sinceMs, most });
      expect([await of(20, 9), await of(0, 1)]).toEqual([[30, 20], [30]]);
    });

    test("are remembered of the twelve newest days of a key", async () => {
      const { store } = current();
      await store.beginRun(ZONE, 1);
      const one = await register(store, "one");
      for (let i = 0; i < 20; i++) {
        await update(store, one, i, { createdMs: (20_000 + i) * DAY_MS });
      }
      const found = (await store.lists.updatesOf([one.delegateId])).get(one.delegateId) ?? [];
      expect(found.map((timeMs) => timeMs / DAY_MS - 20_000)).toEqual(
        Array.from({ length: 12 }, (_, i) => 19 - i),
      );
    });
  });
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
