import type { Activity, ActivityCounts } from "../store/activity.ts";

export interface ActivityRecorderParts {
  readonly activity: Pick<Activity, "add">;
  /** Since the start. */
  readonly totals: () => ActivityCounts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Writes down from time to time how much there was to do. */
export class ActivityRecorder {
  readonly #parts: ActivityRecorderParts;
  #recorded: ActivityCounts;

  constructor(parts: ActivityRecorderParts) {
    this.#parts = parts;
    this.#recorded = parts.totals();
  }

  /** What came since the last time. Rejects with StoreError: then the next time has it, too. */
  async record(): Promise<void> {
    const totals = this.#parts.totals();
    const counts = difference(totals, this.#recorded);
    if (Object.values(counts).every((count) => count === 0)) return;
    await this.#parts.activity.add(this.#parts.clock(), counts);
    this.#recorded = totals;
  }
}

function difference(now: ActivityCounts, before: ActivityCounts): ActivityCounts {
  return {
    values: now.values - before.values,
    other_answers: now.other_answers - before.other_answers,
    refusals: now.refusals - before.refusals,
    updates_accepted: now.updates_accepted - before.updates_accepted,
    updates_refused: now.updates_refused - before.updates_refused,
  };
}
