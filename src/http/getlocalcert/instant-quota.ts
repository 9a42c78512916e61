import { WindowCount, withinDay, withinHour, withinWeek } from "../../limit/window-count.ts";
import type { Store } from "../../store/store.ts";

/** 0: no limit, for each of them. */
export interface InstantQuotaOptions {
  readonly perHour: number;
  readonly perDay: number;
  readonly perWeek: number;
}

/**
 * How many instant names may be given out in all. Those that were given out before the start count: a
 * week is longer than most servers run without one.
 */
export class InstantQuota {
  readonly #windows: readonly WindowCount[];
  readonly #most: number;
  readonly #store: Pick<Store, "newestCreations">;
  readonly #zone: string;
  #counted: Promise<void> | undefined;

  constructor(
    { perHour, perDay, perWeek }: InstantQuotaOptions,
    store: Pick<Store, "newestCreations">,
    zone: string,
  ) {
    const windows = [withinHour(perHour), withinDay(perDay), withinWeek(perWeek)];
    this.#windows = windows.filter(({ most }) => most > 0).map((each) => new WindowCount(each));
    this.#most = Math.max(perHour, perDay, perWeek);
    this.#store = store;
    this.#zone = zone;
  }

  /** Counts a name that is to be given out now. Gives 0, or after how many milliseconds there may be room. */
  async take(nowMs: number): Promise<number> {
    // Once, and again after a fault of the store.
    this.#counted ??= this.#countBefore(nowMs);
    try {
      await this.#counted;
    } catch (error) {
      this.#counted = undefined;
      throw error;
    }
    const waitMs = Math.max(0, ...this.#windows.map((each) => each.wait(nowMs)));
    if (waitMs === 0) for (const each of this.#windows) each.count();
    return waitMs;
  }

  /** The name was not given out. */
  giveBack(): void {
    for (const each of this.#windows) each.giveBack();
  }

  async #countBefore(nowMs: number): Promise<void> {
    if (this.#most === 0) return;
    const newest = await this.#store.newestCreations(this.#zone, this.#most);
    for (const createdMs of newest.toReversed()) {
      for (const each of this.#windows) {
        // By a clock that was ahead it would count for years.
        each.wait(Math.min(createdMs, nowMs));
        each.count();
      }
    }
  }
}
