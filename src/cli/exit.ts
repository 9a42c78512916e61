import { ConfigError } from "../config/config-error.ts";
import { ListenError } from "../server/listen-error.ts";
import { StoreError } from "../store/store.ts";
import { StaticRecordsError } from "../zone/static-records.ts";
import { explainListenError } from "./explain-listen-error.ts";

/** Exit codes of commands: done, or stopped by a signal; failed; usage or configuration. */
export const FINISHED = 0;
export const FAULT = 1;
export const CONFIGURATION = 3;

/** Says on standard error what went wrong, at every log level. Returns the exit code. */
export function reportFatal(error: unknown): number {
  const { lines, exitCode } = explain(error);
  for (const line of lines) process.stderr.write(`dnsvouch: ${line}\n`);
  return exitCode;
}

function explain(error: unknown): { lines: readonly string[]; exitCode: number } {
  if (error instanceof ConfigError) return { lines: error.problems, exitCode: CONFIGURATION };
  if (error instanceof StaticRecordsError) {
    const lines = error.problems.map((problem) => `general.records: ${problem}`);
    return { lines, exitCode: CONFIGURATION };
  }
  if (error instanceof ListenError) return { lines: [explainListenError(error)], exitCode: FAULT };
  if (error instanceof StoreError) {
    // The file named is not ours: it is the configuration that must change.
    const exitCode = error.code === "foreign_database" ? CONFIGURATION : FAULT;
    return { lines: [error.message], exitCode };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`a fault of dnsvouch itself, please report it: ${text}`], exitCode: FAULT };
}
