import assert from "node:assert/strict";
import { beforeEach, describe, expect, test } from "vitest";
import { parseBcryptHash } from "../../src/delegate/bcrypt-hash.ts";
import type { EventRow } from "../../src/store/lists.ts";
import type { Store } from "../../src/store/store.ts";
import { MOST_USERS, type NewUser, type StoredPassword } from "../../src/store/users.ts";
import { ORIGIN } from "./store-fixture.ts";

interface Reopenable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

const bcryptHash = parseBcryptHash(`$2b$10$${"a".repeat(53)}`);
assert(bcryptHash);
const CHOSEN: StoredPassword = { scheme: "bcrypt", hash: bcryptHash };
const ONE_TIME: StoredPassword = { scheme: "one-time", hash: new Uint8Array(32).fill(5) };

/** The sentences of `src/store/users.ts`, as tests of any adapter. */
export function describeUsers(current: () => Reopenable): void {
  describe("users", () => {
    let store: Store;
    beforeEach(() => {
      store = current().store;
    });

    const act = (name: string, timeMs = 9) => ({ name, timeMs, origin: ORIGIN });
    const create = (name: string, more: Partial<NewUser> = {}) =>
      store.users.create({ ...act(name, 5), role: "admin", password: CHOSEN, ...more });
    const passwordOf = async (name: string) => {
      const { password, ...user } = (await store.users.find(name)) ?? {};
      return {
        ...user,
        scheme: password?.scheme,
        hash: password && Uint8Array.from(password.hash),
      };
    };
    const names = async () => (await store.users.list()).map(({ name }) => name);
    const trail = async () => {
      const { rows } = await store.lists.events({ after: 0, most: 99, kinds: [{ action: "*" }] });
      return rows.map(({ action, detail }: EventRow) => `${action}: ${detail}`);
    };

    test("are there, also after a restart, in the order of their names", async () => {
      expect(await create("bob", { role: "viewer", password: ONE_TIME })).toBe("created");
      expect(await create("alice")).toBe("created");
      expect(await create("carol", { password: undefined })).toBe("created");
      store = await current().reopen();
      expect(await names()).toEqual(["alice", "bob", "carol"]);
      expect(await passwordOf("alice")).toEqual({
        id: 2,
        name: "alice",
        role: "admin",
        scheme: "bcrypt",
        hash: Uint8Array.from(CHOSEN.hash),
        passwordNumber: 1,
        createdMs: 5,
        passwordMs: 5,
        lastLoginMs: undefined,
      });
      expect(await passwordOf("bob")).toMatchObject({ role: "viewer", ...ONE_TIME });
      expect(await passwordOf("carol")).toMatchObject({ scheme: undefined, hash: undefined });
      expect(await store.users.find("dave")).toBeUndefined();
    });

    test("have a name once, and are bounded", async () => {
      for (let i = 0; i < MOST_USERS; i++) expect(await create(`u${i}`)).toBe("created");
      expect(await create("u0", { role: "viewer" })).toBe("taken");
      expect(await create("more")).toBe("full");
      expect(await store.users.find("u0")).toMatchObject({ role: "admin" });
      expect(await names()).toHaveLength(MOST_USERS);
    });

    test("get other passwords, each with a higher number", async () => {
      await create("alice", { password: ONE_TIME });
      expect(await store.users.setPassword({ ...act("alice"), password: CHOSEN })).toBe("changed");
      expect(await passwordOf("alice")).toMatchObject({
        scheme: "bcrypt",
        passwordNumber: 2,
        createdMs: 5,
        passwordMs: 9,
      });
      await store.users.setPassword({ ...act("alice"), password: undefined });
      expect(await passwordOf("alice")).toMatchObject({ scheme: undefined, passwordNumber: 3 });
      expect(await store.users.setPassword({ ...act("bob"), password: CHOSEN })).toBe("gone");
    });

    test("get no password that was chosen for what has changed meanwhile", async () => {
      await create("alice");
      const seen = await store.users.find("alice");
      assert(seen);
      const chosen = { ...act("alice"), password: CHOSEN, seen };
      expect(await store.users.setPassword(chosen)).toBe("changed");
      expect(await store.users.setPassword(chosen)).toBe("gone");
      expect(await store.users.find("alice")).toMatchObject({ passwordNumber: 2 });
      await create("bob");
      await store.users.delete(act("alice"));
      await create("alice");
      expect(await store.users.setPassword(chosen)).toBe("gone");
      expect(await store.users.find("alice")).toMatchObject({ passwordNumber: 1 });
    });

    test("are never without an administrator", async () => {
      await create("alice");
      await create("bob", { role: "viewer" });
      expect(await store.users.setRole({ ...act("alice"), role: "viewer" })).toBe("last_admin");
      expect(await store.users.delete(act("alice"))).toBe("last_admin");
      expect(await store.users.find("alice")).toMatchObject({ role: "admin" });
      expect(await store.users.setRole({ ...act("alice"), role: "admin" })).toBe("changed");
      expect(await store.users.setRole({ ...act("bob"), role: "admin" })).toBe("changed");
      expect(await store.users.setRole({ ...act("alice"), role: "viewer" })).toBe("changed");
      expect(await store.users.delete(act("bob"))).toBe("last_admin");
      expect(await store.users.delete(act("alice"))).toBe("deleted");
      expect(await store.users.delete(act("alice"))).toBe("gone");
      expect(await store.users.setRole({ ...act("alice"), role: "admin" })).toBe("gone");
      expect(await names()).toEqual(["bob"]);
    });

    test("who are made anew have another number", async () => {
      await create("alice");
      await create("bob");
      await store.users.delete(act("bob"));
      await create("bob");
      expect(await store.users.find("bob")).toMatchObject({ id: 3 });
    });

    test("are in the trail with each act that changes something, and with no login", async () => {
      await create("alice");
      await create("alice");
      await create("bob", { role: "viewer" });
      await store.users.setRole({ ...act("bob"), role: "viewer" });
      await store.users.setRole({ ...act("bob"), role: "admin" });
      await store.users.setPassword({ ...act("bob"), password: CHOSEN });
      await store.users.delete(act("alice"));
      await store.users.delete(act("bob"));
      await store.users.noteLogin("bob", 70);
      await store.users.noteLogin("nobody", 80);
      expect(await store.users.find("bob")).toMatchObject({ lastLoginMs: 70 });
      expect(await trail()).toEqual([
        "user.create: user alice, role admin",
        "user.create: user bob, role viewer",
        "user.change: user bob, role admin",
        "user.password: user bob",
        "user.delete: user alice",
      ]);
    });
  });
}
