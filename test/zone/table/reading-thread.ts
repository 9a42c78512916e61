// One of the threads of hammer.test.ts: reads one name again and again, and looks at what it gets.
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { TableReader } from "../../../src/zone/table/table-reader.ts";
import { checkedCounter } from "./checked-record.ts";
import { indexOf, valuesIn } from "./table-under-test.ts";

const { handle, number, subdomain, leastReads, last } = workerData;
const reader = new TableReader(handle, number);
const index = indexOf(reader);
let reads = 0;
let changes = 0;
let counter = 0;
parentPort?.postMessage("reading");
while (reads < leastReads || counter < last) {
  reader.begin();
  const values = valuesIn(index, subdomain);
  reader.end();
  const seen = checkedCounter(values ?? []);
  assert(seen >= counter, `${counter} was there before ${seen}`);
  if (seen > counter) changes++;
  counter = seen;
  reads++;
}
parentPort?.postMessage({ reads, changes, counter });
