/** How much of what there was in each hour, for charts: what is lost of it in a crash is missed by nobody. */
export const ACTIVITY_KINDS = [
  /** DNS responses with a TXT value of a delegate. */
  "values",
  /** Other DNS responses without an error. */
  "other_answers",
  /** DNS responses that say no: NXDOMAIN, REFUSED and the like. */
  "refusals",
  "updates_accepted",
  "updates_refused",
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];
export type ActivityCounts = Readonly<Record<ActivityKind, number>>;

export interface Activity {
  /** Adds to what is known of the hour that `nowMs` is in, and forgets hours of more than eight days ago. */
  add(nowMs: number, counts: ActivityCounts): Promise<void>;

  /** Hours from the one that `fromMs` is in, in their order; those in which nothing was counted are left out. */
  since(fromMs: number): Promise<readonly ActivityHour[]>;
}

export interface ActivityHour {
  /** Its beginning, milliseconds since 1970. */
  readonly hourMs: number;
  readonly counts: ActivityCounts;
}
