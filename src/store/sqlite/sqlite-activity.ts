import {
  ACTIVITY_KINDS,
  type Activity,
  type ActivityCounts,
  type ActivityHour,
} from "../activity.ts";
import type { ActivityRow } from "./portal-statements.ts";
import type { StoreAccess } from "./unit-context.ts";

const HOUR_MS = 3_600_000;
const KEPT_HOURS = 8 * 24;

/** Counts of each hour in the database. */
export class SqliteActivity implements Activity {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async add(nowMs: number, counts: ActivityCounts): Promise<void> {
    const hour = hourOf(nowMs);
    return this.#access.write(({ portal }) => {
      for (const kind of ACTIVITY_KINDS) {
        const count = counts[kind];
        if (count > 0) portal.addActivity.run({ hour, kind, count });
      }
      portal.forgetActivity.run(hour - KEPT_HOURS);
    });
  }

  async since(fromMs: number): Promise<readonly ActivityHour[]> {
    const rows = this.#access.read(({ portal }) => portal.activitySince.all(hourOf(fromMs)));
    const byHour = Map.groupBy(rows, ({ hour }) => hour);
    return [...byHour].map(([hour, ofHour]) => ({
      hourMs: hour * HOUR_MS,
      counts: countsOf(ofHour),
    }));
  }
}

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

function countsOf(rows: readonly ActivityRow[]): ActivityCounts {
  const countOf = (kind: string): number => rows.find((row) => row.kind === kind)?.count ?? 0;
  return {
    values: countOf("values"),
    other_answers: countOf("other_answers"),
    refusals: countOf("refusals"),
    updates_accepted: countOf("updates_accepted"),
    updates_refused: countOf("updates_refused"),
  };
}
