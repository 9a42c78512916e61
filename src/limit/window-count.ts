/** How often something may happen in a span of time. */
export interface Window {
  readonly most: number;
  /** The span is counted in so many parts of this length. */
  readonly partMs: number;
  readonly parts: number;
}

const HOUR_MS = 3_600_000;

/** Counted by the minute: what is older than 60 to 61 minutes does not count any more. */
export function withinHour(most: number): Window {
  return { most, partMs: HOUR_MS / 60, parts: 60 };
}

/** Counted by the hour: 24 to 25 hours. */
export function withinDay(most: number): Window {
  return { most, partMs: HOUR_MS, parts: 24 };
}

/** Counted by the hour: seven days, and up to an hour more. */
export function withinWeek(most: number): Window {
  return { most, partMs: HOUR_MS, parts: 7 * 24 };
}

/**
 * How often something happened in a span of time that ends now. A clock that is set back makes the newest
 * part the present one: it costs a span at most, not the time it was wrong by.
 */
export class WindowCount {
  readonly #window: Window;
  /** Of the current part and those before it, the newest last. */
  readonly #counts: number[] = [0];
  #newest = Number.NEGATIVE_INFINITY;

  constructor(window: Window) {
    this.#window = window;
  }

  /** Counts one more now: in the part of the last `wait`. */
  count(): void {
    this.#add(1);
  }

  /** 0, or after how many milliseconds there may be room for one more. */
  wait(nowMs: number): number {
    this.#advance(nowMs);
    const { most, partMs, parts } = this.#window;
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total < most) return 0;
    // The first part in which anything was counted is the next to be forgotten.
    const oldest = this.#counts.findIndex((count) => count > 0);
    const forgotten = this.#newest - (this.#counts.length - 1 - oldest) + parts + 1;
    return Math.max(forgotten * partMs - nowMs, 1);
  }

  /** What was counted for nothing. */
  giveBack(): void {
    if ((this.#counts.at(-1) ?? 0) > 0) this.#add(-1);
  }

  #add(count: number): void {
    const newest = this.#counts.length - 1;
    this.#counts[newest] = (this.#counts[newest] ?? 0) + count;
  }

  #advance(nowMs: number): void {
    const { partMs, parts } = this.#window;
    const part = Math.floor(nowMs / partMs);
    const passed = Math.min(part - this.#newest, parts + 1);
    this.#newest = part;
    for (let i = 0; i < passed; i++) this.#counts.push(0);
    this.#counts.splice(0, Math.max(this.#counts.length - (parts + 1), 0));
  }
}
