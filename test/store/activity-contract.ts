import { beforeEach, describe, expect, test } from "vitest";
import type { ActivityCounts } from "../../src/store/activity.ts";
import type { Store } from "../../src/store/store.ts";

interface Reopenable {
  readonly store: Store;
  reopen(): Promise<Store>;
}

const HOUR_MS = 3_600_000;
const NONE: ActivityCounts = {
  values: 0,
  other_answers: 0,
  refusals: 0,
  updates_accepted: 0,
  updates_refused: 0,
};

/** The sentences of `src/store/activity.ts`, as tests of any adapter. */
export function describeActivity(current: () => Reopenable): void {
  describe("activity", () => {
    let store: Store;
    beforeEach(() => {
      store = current().store;
    });

    const add = (nowMs: number, counts: Partial<ActivityCounts>) =>
      store.activity.add(nowMs, { ...NONE, ...counts });

    test("is added up by the hour, also after a restart", async () => {
      await add(50 * HOUR_MS, { values: 2, updates_refused: 1 });
      await add(51 * HOUR_MS - 1, { values: 3, refusals: 4 });
      await add(53 * HOUR_MS + 1, { other_answers: 5, updates_accepted: 6 });
      store = await current().reopen();
      const first = {
        hourMs: 50 * HOUR_MS,
        counts: { ...NONE, values: 5, refusals: 4, updates_refused: 1 },
      };
      const second = {
        hourMs: 53 * HOUR_MS,
        counts: { ...NONE, other_answers: 5, updates_accepted: 6 },
      };
      expect(await store.activity.since(0)).toEqual([first, second]);
      expect(await store.activity.since(51 * HOUR_MS - 1)).toEqual([first, second]);
      expect(await store.activity.since(51 * HOUR_MS)).toEqual([second]);
    });

    test("has no hour in which there was nothing, and no row of the trail", async () => {
      await add(50 * HOUR_MS, {});
      expect(await store.activity.since(0)).toEqual([]);
      await add(50 * HOUR_MS, { values: 1 });
      expect(await store.lists.newestEvent()).toBe(0);
    });

    test("is forgotten after eight days", async () => {
      await add(0, { values: 1 });
      await add(HOUR_MS, { values: 1 });
      const hours = async () => (await store.activity.since(0)).map(({ hourMs }) => hourMs);
      await add(8 * 24 * HOUR_MS, {});
      expect(await hours()).toEqual([0, HOUR_MS]);
      await add(8 * 24 * HOUR_MS + HOUR_MS, {});
      expect(await hours()).toEqual([HOUR_MS]);
    });
  });
}
