// A thread that looks through a database for damage, and ends.
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { quickCheck } from "./quick-check.ts";

assert(parentPort, "a thread of dnsvouch, which the store starts");
parentPort.postMessage(quickCheck(String(workerData.file)));
