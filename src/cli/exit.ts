import { ConfigError } from "../config/config-error.ts";
import { ListenError } from "../server/listen-error.ts";
import { StoreError, type StoreErrorCode } from "../store/store.ts";
import { StaticRecordsError } from "../zone/static-records.ts";
import { explainListenError } from "./explain-listen-error.ts";

/** Exit codes. `serve` has FINISHED, FAULT and CONFIGURATION alone. */
export const FINISHED = 0;
export const FAULT = 1;
/** Of `check` and `doctor`: something is wrong with what was looked at. */
export const CHECK_FAILED = 2;
export const CONFIGURATION = 3;
/** Network or files: something outside did not do its part. */
export const OUTSIDE = 4;

/** What a command cannot do. The message says what, where and what to do next. */
export class CommandError extends Error {
  readonly exitCode: typeof FAULT | typeof CONFIGURATION | typeof OUTSIDE;

  constructor(exitCode: CommandError["exitCode"], message: string) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** What the exit code is for faults of the storage, and for what the system says of a path. */
interface ExitCodes {
  ofStorage(fault: StoreError): number;
  ofSystem(code: string): number;
}

/** Says on standard error why the server ends, at every log level. Returns the exit code. */
export function reportFatal(error: unknown): number {
  return report(error, {
    // The file named is not ours: it is the configuration that must change.
    ofStorage: ({ code }) => (code === "foreign_database" ? CONFIGURATION : FAULT),
    ofSystem: () => FAULT,
  });
}

/** Says on standard error why a command was not done. Returns the exit code. */
export function reportFailure(error: unknown): number {
  return report(error, {
    ofStorage: (fault) => (isPermission(fault) ? CONFIGURATION : COMMAND_CODES[fault.code]),
    ofSystem: (code) => (PERMISSION.test(code) ? CONFIGURATION : OUTSIDE),
  });
}

const COMMAND_CODES: Readonly<Record<StoreErrorCode, number>> = {
  foreign_database: CONFIGURATION,
  newer_schema: FAULT,
  lost_database: CONFIGURATION,
  in_use: FAULT,
  storage_unavailable: OUTSIDE,
};

/** What must be mended by whoever gave the path. */
const PERMISSION =
  /^(EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ELOOP|ENAMETOOLONG|SQLITE_(READONLY|CANTOPEN|PERM))/;

/** The code of an error of the system about a path, which is no fault of ours. */
function systemCode(error: unknown): string | undefined {
  const isOurs = !(error instanceof Error && "syscall" in error && "path" in error);
  return !isOurs && "code" in error ? String(error.code) : undefined;
}

/** What somebody must be allowed to do first. */
function isPermission({ cause }: StoreError): boolean {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return PERMISSION.test(code);
}

function report(error: unknown, codes: ExitCodes): number {
  const { lines, exitCode } = explain(error, codes);
  for (const line of lines) process.stderr.write(`dnsvouch: ${line}\n`);
  return exitCode;
}

function explain(error: unknown, codes: ExitCodes): { lines: readonly string[]; exitCode: number } {
  if (error instanceof ConfigError) return { lines: error.problems, exitCode: CONFIGURATION };
  if (error instanceof StaticRecordsError) {
    const lines = error.problems.map((problem) => `general.records: ${problem}`);
    return { lines, exitCode: CONFIGURATION };
  }
  if (error instanceof ListenError) return { lines: [explainListenError(error)], exitCode: FAULT };
  if (error instanceof CommandError) return { lines: [error.message], exitCode: error.exitCode };
  if (error instanceof StoreError) {
    return { lines: [error.message], exitCode: codes.ofStorage(error) };
  }
  const code = systemCode(error);
  if (code !== undefined && error instanceof Error) {
    const exitCode = codes.ofSystem(code);
    return { lines: [`${error.message}; look at that path and its rights`], exitCode };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`a fault of dnsvouch itself, please report it: ${text}`], exitCode: FAULT };
}
