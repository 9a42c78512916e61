import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { ReaderOptions } from "./open-records.ts";
import { type CheckFinding, quickCheck } from "./quick-check.ts";

export interface DatabaseCheck {
  /** Undefined: it was stopped. */
  readonly finding: Promise<CheckFinding | undefined>;
  stop(): Promise<void>;
}

/** What is checked here, in 30 ms: a thread would leave 7 MiB more of memory behind. */
const SMALL_OCTETS = 16 * 1024 * 1024;

/** Looks through a database for damage: a large one in a thread of its own. Never throws. */
export function checkDatabase(
  file: string,
  { isOpenHere }: ReaderOptions = { isOpenHere: false },
): DatabaseCheck {
  try {
    const octets = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return octets > SMALL_OCTETS ? checkInThread(file) : finished(quickCheck(file, isOpenHere));
  } catch (error) {
    return finished(unchecked(error));
  }
}

function finished(finding: CheckFinding): DatabaseCheck {
  return { finding: Promise.resolve(finding), stop: async () => {} };
}

/** SQLite's quick_check reads the whole file. */
function checkInThread(file: string): DatabaseCheck {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const worker = new Worker(new URL(`./check-thread${extension}`, import.meta.url), {
    name: "database check",
    workerData: { file },
    execArgv: [],
  });
  const finding = new Promise<CheckFinding | undefined>((resolve) => {
    worker.once("message", (found: CheckFinding) => resolve(found));
    worker.once("error", (error) => resolve(unchecked(error)));
    worker.once("exit", () => resolve(undefined));
  });
  return {
    finding,
    stop: async () => {
      await worker.terminate();
    },
  };
}

function unchecked(error: unknown): CheckFinding {
  return { kind: "unchecked", reason: error instanceof Error ? error.message : String(error) };
}
