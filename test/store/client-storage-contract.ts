import { beforeEach, describe, expect, test } from "vitest";
import { MOST_SEALED } from "../../src/store/client-storage.ts";
import type { Store } from "../../src/store/store.ts";
import { newDelegate, ORIGIN, register, remove, ZONE } from "./store-fixture.ts";

interface Reopenable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

const ONE = new Uint8Array(32).fill(1);
const OTHER = new Uint8Array(32).fill(2);

/** The sentences of client-storage.ts and of `newestCreations`, as tests of any adapter. */
export function describeClientStorage(current: () => Reopenable): void {
  let store: Store;
  beforeEach(() => {
    store = current().store;
  });

  const put = (namespace: Uint8Array, name: string, text: string) =>
    store.clientStorage.put({
      namespace,
      name,
      sealed: Buffer.from(text),
      timeMs: 7,
      origin: ORIGIN,
      detail: name,
    });
  const find = async (namespace: Uint8Array, name: string) => {
    const sealed = await store.clientStorage.find(namespace, name);
    return sealed && Buffer.from(sealed).toString();
  };

  describe("sealed entries", () => {
    test("are seen in their own namespace alone, replaced in place, and kept", async () => {
      expect(await put(ONE, "b.example", "1")).toBe("stored");
      expect(await put(ONE, "a.example", "2")).toBe("stored");
      expect(await put(OTHER, "a.example", "3")).toBe("stored");
      expect(await put(ONE, "b.example", "4")).toBe("stored");
      store = await current().reopen();
      expect(await find(ONE, "b.example")).toBe("4");
      expect(await find(OTHER, "b.example")).toBeUndefined();
      const names = async (namespace: Uint8Array) =>
        (await store.clientStorage.list(namespace)).map(({ name }) => name);
      expect(await names(ONE)).toEqual(["a.example", "b.example"]);
      expect(await names(OTHER)).toEqual(["a.example"]);
      expect(await names(new Uint8Array(32))).toEqual([]);
    });

    test("are bounded for each namespace, and what is there can still be replaced", async () => {
      for (let i = 0; i < MOST_SEALED; i++) await put(ONE, `${i}.example`, "x");
      expect(await put(ONE, "more.example", "x")).toBe("full");
      expect(await find(ONE, "more.example")).toBeUndefined();
      expect(await put(ONE, "0.example", "new")).toBe("stored");
      expect(await put(OTHER, "more.example", "x")).toBe("stored");
    });
  });

  describe("newestCreations", () => {
    test("gives the newest of one zone, without those that were deleted", async () => {
      await store.beginRun(ZONE, 1);
      await store.beginRun("other.example", 1);
      for (const [i, name] of ["a", "b", "c"].entries()) {
        await store.createDelegate(newDelegate(name, { createdMs: 10 + i }));
      }
      await register(store, "x", "other.example");
      const dead = await register(store, "dead");
      await remove(store, dead.delegateId);
      expect(await store.newestCreations(ZONE, 2)).toEqual([12, 11]);
      expect(await store.newestCreations(ZONE, 9)).toEqual([12, 11, 10]);
      expect(await store.newestCreations("none.example", 9)).toEqual([]);
    });
  });
}
