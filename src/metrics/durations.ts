/** A histogram: each bucket counts what is in it alone; the last one is everything above the bounds. */
export interface DurationTotals {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

/** Upper bounds in seconds. */
const BOUNDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export class Durations {
  readonly #counts: number[] = [...BOUNDS, 0].map(() => 0);
  #sumSeconds = 0;

  add(seconds: number): void {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumSeconds += seconds;
  }

  get totals(): DurationTotals {
    return { bounds: BOUNDS, counts: this.#counts, sumSeconds: this.#sumSeconds };
  }
}
