import assert from "node:assert/strict";
import { v4 as uuidv4 } from "uuid";
import { beforeEach, describe, expect, test } from "vitest";
import { gistOf } from "../../src/hostname/gist.ts";
import { NO_FACTS } from "../../src/hostname/hostname.ts";
import type { Judgement } from "../../src/hostname/judge.ts";
import { isRecordLost } from "../../src/hostname/lost-record.ts";
import {
  type Due,
  type HostnameRecord,
  type HostnameStateChange,
  MOST_CHANGES,
  MOST_HOSTNAMES,
} from "../../src/store/hostnames.ts";
import type { Store } from "../../src/store/store.ts";
import type { StoreUnderTest } from "./store-contract.ts";
import { ORIGIN, register, remove, update, type Writer, ZONE } from "./store-fixture.ts";

/** The sentences of `src/store/hostnames.ts` and `src/store/answered-requests.ts`. */
export function describeHostnames(underTest: () => StoreUnderTest): void {
  // In a group of their own: what is there before each of them is for them alone.
  describe("for programs", () => describeAll(underTest));
}

function describeAll(underTest: () => StoreUnderTest): void {
  let store: Store;
  let one: Writer;

  beforeEach(async () => {
    ({ store } = underTest());
    await store.beginRun(ZONE, 1);
    one = await register(store, "one");
  });

  const add = (name: string, to: Writer = one, timeMs = 5) =>
    store.hostnames.create({
      delegateId: to.delegateId,
      name,
      tenant: "t",
      labels: { a: "1" },
      edgeTargets: ["192.0.2.1"],
      timeMs,
      origin: ORIGIN,
    });

  async function added(name: string, to: Writer = one): Promise<HostnameRecord> {
    const created = await add(name, to);
    assert(typeof created === "object", String(created));
    return created;
  }

  const judged =
    (state: Judgement["state"], more: Partial<Judgement> = {}) =>
    (): Judgement => {
      return { state, reason: "r", advice: "a", facts: NO_FACTS, nextCheckMs: 99, ...more };
    };
  const judge = (id: number, judgement: () => Judgement, timeMs = 7) =>
    store.hostnames.judge({ id, judge: judgement, timeMs, origin: ORIGIN });

  describe("hostnames", () => {
    test("are there, also after a restart", async () => {
      const created = await added("www.example.com");
      expect(created).toMatchObject({
        name: "www.example.com",
        subdomain: "one",
        zone: ZONE,
        tenant: "t",
        labels: { a: "1" },
        edgeTargets: ["192.0.2.1"],
        state: "pending",
        sinceMs: 5,
        nextCheckMs: 5,
        delegate: { state: "live", lastUpdateMs: undefined, servedMs: undefined },
      });
      store = await underTest().reopen();
      expect(await store.hostnames.find(created.id)).toEqual(created);
      expect(await store.hostnames.findNamed("www.example.com")).toEqual(created);
      expect(await store.hostnames.any()).toBe(true);
      expect(await store.hostnames.count()).toEqual({ pending: 1 });
    });

    test("belong to one delegate, and to another one when that is deleted", async () => {
      const { id } = await added("www.example.com");
      const two = await register(store, "two");
      expect(await add("www.example.com", two)).toBe("taken");
      await remove(store, one.delegateId);
      expect((await store.hostnames.find(id))?.state).toBe("orphaned");
      expect(await added("www.example.com", two)).toMatchObject({ state: "pending" });
      expect(await store.hostnames.find(id)).toBeUndefined();
      expect(await add("other.example.com")).toBe("gone");
    });

    test("are bounded for each delegate", async () => {
      for (let i = 0; i < MOST_HOSTNAMES; i++) await added(`h${i}.example.com`);
      expect(await add("more.example.com")).toBe("full");
    });

    test("change only if they are as expected", async () => {
      const { id } = await added("www.example.com");
      const act = { id, timeMs: 6, origin: ORIGIN };
      const no = { ...act, tenant: "x", isAsExpected: () => false };
      expect(await store.hostnames.change(no)).toBe("changed");
      const labels = new Map([
        ["b", "2"],
        ["a", undefined],
      ]);
      const yes = {
        ...act,
        labels,
        isAsExpected: (record: HostnameRecord) => record.tenant === "t",
      };
      expect(await store.hostnames.change(yes)).toMatchObject({ tenant: "t", labels: { b: "2" } });
      expect(await store.hostnames.delete({ ...act, isAsExpected: () => false })).toBe("changed");
      expect(await store.hostnames.delete(act)).toBe("deleted");
      expect(await store.hostnames.delete(act)).toBe("gone");
      expect(await store.hostnames.change(act)).toBe("gone");
    });

    test("are judged in one transaction, and their story is bounded", async () => {
      const { id } = await added("www.example.com");
      const seen = await judge(id, judged("ready"));
      expect(seen).toMatchObject({ state: "ready", sinceMs: 7, reason: "r", nextCheckMs: 99 });
      for (let i = 0; i < MOST_CHANGES; i++) {
        await judge(id, judged(i % 2 === 0 ? "error" : "ready"), 100 + i);
      }
      const { changes } = await store.hostnames.story(id);
      expect(changes).toHaveLength(MOST_CHANGES);
      expect(changes[0]).toEqual({ timeMs: 199, state: "ready", reason: "r" });
      expect(await judge(id, judged("ready"), 500)).toMatchObject({ sinceMs: 199 });
      expect(await judge(id, judged("ready", { isOver: true }))).toBe("gone");
      expect(await store.hostnames.find(id)).toBeUndefined();
      expect(await judge(id, judged("ready"))).toBe("gone");
    });

    test("keep the report of the last check", async () => {
      const { id } = await added("www.example.com");
      const report = { domain: "www.example.com", result: "pass", steps: [] } as const;
      const judging = { id, judge: judged("ready"), timeMs: 7, origin: ORIGIN };
      await store.hostnames.judge({ ...judging, checked: { report } });
      await judge(id, judged("active"), 8);
      expect((await store.hostnames.story(id)).report).toEqual(report);
      const { id: unseen } = await added("other.example.com");
      const gists = await store.hostnames.gists([id, unseen, 999]);
      expect(gists).toEqual(new Map([[id, gistOf(report)]]));
      expect((await store.hostnames.find(id))?.checkedMs).toBe(7);
    });

    test("are due in their order, but for those that are not looked at", async () => {
      const ids = [];
      for (const name of ["a", "b", "c", "d"]) ids.push((await added(`${name}.example.com`)).id);
      const [a = 0, b = 0, c = 0, d = 0] = ids;
      for (const [id, nextCheckMs] of [
        [a, 30],
        [b, 10],
        [c, undefined],
        [d, 20],
      ] as const) {
        await judge(id, judged("ready", { nextCheckMs }));
      }
      const due = async (nowMs: number, most = 10, latestMs = 10_000) => {
        const ids: number[] = [];
        for (let after: Due | undefined; ; ) {
          const page = await store.hostnames.due({ nowMs, latestMs, after, most });
          ids.push(...page.map(({ id }) => id));
          after = page.at(-1);
          if (after === undefined) return ids;
        }
      };
      expect(await due(9)).toEqual([]);
      expect(await due(20)).toEqual([b, d]);
      expect(await due(1000)).toEqual([b, d, a]);
      for (const most of [1, 2, 3]) expect(await due(1000, most)).toEqual([b, d, a]);
      // One was put off by a clock that was ahead.
      expect(await due(10, 10, 29)).toEqual([b, a]);
      expect(await due(10, 1, 29)).toEqual([b, a]);
      // Many are due at the same moment.
      for (const id of [a, b, d]) await judge(id, judged("ready", { nextCheckMs: 7 }));
      for (const most of [1, 2, 3]) expect(await due(10, most)).toEqual([a, b, d]);
    });

    test("are listed by what is said of them, page by page", async () => {
      const two = await register(store, "two");
      for (const name of ["a", "b", "c"]) await added(`${name}.example.com`);
      await added("d.example.org", two);
      const list = async (query: object): Promise<string[]> =>
        (await store.hostnames.list({ after: 0, most: 10, ...query })).rows.map(({ name }) => name);
      expect(await list({ delegateId: two.delegateId })).toEqual(["d.example.org"]);
      expect(await list({ most: 2 })).toEqual(["a.example.com", "b.example.com"]);
      expect(await list({ after: 2, q: "example.com" })).toEqual(["c.example.com"]);
      expect(
        await list({ label: { key: "a", value: "1" }, tenant: "t", state: "pending" }),
      ).toHaveLength(4);
      expect(await list({ label: { key: "a", value: "2" } })).toEqual([]);
      expect(await list({ delegateId: two.delegateId, state: "ready" })).toEqual([]);
    });

    test("tell of each state when it is durable, and of none that was rolled back", async () => {
      const heard: HostnameStateChange[] = [];
      store.hostnames.watch((states) => heard.push(...states));
      const { id } = await added("www.example.com");
      const failing = judge(id, () => {
        throw new Error("in the middle");
      });
      await expect(failing).rejects.toThrow("in the middle");
      await judge(id, judged("ready"));
      await remove(store, one.delegateId);
      expect(heard.map(({ state }) => state)).toEqual(["pending", "ready", "orphaned"]);
    });

    test("know when their values were asked for last, until their delegate comes back from the dead", async () => {
      const { id } = await added("www.example.com");
      const { delegateId } = one;
      await store.hostnames.noteServed(delegateId, 60);
      await store.hostnames.noteServed(delegateId, 50);
      expect((await store.hostnames.find(id))?.delegate.servedMs).toBe(60);
      await remove(store, delegateId);
      const keyHash = new Uint8Array(32).fill(9);
      const act = { delegateId, username: uuidv4(), keyHash, timeMs: 70, origin: ORIGIN };
      await store.restoreDelegate(act);
      expect((await store.hostnames.find(id))?.delegate.servedMs).toBeUndefined();
    });

    test("are found whose record is gone though they were in use", async () => {
      const two = await register(store, "two");
      const used = await added("used.example.com");
      const { id: locked } = await added("locked.example.com");
      const { id: never } = await added("never.example.com");
      const { id: unserved } = await added("unserved.example.com", two);
      const lost = async (after = 0, most = 10) => {
        const { rows, lookedTo } = await store.hostnames.lost({ after, most });
        expect(lookedTo).toBeUndefined();
        expect(rows.every(isRecordLost)).toBe(true);
        return rows.map(({ id }) => id);
      };
      await update(store, one, 1, { createdMs: 20 });
      await update(store, two, 1, { createdMs: 20 });
      expect(await lost()).toEqual([]);
      await store.hostnames.noteServed(one.delegateId, 21);
      for (const id of [used.id, locked, unserved]) await judge(id, judged("active"), 30);
      await judge(never, judged("pending"), 30);
      expect(await lost()).toEqual([]);
      for (const id of [used.id, unserved]) await judge(id, judged("pending"), 40);
      await judge(locked, judged("pending", { reason: "" }), 40);
      expect(await lost()).toEqual([used.id]);
      expect([await lost(used.id), await lost(0, 0)]).toEqual([[], []]);
      expect((await store.hostnames.find(unserved))?.state).toBe("pending");
    });

    test("are what they were when their delegate is unlocked, also if one was added meanwhile", async () => {
      const { delegateId } = one;
      const { id } = await added("www.example.com");
      await judge(id, judged("active"));
      await store.disableDelegate({ delegateId, timeMs: 2, origin: ORIGIN });
      const late = await added("late.example.com");
      expect((await store.hostnames.find(late.id))?.state).toBe("locked");
      await store.enableDelegate({ delegateId, timeMs: 3, origin: ORIGIN });
      expect((await store.hostnames.find(id))?.state).toBe("active");
      expect((await store.hostnames.find(late.id))?.state).toBe("pending");
    });

    test("F24 with other targets, it is another question where their traffic goes", async () => {
      const { id } = await added("www.example.com");
      const facts = { ...NO_FACTS, misses: 2, firstMissMs: 1, lastMissMs: 2, pointedMs: 1 };
      await judge(id, judged("ready", { facts, nextCheckMs: 900 }));
      const change = { id, timeMs: 5, origin: ORIGIN };
      await store.hostnames.change({ ...change, tenant: "other" });
      expect(await store.hostnames.find(id)).toMatchObject({ facts, nextCheckMs: 900 });
      await store.hostnames.change({ ...change, edgeTargets: ["edge.example.net"] });
      const changed = await store.hostnames.find(id);
      expect(changed).toMatchObject({ edgeTargets: ["edge.example.net"], nextCheckMs: 5 });
      const events = await store.lists.newestEvent();
      expect(await store.hostnames.change(change)).toEqual(changed);
      expect(await store.hostnames.change({ ...change, tenant: "other" })).toEqual(changed);
      expect(await store.lists.newestEvent()).toBe(events);
    });

    test("leave a deleted delegate for another one with an event", async () => {
      const two = await register(store, "two");
      await added("www.example.com");
      await remove(store, one.delegateId);
      await added("www.example.com", two);
      const query = { after: 0, most: 10, kinds: [{ action: "hostname.*" }] };
      const { rows } = await store.lists.events(query);
      expect(rows.slice(-2).map(({ action, delegateId }) => [action, delegateId])).toEqual([
        ["hostname.deleted", one.delegateId],
        ["hostname.created", two.delegateId],
      ]);
    });
  });

  describe("answered requests", () => {
    const request = {
      tokenId: 1,
      keyHash: new Uint8Array(32).fill(1),
      requestHash: new Uint8Array(32).fill(2),
    };
    const begin = (more: object = {}, nowMs = 5) =>
      store.answeredRequests.begin({ ...request, ...more, nowMs });

    test("are begun once and give their answer, also after a restart", async () => {
      expect(await begin()).toBe("begun");
      expect(await begin()).toBe("unanswered");
      expect(await begin({ requestHash: new Uint8Array(32) })).toBe("other_request");
      expect(await begin({ tokenId: 2 })).toBe("begun");
      await store.answeredRequests.finish({ ...request, answer: Uint8Array.of(1, 2) });
      store = await underTest().reopen();
      expect(await begin()).toEqual({ answer: Buffer.from([1, 2]) });
    });

    test("can be begun again if nothing was done, and are forgotten by age", async () => {
      await begin();
      await store.answeredRequests.forget(request);
      expect(await begin()).toBe("begun");
      await store.answeredRequests.finish({ ...request, answer: Uint8Array.of(1) });
      await store.answeredRequests.forget(request);
      expect(await begin()).toMatchObject({ answer: expect.anything() });
      await store.answeredRequests.prune(5);
      expect(await begin()).not.toBe("begun");
      await store.answeredRequests.prune(6);
      expect(await begin()).toBe("begun");
    });
  });

  describe("lists", () => {
    test("look at so many rows in one go, and say where to go on", async () => {
      const entry = { timeMs: 1, action: "check", result: "accepted", origin: ORIGIN } as const;
      const all = [];
      for (let i = 0; i < 20_100; i++) all.push(store.recordAct(entry));
      await Promise.all(all);
      await added("www.example.com");
      const query = { after: 0, most: 10, kinds: [{ action: "hostname.*" }] };
      const first = await store.lists.events(query);
      expect([first.rows.length, first.lookedTo]).toEqual([0, 20_000]);
      const second = await store.lists.events({ ...query, after: first.lookedTo ?? 0 });
      expect(second.rows.map(({ action }) => action)).toEqual(["hostname.created"]);
      expect(second.lookedTo).toBeUndefined();
    });
  });
}
