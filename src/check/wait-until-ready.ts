import type { Report } from "./report.ts";

export interface Waiting {
  /** Undefined: no resolver answers. */
  readonly check: () => Promise<Report | undefined>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** How many checks in a row must not fail. */
  readonly confirmations: number;
  /** Undefined: a customer may take a month. */
  readonly limitMs: number | undefined;
  /** Takes one line for each change. */
  readonly tell: (text: string) => void;
}

/** Servers behind one address need not have the same version: all must agree again, so much later. */
export const CONFIRMATION_MS = 60_000;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 6 * 3_600_000;
/** Whoever has waited for a day waits for another hour or two. */
const PART_OF_ELAPSED = 1 / 10;

/**
 * Checks until nothing fails, several times in a row with a minute between. The longer it takes, the less often it
 * looks.
 *
 * @returns the last report.
 */
export async function waitUntilReady(waiting: Waiting): Promise<Report | undefined> {
  const { check, clock, wait, tell, confirmations, limitMs = Number.POSITIVE_INFINITY } = waiting;
  const startMs = clock();
  let told = "";
  let inARow = 0;
  for (;;) {
    const report = await check();
    const state = stateOf(report);
    const isReady = state === "";
    inARow = isReady ? inARow + 1 : 0;
    if (inARow >= confirmations) return report;
    const text = isReady ? "nothing fails; looking again in 60 seconds" : state;
    if (text !== told) tell(text);
    told = text;
    const elapsedMs = clock() - startMs;
    const pauseMs = isReady
      ? CONFIRMATION_MS
      : Math.min(Math.max(Math.round(elapsedMs * PART_OF_ELAPSED), SHORTEST_MS), LONGEST_MS);
    if (elapsedMs + pauseMs > limitMs) return report;
    await wait(pauseMs);
  }
}

/** What fails, or "". */
function stateOf(report: Report | undefined): string {
  if (report === undefined) return "no resolver answers";
  const failed = report.steps.filter(({ status }) => status === "FAIL");
  return failed.map(({ id, code }) => `${id} ${code}`).join(", ");
}
