import { styleText } from "node:util";
import { resultOf, type Status } from "../check/report.ts";
import { CHECK_FAILED, FINISHED } from "./exit.ts";

interface Judged {
  readonly status: Status;
}

const COLOURS = { PASS: "green", WARN: "yellow", FAIL: "red", SKIP: "dim" } as const;

/** In its colour, if the terminal has any. */
export function paintedStatus(status: Status): string {
  return styleText(COLOURS[status], status);
}

export function exitCodeOf(all: readonly Judged[]): number {
  return resultOf(all) === "fail" ? CHECK_FAILED : FINISHED;
}

/** The last line: the exit code, and how many are no PASS. */
export function exitText(all: readonly Judged[]): string {
  const count = (wanted: Status): number => all.filter(({ status }) => status === wanted).length;
  const [failed, warned] = [count("FAIL"), count("WARN")];
  const summary =
    failed + warned === 0
      ? "nothing to do"
      : `${failed} failed, ${warned} warning${warned === 1 ? "" : "s"}`;
  return `exit ${exitCodeOf(all)}: ${summary}`;
}
