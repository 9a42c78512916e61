import { renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { StoreError } from "../store.ts";
import { copyDatabase } from "./copy-database.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import type { ReaderOptions } from "./open-records.ts";
import { reportingFaults } from "./storage-fault.ts";
import { sync } from "./sync.ts";

/**
 * Makes a backup of the database at `path` as the file `target`, beside whoever serves it. A backup of ours
 * that is there is replaced when the new one is complete; no other file ever is. Rejects with StoreError.
 */
export async function backupDatabase(
  path: string,
  target: string,
  { isOpenHere }: ReaderOptions = { isOpenHere: false },
): Promise<void> {
  const source = resolve(path);
  const file = resolve(target);
  refuseTarget(source, file);
  if (!isOpenHere && inspectDatabaseFile(source) === "absent") {
    throw new StoreError(
      "lost_database",
      `There is no database ${source}: check database.connection.`,
    );
  }
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  await asFault(unfinished, () => copyDatabase(source, unfinished));
  reportingFaults(file, () => {
    renameSync(unfinished, file);
    sync(dirname(file));
  });
}

/** What a thread is given, and what it says at its end: undefined if all is well. */
export interface BackupTask {
  readonly path: string;
  readonly target: string;
}

/** As `backupDatabase`, in a thread of the server that has the database open: nothing of it waits. Rejects with an Error. */
export function backupInThread(path: string, target: string, signal: AbortSignal): Promise<void> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const task: BackupTask = { path, target };
  const worker = new Worker(new URL(`./backup-thread${extension}`, import.meta.url), {
    name: "backup",
    workerData: task,
    execArgv: [],
  });
  const end = (): void => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  return new Promise((done, fail) => {
    let problem: string | undefined = "the thread that makes it has ended";
    worker.once("message", (said: string | undefined) => {
      problem = said;
    });
    worker.once("error", fail);
    worker.once("exit", () => {
      signal.removeEventListener("abort", end);
      if (problem === undefined) done();
      else fail(new Error(problem));
    });
  });
}

function refuseTarget(source: string, file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  const database = statSync(source, { throwIfNoEntry: false });
  if (found.ino === database?.ino && found.dev === database.dev) {
    throw new StoreError(
      "foreign_database",
      `${file} is the database itself: choose another file.`,
    );
  }
  try {
    if (inspectDatabaseFile(file) !== "absent") return;
  } catch {
    // Whatever else it is, it is not ours to replace.
  }
  throw new StoreError(
    "foreign_database",
    `${basename(file)} is there already and is no backup of dnsvouch, so it was not touched: choose another file.`,
  );
}

async function asFault(file: string, work: () => Promise<void>): Promise<void> {
  let failure: unknown;
  await work().catch((error: unknown) => {
    failure = error;
  });
  reportingFaults(file, () => {
    if (failure !== undefined) throw failure;
  });
}
