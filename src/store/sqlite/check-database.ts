import { Worker } from "node:worker_threads";
import type { CheckFinding } from "./check-thread.ts";

export interface DatabaseCheck {
  /** Undefined: it was stopped. */
  readonly finding: Promise<CheckFinding | undefined>;
  stop(): Promise<void>;
}

/** SQLite's quick_check, in a thread of its own: it reads the whole file. */
export function checkDatabase(file: string): DatabaseCheck {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const worker = new Worker(new URL(`./check-thread${extension}`, import.meta.url), {
    name: "database check",
    workerData: { file },
    execArgv: [],
  });
  const finding = new Promise<CheckFinding | undefined>((resolve) => {
    worker.once("message", (found: CheckFinding) => resolve(found));
    worker.once("error", (error) => {
      resolve({
        kind: "unchecked",
        reason: error instanceof Error ? error.message : String(error),
      });
    });
    worker.once("exit", () => resolve(undefined));
  });
  return {
    finding,
    stop: async () => {
      await worker.terminate();
    },
  };
}
