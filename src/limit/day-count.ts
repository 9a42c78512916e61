const HOUR_MS = 3_600_000;
const HOURS = 24;

/**
 * How often something happened in the last 24 hours, counted by the hour: what is older than 24 to 25
 * hours does not count any more. A clock that is set back makes the newest hour the present one: it costs
 * a day at most, not the time it was wrong by.
 */
export class DayCount {
  readonly #most: number;
  /** Of the current hour and those before it, the newest last. */
  readonly #hours: number[] = [0];
  #newestHour = Number.NEGATIVE_INFINITY;

  /** `most`: in a day. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more now: in the hour of the last `wait`. */
  count(): void {
    this.#add(1);
  }

  /** 0, or after how many milliseconds there may be room for one more. */
  wait(nowMs: number): number {
    this.#advance(nowMs);
    const total = this.#hours.reduce((sum, count) => sum + count, 0);
    if (total < this.#most) return 0;
    // The first hour in which anything was counted is the next to be forgotten.
    const oldest = this.#hours.findIndex((count) => count > 0);
    const forgottenHour = this.#newestHour - (this.#hours.length - 1 - oldest) + HOURS + 1;
    return Math.max(forgottenHour * HOUR_MS - nowMs, 1);
  }

  /** What was counted for nothing. */
  giveBack(): void {
    if ((this.#hours.at(-1) ?? 0) > 0) this.#add(-1);
  }

  #add(count: number): void {
    const newest = this.#hours.length - 1;
    this.#hours[newest] = (this.#hours[newest] ?? 0) + count;
  }

  #advance(nowMs: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    const passed = Math.min(hour - this.#newestHour, HOURS + 1);
    this.#newestHour = hour;
    for (let i = 0; i < passed; i++) this.#hours.push(0);
    this.#hours.splice(0, Math.max(this.#hours.length - (HOURS + 1), 0));
  }
}
