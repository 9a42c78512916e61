import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { SharedSecrets } from "../../src/server/shared-secrets.ts";
import { ThreadControl } from "../../src/server/thread-control.ts";

function secret(octet: number): Uint8Array {
  return new Uint8Array(16).fill(octet);
}

test("what one thread publishes, the others see", () => {
  const writer = new SharedSecrets();
  const reader = new SharedSecrets(writer.memory);
  expect(reader.current).toEqual([]);
  writer.publish([secret(1), secret(2)]);
  expect(reader.current).toEqual([secret(1), secret(2)]);
  const before = reader.current;
  expect(reader.current).toBe(before);
  writer.publish([secret(3)]);
  expect(reader.current).toEqual([secret(3)]);
  expect(() => writer.publish(new Array<Uint8Array>(9).fill(secret(1)))).toThrow(RangeError);
});

test("a thread that reads while they change never sees a mixture", async () => {
  const writer = new SharedSecrets();
  writer.publish([secret(0), secret(0)]);
  const url = new URL("../../src/server/shared-secrets.ts", import.meta.url);
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(${JSON.stringify(url.href)}).then(({ SharedSecrets }) => {
      const reader = new SharedSecrets(workerData);
      parentPort.postMessage("reading");
      for (let reads = 0; reads < 200000; reads++) {
        const octets = reader.current.flatMap((each) => [...each]);
        if (octets.some((octet) => octet !== octets[0])) throw new Error("a mixture");
      }
      parentPort.postMessage("done");
    });`;
  const worker = new Worker(code, { eval: true, workerData: writer.memory });
  const heard: string[] = [];
  await new Promise<void>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", () => resolve());
    worker.on("message", (message: string) => {
      heard.push(message);
      if (message === "done") return;
      for (let i = 1; i < 100_000; i++) writer.publish([secret(i & 0xff), secret(i & 0xff)]);
    });
  });
  expect(heard).toEqual(["reading", "done"]);
});

test("descriptors of a thread are known until they are taken", () => {
  const control = ThreadControl.for(2);
  const inThread = new ThreadControl(control.memory);
  inThread.setSockets(1, [20, 21]);
  inThread.setSockets(0, [22]);
  expect(control.takeSockets(1)).toEqual([20, 21]);
  expect(control.takeSockets(1)).toEqual([]);
  expect(control.takeSockets(0)).toEqual([22]);
  expect(inThread.isStopped).toBe(false);
  control.stop();
  expect(inThread.isStopped).toBe(true);
});
