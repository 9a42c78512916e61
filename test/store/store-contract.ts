import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ANYWHERE, parseAllowFrom } from "../../src/delegate/allow-from.ts";
import type { ChallengeUpdated, Store } from "../../src/store/store.ts";
import { describeActivity } from "./activity-contract.ts";
import { describeAdministration } from "./administration-contract.ts";
import { describeClientStorage } from "./client-storage-contract.ts";
import { describeCustomerLinks } from "./customer-links-contract.ts";
import { describeHostnames } from "./hostnames-contract.ts";
import { describeNewestEvents } from "./newest-events-contract.ts";
import {
  allPublished,
  digest,
  newDelegate,
  ORIGIN,
  register,
  remove,
  update,
  type Writer,
  ZONE,
} from "./store-fixture.ts";
import { describeUsers } from "./users-contract.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again on the same data. */
  reopen(): Promise<Store>;
  /** Closes what is open and removes the data. */
  close(): Promise<void>;
}

/** The sentences of `src/store/store.ts`, as tests of any adapter. `open` makes an empty store. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of Store:`, () => {
    let underTest: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      underTest = await open();
      store = underTest.store;
    });
    afterEach(() => underTest.close());

    describeRuns();
    describeDelegates();
    describeUpdates();
    describeDeletion();
    describePublished();
    describeCookieSecrets();
    describeCounts();
    describeAdministration(() => underTest);
    describeClientStorage(() => underTest);
    describeHostnames(() => underTest);
    describeUsers(() => underTest);
    describeCustomerLinks(() => underTest);
    describeActivity(() => underTest);
    describeNewestEvents(() => underTest);

    function describeRuns(): void {
      describe("beginRun", () => {
        test("starts a zone at its initial serial", async () => {
          expect(await store.beginRun(ZONE, 2026010100)).toBe(2026010100);
        });

        test.for([
          { name: "by one", initial: 5, second: 6 },
          { name: "the largest one to 0 (RFC 1982)", initial: 4294967295, second: 0 },
        ])("raises the serial in a second run: $name", async ({ initial, second }) => {
          await store.beginRun(ZONE, initial);
          store = await underTest.reopen();
          expect(await store.beginRun(ZONE, 1)).toBe(second);
        });

        test("raises it above every serial of the run before", async () => {
          await store.beginRun(ZONE, 10);
          const writer = await register(store, "a");
          await update(store, writer, 1);
          const { serial } = await update(store, writer, 2);
          expect(serial).toBe(12);
          store = await underTest.reopen();
          expect(await store.beginRun(ZONE, 10)).toBe(13);
        });

        test("keeps the serials of zones apart", async () => {
          await store.beginRun(ZONE, 10);
          expect(await store.beginRun("other.example", 70)).toBe(70);
          await update(store, await register(store, "a"), 1);
          expect(await store.beginRun("other.example", 1)).toBe(71);
          expect(await store.beginRun(ZONE, 1)).toBe(12);
        });
      });
    }

    function describeDelegates(): void {
      describe("createDelegate and findCredential", () => {
        beforeEach(() => store.beginRun(ZONE, 1));

        test("give back what was stored, also after a restart", async () => {
          const allowFrom = parseAllowFrom(["192.0.2.0/24", "2001:db8::/32"]);
          assert(allowFrom);
          const keyHash = Uint8Array.from({ length: 32 }, (_, index) => index + 200);
          await store.createDelegate(newDelegate("a", { allowFrom, keyHash }));
          await store.createDelegate(newDelegate("b"));

          store = await underTest.reopen();
          const a = await store.findCredential("user-of-a");
          const b = await store.findCredential("user-of-b");
          expect(a?.delegate).toMatchObject({ zone: ZONE, subdomain: "a" });
          expect(a?.delegate.allowFrom).toEqual(allowFrom);
          expect(Uint8Array.from(a?.keyHash ?? [])).toEqual(keyHash);
          expect(b?.delegate.allowFrom).toEqual(ANYWHERE);
          expect(b?.id).not.toBe(a?.id);
          expect(b?.delegate.id).not.toBe(a?.delegate.id);
        });

        test.for([
          { name: "a name that nobody has", username: "nobody" },
          { name: "the other case", username: "USER-OF-A" },
          { name: "an SQL wildcard", username: "%" },
          { name: "the empty text", username: "" },
        ])("find no credential for $name", async ({ username }) => {
          await register(store, "a");
          expect(await store.findCredential(username)).toBeUndefined();
        });

        test.for([
          { name: "a live subdomain", delegate: newDelegate("a", { username: "new" }) },
          { name: "the same in upper case", delegate: newDelegate("A", { username: "new" }) },
          { name: "a user name", delegate: newDelegate("new", { username: "user-of-a" }) },
          { name: "both", delegate: newDelegate("a") },
        ])('answer "taken" and store nothing for $name', async ({ delegate }) => {
          const writer = await register(store, "a");
          await update(store, writer, 1);
          const before = await allPublished(store);

          expect(await store.createDelegate(delegate)).toBe("taken");
          expect(await allPublished(store)).toEqual(before);
          expect(await store.findCredential("new")).toBeUndefined();
          expect((await store.findCredential("user-of-a"))?.delegate.id).toBe(writer.delegateId);
        });

        test("store a subdomain in lower case", async () => {
          await store.createDelegate(newDelegate("AbC", { username: "u" }));
          expect((await store.findCredential("u"))?.delegate.subdomain).toBe("abc");
        });

        test("let another zone have the same subdomain, and tell the two apart", async () => {
          await store.beginRun("other.example", 1);
          await register(store, "a");
          const other = newDelegate("a", { zone: "other.example", username: "u" });
          expect(await store.createDelegate(other)).toBe("created");
          expect((await store.findCredential("u"))?.delegate.zone).toBe("other.example");
          expect((await store.findCredential("user-of-a"))?.delegate.zone).toBe(ZONE);
        });

        test("reject a zone that never had a run", async () => {
          const lost = newDelegate("a", { zone: "other.example" });
          await expect(store.createDelegate(lost)).rejects.toThrow("other.example");
        });
      });
    }

    function describeUpdates(): void {
      describe("addChallengeDigest", () => {
        let a: Writer;
        let b: Writer;

        beforeEach(async () => {
          await store.beginRun(ZONE, 100);
          a = await register(store, "a");
          b = await register(store, "b");
        });

        test.for([
          { name: "the first", slots: 2, updates: [1], published: [1] },
          { name: "two, oldest first", slots: 2, updates: [1, 2], published: [1, 2] },
          { name: "the two newest of many", slots: 2, updates: [1, 2, 3, 4, 5], published: [4, 5] },
          { name: "a repeated value once", slots: 2, updates: [1, 2, 2], published: [2] },
          {
            name: "a repeated value as its newest update",
            slots: 3,
            updates: [1, 2, 1],
            published: [2, 1],
          },
          {
            name: "a value that was forgotten again",
            slots: 2,
            updates: [1, 2, 3, 1],
            published: [3, 1],
          },
          { name: "one slot", slots: 1, updates: [1, 2], published: [2] },
          { name: "three slots", slots: 3, updates: [1, 2, 3, 4], published: [2, 3, 4] },
          {
            name: "with three slots all that a repeated value would have pushed out of two",
            slots: 3,
            updates: [1, 2, 3, 3, 3],
            published: [1, 2, 3],
          },
          {
            name: "with three slots a repeated value as the newest",
            slots: 3,
            updates: [1, 2, 3, 1, 4],
            published: [3, 1, 4],
          },
          {
            name: "twenty slots",
            slots: 20,
            updates: Array.from({ length: 25 }, (_, i) => i + 1),
            published: Array.from({ length: 20 }, (_, i) => i + 6),
          },
        ])("publishes $name", async ({ slots, updates, published }) => {
          let last: ChallengeUpdated | undefined;
          for (const number of updates) last = await update(store, a, number, { slots });
          expect(last).toMatchObject({ zone: ZONE, subdomain: "a" });
          expect(last?.digests).toEqual(published.map(digest));

          store = await underTest.reopen();
          const [stored] = await allPublished(store, { slots });
          expect(stored?.digests).toEqual(published.map(digest));
          expect(stored?.sequence).toBe(last?.sequence);
        });

        test("orders by call although the clock steps back", async () => {
          await update(store, a, 1, { createdMs: 2_000_000_000_000 });
          await update(store, a, 2, { createdMs: 2_000_000_000_000 });
          await update(store, a, 3, { createdMs: 1_000 });
          const last = await update(store, a, 4, { createdMs: 0 });
          expect(last.digests).toEqual([digest(3), digest(4)]);
          expect((await allPublished(store))[0]?.digests).toEqual([digest(3), digest(4)]);
        });

        test("forgets for ever what a lower number of slots does not hold", async () => {
          for (const number of [1, 2, 3]) await update(store, a, number, { slots: 3 });
          expect((await update(store, a, 4, { slots: 1 })).digests).toEqual([digest(4)]);
          expect((await update(store, a, 5, { slots: 3 })).digests).toEqual([4, 5].map(digest));
        });

        test("does not touch other delegates", async () => {
          const first = await update(store, a, 1);
          for (const number of [2, 3, 4]) await update(store, b, number);
          const { zone: _zone, serial: _serial, ...published } = first;
          expect((await allPublished(store))[0]).toEqual(published);
        });

        test("raises sequence and serial with every update", async () => {
          const first = await update(store, a, 1);
          const second = await update(store, b, 1);
          const repeated = await update(store, a, 1);
          expect([first, second, repeated].map(({ serial }) => serial)).toEqual([101, 102, 103]);
          expect(second.sequence).toBeGreaterThan(first.sequence);
          expect(repeated.sequence).toBeGreaterThan(second.sequence);
        });

        test("goes from the largest serial to 0 (RFC 1982)", async () => {
          await store.beginRun("other.example", 4294967295);
          const wrap = await register(store, "w", "other.example");
          expect((await update(store, wrap, 1)).serial).toBe(0);
        });

        test("keeps zones apart: values, serials, and labels that both have", async () => {
          await store.beginRun("other.example", 500);
          const twin = await register(store, "a", "other.example");
          const first = await update(store, a, 1);
          const other = await update(store, twin, 2);
          const last = await update(store, a, 3);
          expect([first, other, last].map(({ zone, serial }) => [zone, serial])).toEqual([
            [ZONE, 101],
            ["other.example", 501],
            [ZONE, 102],
          ]);
          const of = async (zone: string) => (await allPublished(store, { zone }))[0]?.digests;
          expect(await of(ZONE)).toEqual([1, 3].map(digest));
          expect(await of("other.example")).toEqual([digest(2)]);
        });

        test("one that fails costs only itself, whatever it was called with", async () => {
          const outcomes = await Promise.allSettled([
            update(store, a, 1),
            store.createDelegate(newDelegate("lost", { zone: "never.begun.example" })),
            update(store, a, 2),
          ]);
          expect(outcomes.map(({ status }) => status)).toEqual([
            "fulfilled",
            "rejected",
            "fulfilled",
          ]);
          expect((await allPublished(store))[0]?.digests).toEqual([1, 2].map(digest));
        });

        test("takes effect in the order of the calls, awaited or not", async () => {
          const calls = [1, 2, 3, 4, 5].map((number) => update(store, a, number));
          const results = await Promise.all(calls);
          expect(results.map(({ serial }) => serial)).toEqual([101, 102, 103, 104, 105]);
          expect(results.map(({ digests }) => digests.at(-1))).toEqual([1, 2, 3, 4, 5].map(digest));
          expect((await allPublished(store))[0]?.digests).toEqual([4, 5].map(digest));
        });

        test.for([
          {
            name: "the credential of another delegate",
            from: () => ({ ...a, delegateId: b.delegateId }),
          },
          { name: "an unknown credential", from: () => ({ ...a, credentialId: 999_999 }) },
          { name: "an unknown delegate", from: () => ({ ...a, delegateId: 999_999 }) },
        ])('answers "gone" and changes nothing for $name', async ({ from }) => {
          const { serial } = await update(store, a, 1);
          const before = await allPublished(store);
          const lost = { ...from(), digest: digest(9), slots: 2, createdMs: 0, origin: ORIGIN };
          expect(await store.addChallengeDigest(lost)).toBe("gone");
          expect(await allPublished(store)).toEqual(before);
          expect((await update(store, b, 1)).serial).toBe(serial + 1);
        });
      });
    }

    function describeDeletion(): void {
      describe("deleteDelegate", () => {
        let a: Writer;

        beforeEach(async () => {
          await store.beginRun(ZONE, 100);
          a = await register(store, "a");
          await update(store, a, 1);
        });

        test("raises the serial, removes credentials and values, and is durable", async () => {
          expect(await remove(store, a.delegateId)).toMatchObject({
            serial: 102,
            subdomain: "a",
            digests: [],
          });
          expect(await store.findCredential("user-of-a")).toBeUndefined();
          store = await underTest.reopen();
          expect(await store.findCredential("user-of-a")).toBeUndefined();
          expect(await allPublished(store)).toEqual([]);
        });

        test("makes an update that was authenticated before answer gone", async () => {
          await remove(store, a.delegateId);
          const late = { ...a, digest: digest(2), slots: 2, createdMs: 0, origin: ORIGIN };
          expect(await store.addChallengeDigest(late)).toBe("gone");
          expect(await store.beginRun(ZONE, 1)).toBe(103);
        });

        test("never gives its numbers to another delegate", async () => {
          await remove(store, a.delegateId);
          const next = await register(store, "next");
          expect(next.credentialId).not.toBe(a.credentialId);
          expect(next.delegateId).not.toBe(a.delegateId);
        });

        test("never lets its name be issued again", async () => {
          await remove(store, a.delegateId);
          expect(await store.createDelegate(newDelegate("a"))).toBe("taken");
          store = await underTest.reopen();
          expect(await store.createDelegate(newDelegate("A", { username: "u" }))).toBe("taken");
          expect(await store.findCredential("u")).toBeUndefined();
        });

        test('answers "gone" for one that is deleted or unknown, and changes nothing', async () => {
          await remove(store, a.delegateId);
          expect(await remove(store, a.delegateId)).toBe("gone");
          expect(await remove(store, 999_999)).toBe("gone");
          expect(await store.beginRun(ZONE, 1)).toBe(103);
        });
      });
    }

    function describePublished(): void {
      describe("publishedDigests", () => {
        beforeEach(() => store.beginRun(ZONE, 1));

        test("has every live delegate of the zone and no other, also one without values", async () => {
          await store.beginRun("other.example", 1);
          await store.createDelegate(newDelegate("elsewhere", { zone: "other.example" }));
          const writer = await register(store, "written");
          await register(store, "never-written");
          const dead = await register(store, "dead");
          await remove(store, dead.delegateId);
          const { sequence } = await update(store, writer, 1);

          expect(await allPublished(store)).toEqual([
            { subdomain: "never-written", digests: [], sequence: 0 },
            { subdomain: "written", digests: [digest(1)], sequence },
          ]);
          expect(await allPublished(store, { zone: "unknown.example" })).toEqual([]);
        });

        test("has at most the given number of updates", async () => {
          const writer = await register(store, "a");
          for (const number of [1, 2, 3, 3]) await update(store, writer, number, { slots: 4 });
          const digests = async (slots: number) =>
            (await allPublished(store, { slots }))[0]?.digests;
          expect(await digests(1)).toEqual([digest(3)]);
          expect(await digests(2)).toEqual([2, 3].map(digest));
          expect(await digests(9)).toEqual([1, 2, 3].map(digest));
        });

        test("goes on while others write, and misses or repeats no delegate", async () => {
          const names = Array.from({ length: 1_100 }, (_, index) => `d${index}`);
          await Promise.all(names.map((name) => store.createDelegate(newDelegate(name))));
          const late = await store.findCredential("user-of-d0");
          assert(late);
          const writer = { credentialId: late.id, delegateId: late.delegate.id };

          const seen: string[] = [];
          for await (const { subdomain } of store.publishedDigests(ZONE, 2)) {
            if (seen.length % 300 === 0) await update(store, writer, seen.length);
            seen.push(subdomain);
          }
          expect(seen.toSorted()).toEqual(names.toSorted());
        });
      });
    }

    function describeCookieSecrets(): void {
      const DAY_MS = 86_400_000;
      const START_MS = Date.UTC(2026, 0, 1);

      /** The secrets after the call as numbers: the secret with number n is n, 16 times. */
      async function rotate(secret: number, nowMs: number): Promise<number[]> {
        const rotation = { secret: Buffer.alloc(16, secret), nowMs, lifetimeMs: DAY_MS };
        const secrets = await store.rotateCookieSecret(rotation);
        for (const each of secrets) expect(each).toEqual(Buffer.alloc(16, each[0]));
        return secrets.map(([first = 0]) => first);
      }

      describe("rotateCookieSecret", () => {
        test("stores the first secret, and keeps it over a restart", async () => {
          expect(await rotate(1, START_MS)).toEqual([1]);
          store = await underTest.reopen();
          expect(await rotate(2, START_MS + 1)).toEqual([1]);
        });

        test.for([
          { name: "not before its time is over", afterMs: DAY_MS - 1, secrets: [1] },
          { name: "when its time is over", afterMs: DAY_MS, secrets: [2, 1] },
          { name: "when the clock was set back behind its making", afterMs: -1, secrets: [2, 1] },
        ])("replaces the newest $name", async ({ afterMs, secrets }) => {
          await rotate(1, START_MS);
          expect(await rotate(2, START_MS + afterMs)).toEqual(secrets);
        });

        test("keeps the newest and the one before it", async () => {
          for (const number of [1, 2, 3, 4]) await rotate(number, START_MS + number * DAY_MS);
          store = await underTest.reopen();
          expect(await rotate(5, START_MS + 4 * DAY_MS + 1)).toEqual([4, 3]);
        });
      });
    }

    function describeCounts(): void {
      test("countDelegates counts the live delegates of every zone there ever was", async () => {
        expect(await store.countDelegates()).toEqual([]);
        for (const zone of ["z.example", ZONE, "empty.example"]) await store.beginRun(zone, 1);
        await register(store, "a");
        await register(store, "b");
        await remove(store, (await register(store, "dead")).delegateId);
        await register(store, "a", "z.example");

        store = await underTest.reopen();
        expect(await store.countDelegates()).toEqual([
          { zone: ZONE, delegates: 2 },
          { zone: "empty.example", delegates: 0 },
          { zone: "z.example", delegates: 1 },
        ]);
      });
    }
  });
}
