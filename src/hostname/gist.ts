import type { Report, Step, StepId } from "../check/report.ts";

/** How a step ended, without what explains it. */
export type StepGist = Pick<Step, "id" | "status" | "code" | "found">;

/** What lists show of a check. */
const SHOWN: readonly StepId[] = ["zone", "cname", "caa", "traffic", "tls"];

/** A twentieth of a report: lists have many. */
export function gistOf({ steps }: Report): readonly StepGist[] {
  return steps
    .filter(({ id }) => SHOWN.includes(id))
    .map(({ id, status, code, found }) => ({ id, status, code, found }));
}
