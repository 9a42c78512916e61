import { expect, test } from "vitest";
import {
  planThreads,
  type ThreadNeeds,
  udpInput,
  workerCount,
} from "../../src/server/thread-plan.ts";

/** A thread in short: `batch`, `dgram+tcp`, `tcp`, with `*` if it shares its port. */
function plan(needs: Partial<ThreadNeeds>): string[] {
  const tasks = planThreads({ workers: 1, input: "dgram", udp: true, tcp: true, ...needs });
  expect(tasks.map(({ number }) => number)).toEqual(tasks.map((_, i) => i));
  return tasks.map(({ udp, tcp, reusePort }) => {
    const does = [udp, tcp ? "tcp" : undefined].filter((each) => each !== undefined);
    return does.join("+") + (reusePort ? "*" : "");
  });
}

test.for<{ needs: Partial<ThreadNeeds>; threads: string[] }>([
  { needs: {}, threads: ["dgram+tcp"] },
  { needs: { workers: 3 }, threads: ["dgram+tcp*", "dgram*", "dgram*"] },
  { needs: { input: "batch" }, threads: ["batch", "tcp"] },
  { needs: { input: "batch", workers: 2 }, threads: ["batch*", "batch*", "tcp"] },
  { needs: { workers: 4, udp: false }, threads: ["tcp"] },
  { needs: { workers: 2, tcp: false }, threads: ["dgram*", "dgram*"] },
  { needs: { input: "batch", tcp: false }, threads: ["batch"] },
])("$needs: $threads", ({ needs, threads }) => {
  expect(plan(needs)).toEqual(threads);
});

test.for([
  { configured: 0, cores: 1, count: 1 },
  { configured: 0, cores: 2, count: 2 },
  { configured: 0, cores: 64, count: 4 },
  { configured: 6, cores: 2, count: 6 },
])("dns.workers = $configured on $cores cores: $count", ({ configured, cores, count }) => {
  expect(workerCount(configured, cores)).toBe(count);
});

test.for([
  { configured: "auto", platform: "linux", input: "batch" },
  { configured: "auto", platform: "darwin", input: "dgram" },
  { configured: "dgram", platform: "linux", input: "dgram" },
  { configured: "batch", platform: "darwin", input: "batch" },
] as const)("dns.io = $configured on $platform: $input", ({ configured, platform, input }) => {
  expect(udpInput(configured, platform)).toBe(input);
});
