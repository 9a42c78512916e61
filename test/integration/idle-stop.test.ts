import { afterEach, beforeEach, expect, test } from "vitest";
import { ProcessFolder } from "../support/process-folder.ts";

// Here, where nothing else runs beside it: a promise about time.

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

test("an idle server that waits for batches stops within a second", async () => {
  const general = ['listen = "127.0.0.1:0"', 'domain = "auth.example.org"'];
  const config = folder.configFile({ general: [...general, "[dns]", 'io = "batch"'] });
  const dnsvouch = folder.start(["-c", config]);
  await dnsvouch.ready();
  expect(dnsvouch.stdout()).not.toContain("one by one");
  const begun = performance.now();
  dnsvouch.child.kill("SIGTERM");
  expect(await dnsvouch.exit()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(1000);
});
