import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { createTable } from "../../../src/zone/table/table-memory.ts";
import { TableWriter } from "../../../src/zone/table/table-writer.ts";
import { checkedValues } from "./checked-record.ts";
import { uuidOf } from "./table-under-test.ts";

const THREADS = 4;
const LAST = 60_000;
const LEAST_READS = 20_000;

const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

interface ReadingThread {
  readonly reading: Promise<void>;
  readonly done: Promise<{ reads: number; changes: number; counter: number }>;
}

function startThread(workerData: object): ReadingThread {
  const worker = new Worker(new URL("./reading-thread.ts", import.meta.url), { workerData });
  workers.push(worker);
  const messages = new Promise<{ reads: number; changes: number; counter: number }>(
    (resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (message) => message !== "reading" && resolve(message));
    },
  );
  const reading = new Promise<void>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message) => message === "reading" && resolve());
  });
  return { reading, done: messages };
}

test.for([{ subdomain: uuidOf(1) }, { subdomain: "a-readable-name" }])(
  "four threads that read $subdomain while it changes see whole records, in order",
  async ({ subdomain }) => {
    const handle = createTable({ readers: THREADS, zones: 1 }, 7);
    const writer = new TableWriter(handle);
    writer.publish(0, { subdomain, digests: checkedValues(1), sequence: 1 });
    const threads = Array.from({ length: THREADS }, (_, number) =>
      startThread({ handle, number, subdomain, leastReads: LEAST_READS, last: LAST }),
    );
    await Promise.all(threads.map(({ reading }) => reading));
    for (let counter = 2; counter <= LAST; counter++) {
      writer.publish(0, { subdomain, digests: checkedValues(counter), sequence: counter });
      // Others come and go, so that slots and arena grow meanwhile, and memory changes hands.
      const other = uuidOf(2 + (counter % 20_011));
      writer.publish(0, { subdomain: other, digests: checkedValues(counter), sequence: counter });
      if (counter % 3 === 0) writer.remove(0, { subdomain: other, sequence: counter + 1 });
      if (counter % 5000 === 0) await nextTurn();
    }
    for (const { reads, changes, counter } of await Promise.all(threads.map(({ done }) => done))) {
      expect(counter).toBe(LAST);
      expect(reads).toBeGreaterThanOrEqual(LEAST_READS);
      // It was read while it changed, not only before and after.
      expect(changes).toBeGreaterThan(20);
    }
  },
);
