// A thread that reads a database of acme-dns, while another one writes what it has read. It ends with the last
// batch, which is empty, or says what went wrong.
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { readAcmeDns } from "./acme-dns-reader.ts";
import type { ReadingTask } from "./acme-dns-source.ts";

/** Batches that wait to be taken: enough that nobody waits for the other one often. */
const MOST_WAITING = 8;

assert(parentPort, "a thread of dnsvouch, which an import starts");
const { file, taken: memory }: ReadingTask = workerData;
const taken = new Int32Array(memory);
try {
  let sent = 0;
  for (const batch of readAcmeDns(file)) {
    parentPort.postMessage(batch);
    sent++;
    for (let seen = Atomics.load(taken, 0); sent - seen >= MOST_WAITING; ) {
      Atomics.wait(taken, 0, seen);
      seen = Atomics.load(taken, 0);
    }
  }
  parentPort.postMessage([]);
} catch (error) {
  parentPort.postMessage(error instanceof Error ? error.message : String(error));
}
