// A thread that checks keys against their bcrypt hashes, one after the other, when nobody else needs the CPU.
import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { compareSync } from "bcrypt";

/** A key, and the ASCII text of the hash. */
export type KeyCheck = readonly [key: string, hash: string];

assert(parentPort, "a thread of dnsvouch, which ImportedKeyQueue starts");
yieldToOthers();
parentPort.on("message", ([key, hash]: KeyCheck) => {
  parentPort?.postMessage(compareSync(key, hash));
});

/** Whoever sends wrong keys decides how much there is to do here: answers of DNS and updates go first. */
function yieldToOthers(): void {
  try {
    // Linux has priorities of threads, by their own numbers.
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Elsewhere it is slower beside it, and works.
  }
}
