import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { type AcmeDnsRow, type AcmeDnsRows, refuseOtherVersion } from "../acme-dns-import.ts";
import { StoreError } from "../store.ts";
import { isAcmeDnsFile } from "./database-file.ts";
import { reportingFaults } from "./storage-fault.ts";

const VERSION = "SELECT CAST(Value AS TEXT) AS version FROM acmedns WHERE Name = 'db_version'";

/** What acme-dns with its database open leaves beside it. */
const SIDE_FILES = ["-journal", "-wal"];

/** What the thread that reads is given. */
export interface ReadingTask {
  readonly file: string;
  /** Of one Int32: how many batches were taken. */
  readonly taken: SharedArrayBuffer;
}

/**
 * Opens a SQLite database of acme-dns (0.8 to 2.0), to read its accounts once. It is never written, and no
 * file is made beside it. Throws StoreError.
 */
export function openAcmeDns(path: string): AcmeDnsRows {
  const file = resolve(path);
  refuseOthers(file);
  const version = reportingFaults(file, () => versionOf(file));
  refuseOtherVersion(file, version);
  return readInThread(file);
}

function versionOf(file: string): string | undefined {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return database.prepare<[], { version: string }>(VERSION).get()?.version;
  } finally {
    database.close();
  }
}

/** It takes as long to read as to write: both at once need half as long. */
async function* readInThread(file: string): AsyncGenerator<readonly AcmeDnsRow[]> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const task: ReadingTask = { file, taken: new SharedArrayBuffer(4) };
  const taken = new Int32Array(task.taken);
  const worker = new Worker(new URL(`./acme-dns-thread${extension}`, import.meta.url), {
    name: "import",
    workerData: task,
    execArgv: [],
  });
  try {
    for (const said of messagesOf(worker)) {
      const batch = await said;
      if (typeof batch === "string") throw unusable(file, batch);
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      if (batch.length === 0) return;
      yield batch;
    }
  } finally {
    await worker.terminate();
  }
}

type Said = readonly AcmeDnsRow[] | string;

/** What a thread says, one after the other; the reason, if it ends before it has said all. */
function* messagesOf(worker: Worker): Generator<Promise<Said>> {
  const waiting: Said[] = [];
  let wake = Promise.withResolvers<void>();
  const hear = (said: Said): void => {
    waiting.push(said);
    wake.resolve();
  };
  worker.on("message", hear);
  worker.on("error", (error) => hear(error instanceof Error ? error.message : String(error)));
  worker.on("exit", () => hear("the thread that reads it has ended"));
  const next = async (): Promise<Said> => {
    for (;;) {
      const said = waiting.shift();
      if (said !== undefined) return said;
      wake = Promise.withResolvers<void>();
      await wake.promise;
    }
  };
  for (;;) yield next();
}

function refuseOthers(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw unusable(file, "there is no such file");
  if (!isAcmeDnsFile(file)) throw unusable(file, "it is not a SQLite database of acme-dns");
  for (const side of SIDE_FILES) {
    if ((statSync(`${file}${side}`, { throwIfNoEntry: false })?.size ?? 0) === 0) continue;
    const reason = `${file}${side} has changes that are not in it yet: stop acme-dns, or start and stop it once if it is not running`;
    throw unusable(file, reason);
  }
}

function unusable(file: string, reason: string): StoreError {
  return new StoreError("storage_unavailable", `cannot import ${file}: ${reason}`);
}
