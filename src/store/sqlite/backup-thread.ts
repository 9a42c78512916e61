// A thread that makes a backup, says how it went, and ends.
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { type BackupTask, backupDatabase } from "./backup-database.ts";

assert(parentPort, "a thread of dnsvouch, which the server starts");
const { path, target }: BackupTask = workerData;
try {
  await backupDatabase(path, target, { isOpenHere: true });
  parentPort.postMessage(undefined);
} catch (error) {
  parentPort.postMessage(error instanceof Error ? error.message : String(error));
}
