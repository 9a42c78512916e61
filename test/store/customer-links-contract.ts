import assert from "node:assert/strict";
import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { ORIGIN, register, remove, type Writer, ZONE } from "./store-fixture.ts";

interface Reopenable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

const tokenHash = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** The sentences of `src/store/customer-links.ts`, as tests of any adapter. */
export function describeCustomerLinks(current: () => Reopenable): void {
  describe("links for customers", () => {
    let store: Store;
    let one: Writer;
    let hostnameId: number;

    beforeEach(async () => {
      store = current().store;
      await store.beginRun(ZONE, 1);
      one = await register(store, "one");
      hostnameId = await add("www.example.com", one);
    });

    async function add(name: string, { delegateId }: Writer): Promise<number> {
      const said = { tenant: "t", labels: {}, edgeTargets: [], timeMs: 1, origin: ORIGIN };
      const created = await store.hostnames.create({ delegateId, name, ...said });
      assert(typeof created === "object", String(created));
      return created.id;
    }
    const act = (id = hostnameId, timeMs = 7) => ({ hostnameId: id, timeMs, origin: ORIGIN });
    const create = (number: number, id = hostnameId) =>
      store.customerLinks.create({ ...act(id), tokenHash: tokenHash(number) });
    const find = (number: number) => store.customerLinks.find(tokenHash(number));

    test("are found by their token, also after a restart", async () => {
      const other = await add("other.example.com", one);
      expect(await create(1)).toBe("created");
      expect(await create(2, other)).toBe("created");
      store = await current().reopen();
      expect([await find(1), await find(2), await find(3)]).toEqual([hostnameId, other, undefined]);
      expect(await store.customerLinks.of(hostnameId)).toEqual({ createdMs: 7 });
    });

    test("are one for each host name: the older one ends", async () => {
      await create(1);
      await create(2);
      expect([await find(1), await find(2)]).toEqual([undefined, hostnameId]);
    });

    test("end once, and are for host names that exist", async () => {
      await create(1);
      expect(await store.customerLinks.revoke(act())).toBe("revoked");
      expect(await store.customerLinks.revoke(act())).toBe("gone");
      expect(await find(1)).toBeUndefined();
      expect(await store.customerLinks.of(hostnameId)).toBeUndefined();
      expect(await create(2, 999_999)).toBe("gone");
      expect(await store.customerLinks.revoke(act(999_999))).toBe("gone");
    });

    test("end with their host name, and do not come back with it", async () => {
      await create(1);
      await store.hostnames.delete({ id: hostnameId, timeMs: 8, origin: ORIGIN });
      expect(await find(1)).toBeUndefined();
      const again = await add("www.example.com", one);
      expect(await store.customerLinks.of(again)).toBeUndefined();
      expect(await create(2, again)).toBe("created");
    });

    test("end when their host name moves to another delegate, and when it is over", async () => {
      await create(1);
      const two = await register(store, "two");
      await remove(store, one.delegateId);
      expect(await find(1)).toBe(hostnameId);
      const moved = await add("www.example.com", two);
      expect([await find(1), await store.customerLinks.of(moved)]).toEqual([undefined, undefined]);
      await create(2, moved);
      const over = { state: "error", reason: "", advice: "", isOver: true } as const;
      await store.hostnames.judge({
        id: moved,
        timeMs: 9,
        origin: ORIGIN,
        judge: ({ facts }) => ({ ...over, facts, nextCheckMs: undefined }),
      });
      expect(await find(2)).toBeUndefined();
    });

    test("are in the trail by the name and the delegate of their host name", async () => {
      await create(1);
      await create(2);
      await store.customerLinks.revoke(act());
      await store.customerLinks.revoke(act());
      const by = { peer: "192.0.2.1", forwarded: undefined, by: "user alice" };
      await store.customerLinks.create({ ...act(), tokenHash: tokenHash(3), origin: by });
      const query = { after: 0, most: 9, kinds: [{ action: "link.*" }] };
      const { rows } = await store.lists.events(query);
      expect(rows.map(({ action, delegateId, detail }) => [action, delegateId, detail])).toEqual([
        ["link.create", one.delegateId, "www.example.com"],
        ["link.create", one.delegateId, "www.example.com"],
        ["link.revoke", one.delegateId, "www.example.com"],
        ["link.create", one.delegateId, "www.example.com; user alice"],
      ]);
    });
  });
}
