import assert from "node:assert/strict";
import { beforeEach, describe, expect, test } from "vitest";
import { MOST_CREDENTIALS } from "../../src/store/administration.ts";
import type { Store } from "../../src/store/store.ts";
import {
  allPublished,
  newDelegate,
  ORIGIN,
  register,
  update,
  type Writer,
  ZONE,
} from "./store-fixture.ts";

interface Reopenable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

const KEY_HASH = new Uint8Array(32).fill(9);

/** The sentences of administration.ts, registration-tokens.ts and of `ageOut`, as tests of any adapter. */
export function describeAdministration(current: () => Reopenable): void {
  let store: Store;
  let a: Writer;

  beforeEach(async () => {
    store = current().store;
  });

  const act = (timeMs = 0) => ({ timeMs, origin: ORIGIN });
  const reopen = async (): Promise<void> => {
    store = await current().reopen();
  };
  const stateOf = async (subdomain: string) => (await store.findDelegate(ZONE, subdomain))?.state;

  describe("credentials", () => {
    const create = (username: string) => {
      const { delegateId } = a;
      return store.createCredential({ ...act(5), delegateId, username, keyHash: KEY_HASH });
    };

    beforeEach(async () => {
      await store.beginRun(ZONE, 1);
      a = await register(store, "a");
    });

    test("are two at most, and each of them writes", async () => {
      const second = await create("second");
      assert(typeof second === "object");
      expect(await create("third")).toBe("full");
      expect(await store.findCredential("third")).toBeUndefined();
      expect(await store.credentialsOf(a.delegateId, 0)).toHaveLength(MOST_CREDENTIALS);
      await reopen();
      const stored = await store.findCredential("second");
      expect(stored).toMatchObject({ id: second.credentialId, state: "live", keyScheme: "sha256" });
      expect(Uint8Array.from(stored?.keyHash ?? [])).toEqual(KEY_HASH);
      await update(store, { ...a, credentialId: second.credentialId }, 1);
      await update(store, a, 2);
    });

    test("do nothing once they are revoked, and make room for another", async () => {
      const second = await create("second");
      assert(typeof second === "object");
      const { credentialId } = a;
      expect(await store.revokeCredential({ ...act(), credentialId })).toBe("revoked");
      expect(await store.revokeCredential({ ...act(), credentialId })).toBe("gone");
      expect(await store.revokeCredential({ ...act(), credentialId: 999_999 })).toBe("gone");
      await reopen();
      expect((await store.findCredential("user-of-a"))?.state).toBe("revoked");
      await expect(update(store, a, 1)).rejects.toThrow();
      expect(await allPublished(store)).toMatchObject([{ digests: [] }]);
      expect(await create("third")).toMatchObject({ credentialId: expect.any(Number) });
      expect(await create("fourth")).toBe("full");
    });

    test.for([
      { name: "a user name that exists", username: "user-of-a", outcome: "taken" },
      { name: "a delegate that does not", username: "x", delegateId: 999_999, outcome: "gone" },
    ])("are not made for $name", async ({ username, delegateId = a.delegateId, outcome }) => {
      const credential = { ...act(), delegateId, username, keyHash: KEY_HASH };
      expect(await store.createCredential(credential)).toBe(outcome);
      expect(await store.credentialsOf(a.delegateId, 0)).toHaveLength(1);
    });

    test("end at their time when another takes their place, and make room then", async () => {
      const { delegateId, credentialId } = a;
      const rotation = { ...act(1000), delegateId, keyHash: KEY_HASH, othersExpireMs: 5000 };
      const second = await store.createCredential({ ...rotation, username: "second" });
      assert(typeof second === "object");
      expect(await create("third")).toBe("full");
      await reopen();
      expect(await store.findCredential("user-of-a")).toMatchObject({ expiresMs: 5000 });
      expect(await store.findCredential("second")).toMatchObject({ expiresMs: undefined });
      await update(store, a, 1, { createdMs: 4999 });
      await expect(update(store, a, 2, { createdMs: 5000 })).rejects.toThrow();
      const ids = async (nowMs: number) =>
        (await store.credentialsOf(delegateId, nowMs)).map(({ id }) => id);
      expect(await ids(4999)).toEqual([credentialId, second.credentialId]);
      expect(await ids(5000)).toEqual([second.credentialId]);
      // One that has ended is not brought back by another rotation.
      const third = { ...rotation, timeMs: 6000, othersExpireMs: 9000, username: "third" };
      expect(await store.createCredential(third)).toBeTypeOf("object");
      expect(await store.findCredential("user-of-a")).toMatchObject({ expiresMs: 5000 });
      expect(await store.findCredential("second")).toMatchObject({ expiresMs: 9000 });
    });

    test("know when they were used, to the minute", async () => {
      const lastUse = async () => (await store.credentialsOf(a.delegateId, 0))[0]?.lastUsedMs;
      expect(await lastUse()).toBeUndefined();
      await update(store, a, 1, { createdMs: 1_000_000 });
      expect(await lastUse()).toBe(1_000_000);
      await update(store, a, 2, { createdMs: 1_059_999 });
      expect(await lastUse()).toBe(1_000_000);
      await update(store, a, 3, { createdMs: 1_060_000 });
      expect(await lastUse()).toBe(1_060_000);
      // A clock that was set back.
      await update(store, a, 4, { createdMs: 5 });
      expect(await lastUse()).toBe(5);
    });
  });

  describe("labels", () => {
    const label = (
      delegateId: number,
      changes: readonly (readonly [string, string | undefined])[],
    ) => store.labelDelegate({ ...act(), delegateId, changes: new Map(changes) });

    test("are changed one by one, kept over deletion, and bounded", async () => {
      await store.beginRun(ZONE, 1);
      const { delegateId } = await register(store, "a");
      expect(await label(delegateId, [["team", "web"]])).toEqual({ team: "web" });
      const both = { env: "prod", team: "web" };
      expect(await label(delegateId, [["env", "prod"]])).toEqual(both);
      await reopen();
      expect(await store.findDelegate(ZONE, "a")).toMatchObject({ labels: both });
      expect(await label(delegateId, [["env", undefined]])).toEqual({ team: "web" });
      const many = Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"] as const);
      expect(await label(delegateId, many)).toBe("full");
      expect(await store.findDelegate(ZONE, "a")).toMatchObject({ labels: { team: "web" } });
      await store.deleteDelegate({ ...act(), delegateId });
      expect(await label(delegateId, [["team", undefined]])).toBe("gone");
      expect(await store.findDelegate(ZONE, "a")).toMatchObject({ labels: { team: "web" } });
    });
  });

  test("delegates are found by their subdomain in all zones", async () => {
    await store.beginRun(ZONE, 1);
    await store.beginRun("auth.example.net", 1);
    await register(store, "a");
    const other = { zone: "auth.example.net", username: "other" };
    await store.createDelegate(newDelegate("a", other));
    const found = await store.findDelegatesNamed("A");
    expect(found.map(({ zone }) => zone)).toEqual(["auth.example.net", ZONE].sort());
    expect(await store.findDelegatesNamed("b")).toEqual([]);
  });

  test("no act leaves a credential as it was found before", async () => {
    await store.beginRun(ZONE, 1);
    a = await register(store, "a");
    const { delegateId, credentialId } = a;
    const found = async (username = "user-of-a") => (await store.findCredential(username))?.state;
    expect(await found()).toBe("live");
    await store.disableDelegate({ ...act(), delegateId });
    expect(await found()).toBe("disabled");
    await store.enableDelegate({ ...act(), delegateId });
    expect(await found()).toBe("live");
    expect(await found("second")).toBeUndefined();
    await store.createCredential({ ...act(), delegateId, username: "second", keyHash: KEY_HASH });
    expect(await found("second")).toBe("live");
    await store.revokeCredential({ ...act(), credentialId });
    expect(await found()).toBe("revoked");
    await store.deleteDelegate({ ...act(), delegateId });
    expect([await found(), await found("second")]).toEqual([undefined, undefined]);
    await store.restoreDelegate({ ...act(), delegateId, username: "third", keyHash: KEY_HASH });
    expect(await found("third")).toBe("live");
  });

  test("more credentials than are remembered are all found", async () => {
    await store.beginRun(ZONE, 1);
    const names = Array.from({ length: 2500 }, (_, number) => `n${number}`);
    await Promise.all(names.map((name) => store.createDelegate(newDelegate(name))));
    for (let round = 0; round < 2; round++) {
      for (const name of names) {
        const credential = await store.findCredential(`user-of-${name}`);
        expect(credential?.delegate.subdomain).toBe(name);
      }
    }
  });

  describe("a delegate that is disabled", () => {
    beforeEach(async () => {
      await store.beginRun(ZONE, 100);
      a = await register(store, "a");
      await update(store, a, 1);
    });

    test("publishes nothing, writes nothing, and exists", async () => {
      const before = await update(store, a, 2);
      const disabled = await store.disableDelegate({ ...act(), ...a });
      assert(typeof disabled === "object");
      expect(disabled).toMatchObject({ subdomain: "a", zone: ZONE, digests: [], serial: 103 });
      expect(disabled.sequence).toBeGreaterThan(before.sequence);
      await reopen();
      expect(await stateOf("a")).toBe("disabled");
      expect((await store.findCredential("user-of-a"))?.state).toBe("disabled");
      await expect(update(store, a, 3)).rejects.toThrow();
      expect(await allPublished(store)).toMatchObject([{ subdomain: "a", digests: [] }]);
    });

    test("works again once it is enabled, with newer sequences", async () => {
      const disabled = await store.disableDelegate({ ...act(), ...a });
      assert(typeof disabled === "object");
      expect(await store.enableDelegate({ ...act(), ...a })).toBe("enabled");
      expect((await store.findCredential("user-of-a"))?.state).toBe("live");
      const { sequence } = await update(store, a, 3);
      expect(sequence).toBeGreaterThan(disabled.sequence);
    });

    test("can neither be disabled again nor enabled twice", async () => {
      expect(await store.enableDelegate({ ...act(), ...a })).toBe("gone");
      await store.disableDelegate({ ...act(), ...a });
      expect(await store.disableDelegate({ ...act(), ...a })).toBe("gone");
      const unknown = { ...act(), delegateId: 999_999 };
      expect(await store.disableDelegate(unknown)).toBe("gone");
      expect(await store.enableDelegate(unknown)).toBe("gone");
    });
  });

  test("a delegate is deleted or changed only as it is expected to be", async () => {
    await store.beginRun(ZONE, 100);
    a = await register(store, "a");
    const { delegateId } = a;
    const seen: unknown[] = [];
    const isAsExpected = (said: object): boolean => seen.push(said) === 0;
    const condition = { ...act(), delegateId, isAsExpected };
    expect(await store.changeDelegate({ ...condition, txtSlots: 3 })).toBe("unexpected");
    expect(await store.deleteDelegate(condition)).toBe("unexpected");
    expect(await stateOf("a")).toBe("live");
    expect((await store.findCredential("user-of-a"))?.state).toBe("live");
    const said = { state: "live", allowFrom: [], labels: {}, tenant: "", contact: "" };
    expect(seen).toEqual([said, said].map((each) => ({ ...each, txtSlots: undefined })));
    await store.changeDelegate({ ...act(), delegateId, txtSlots: 3 });
    const expected = { ...act(), delegateId, isAsExpected: (is: object) => "txtSlots" in is };
    expect(await store.deleteDelegate(expected)).toMatchObject({ subdomain: "a" });
  });

  describe("a delegate that is restored", () => {
    beforeEach(async () => {
      await store.beginRun(ZONE, 100);
      a = await register(store, "a");
      await update(store, a, 1);
    });

    const restore = (username: string) => {
      return store.restoreDelegate({ ...act(7), ...a, username, keyHash: KEY_HASH });
    };

    test("has a new key alone and no values", async () => {
      const deleted = await store.deleteDelegate({ ...act(), ...a });
      const restored = await restore("new");
      assert(typeof deleted === "object" && typeof restored === "object");
      expect(restored).toMatchObject({ subdomain: "a", digests: [], serial: 103 });
      expect(restored.sequence).toBeGreaterThan(deleted.sequence);
      await reopen();
      expect(await stateOf("a")).toBe("live");
      expect(await store.findCredential("user-of-a")).toBeUndefined();
      expect(await store.findCredential("new")).toMatchObject({ state: "live" });
      expect(await allPublished(store)).toEqual([{ subdomain: "a", digests: [], sequence: 0 }]);
    });

    test("was deleted, and its key has a name of its own", async () => {
      expect(await restore("new")).toBe("gone");
      await register(store, "b");
      await store.deleteDelegate({ ...act(), ...a });
      expect(await restore("user-of-b")).toBe("taken");
      expect(await stateOf("a")).toBe("deleted");
      expect(
        await store.restoreDelegate({ ...act(), delegateId: 9, username: "x", keyHash: KEY_HASH }),
      ).toBe("gone");
    });
  });

  test("unusedDelegates has those that no key was used of, the longest unused first", async () => {
    await store.beginRun(ZONE, 1);
    for (const [subdomain, createdMs] of [
      ["new", 900],
      ["old", 100],
      ["older", 50],
      ["gone", 10],
    ] as const) {
      await store.createDelegate(newDelegate(subdomain, { createdMs }));
    }
    const gone = await store.findDelegate(ZONE, "gone");
    await store.deleteDelegate({ ...act(), delegateId: gone?.id ?? 0 });
    const old = await store.findCredential("user-of-old");
    assert(old);
    await update(store, { credentialId: old.id, delegateId: old.delegate.id }, 1, {
      createdMs: 400,
    });
    const query = { zone: ZONE, beforeMs: 500, most: 10 };
    expect(await store.unusedDelegates(query)).toEqual([
      { subdomain: "older", lastUsedMs: 50 },
      { subdomain: "old", lastUsedMs: 400 },
    ]);
    expect(await store.unusedDelegates({ ...query, most: 1 })).toHaveLength(1);
    expect(await store.unusedDelegates({ ...query, zone: "other.example" })).toEqual([]);
  });

  describe("tokens", () => {
    const create = (octet: number, expiresMs?: number) => {
      const tokenHash = new Uint8Array(32).fill(octet);
      return store.tokens.create({
        ...act(),
        scopes: ["register"],
        label: "x",
        tokenHash,
        expiresMs,
      });
    };
    const live = async (nowMs: number) => (await store.tokens.live(nowMs)).map(({ id }) => id);

    test("live until they are revoked or expire", async () => {
      expect(await create(1)).toEqual({ id: 1 });
      expect(await create(2, 500)).toEqual({ id: 2 });
      await reopen();
      expect(await live(499)).toEqual([1, 2]);
      expect(await live(500)).toEqual([1]);
      expect(await store.tokens.revoke({ ...act(), id: 1 })).toBe("revoked");
      expect(await store.tokens.revoke({ ...act(), id: 1 })).toBe("gone");
      expect(await store.tokens.revoke({ ...act(), id: 3 })).toBe("gone");
      expect(await live(0)).toEqual([2]);
      expect(Uint8Array.from((await store.tokens.live(0))[0]?.tokenHash ?? [])).toEqual(
        new Uint8Array(32).fill(2),
      );
    });

    test("that are not live register nobody", async () => {
      await store.beginRun(ZONE, 1);
      await create(1);
      await create(2, 500);
      const byToken = (subdomain: string, tokenId: number) => {
        return store.createDelegate(newDelegate(subdomain, { tokenId, createdMs: 500 }));
      };
      expect(await byToken("a", 1)).toBe("created");
      expect(await byToken("b", 2)).toBe("token_revoked");
      expect(await byToken("b", 3)).toBe("token_revoked");
      await store.tokens.revoke({ ...act(), id: 1 });
      expect(await byToken("b", 1)).toBe("token_revoked");
      expect(await store.findDelegate(ZONE, "b")).toBeUndefined();
    });
  });

  describe("ageOut", () => {
    beforeEach(async () => {
      await store.beginRun(ZONE, 100);
      a = await register(store, "a");
    });

    test("forgets what is old and not the newest", async () => {
      await update(store, a, 1, { createdMs: 10 });
      const before = await update(store, a, 2, { createdMs: 20 });
      const [aged, ...more] = await store.ageOut({ beforeMs: 1000, rows: 100 });
      expect(more).toEqual([]);
      expect(aged).toMatchObject({ subdomain: "a", zone: ZONE, serial: before.serial + 1 });
      expect(aged?.digests).toEqual(before.digests.slice(1));
      expect(aged?.sequence).toBeGreaterThan(before.sequence);
      expect(await store.ageOut({ beforeMs: 1000, rows: 100 })).toEqual([]);
      await reopen();
      expect((await allPublished(store))[0]?.digests).toEqual(before.digests.slice(1));
    });

    test("keeps what is not old enough, and what a clock has dated into the future", async () => {
      await update(store, a, 1, { createdMs: 5000 });
      await update(store, a, 2, { createdMs: 20 });
      expect(await store.ageOut({ beforeMs: 1000, rows: 100 })).toEqual([]);
    });

    test("looks at so many rows, and goes on from there", async () => {
      const others = await Promise.all(["b", "c"].map((each) => register(store, each)));
      for (const writer of [a, ...others]) {
        for (const number of [1, 2]) await update(store, writer, number);
      }
      const aged = async () =>
        (await store.ageOut({ beforeMs: 1000, rows: 2 })).map(({ subdomain }) => subdomain);
      expect([await aged(), await aged(), await aged()]).toEqual([["a"], ["b"], ["c"]]);
    });
  });

  test("refuseWrites ends all writing, and says why", async () => {
    await store.beginRun(ZONE, 1);
    a = await register(store, "a");
    await update(store, a, 1);
    const before = await allPublished(store);
    expect(store.damage).toBeUndefined();
    store.refuseWrites("page 7 is damaged");
    expect(store.damage).toBe("page 7 is damaged");
    await expect(update(store, a, 2)).rejects.toMatchObject({
      code: "storage_unavailable",
      message: "page 7 is damaged",
    });
    await expect(store.probe(0)).rejects.toThrow("page 7 is damaged");
    expect(await allPublished(store)).toEqual(before);
  });

  test("probe writes", async () => {
    await store.probe(1);
    await store.probe(2);
  });
}
