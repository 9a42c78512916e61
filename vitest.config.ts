import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { useCompileCache } from "./test/support/compile-cache.ts";

useCompileCache();

/** What is about the input of messages, however they come. */
const BOTH_PATHS = [
  "test/conformance/**/*.test.ts",
  "test/server/listen.test.ts",
  "test/server/wildcard-listeners.test.ts",
  "test/server/second-implementation.test.ts",
  "test/scenario/listen-everywhere.test.ts",
  "test/scenario/main-job.test.ts",
  "test/scenario/rate-limit.test.ts",
  "test/scenario/several-zones.test.ts",
  "test/vector/**/*.test.ts",
];

const shared = { testTimeout: 20_000 };

const dgram = {
  test: {
    ...shared,
    name: "dgram",
    include: ["test/**/*.test.ts"],
    exclude: ["test/integration/**"],
    provide: { io: "dgram" as const },
  },
};

/** recvmmsg and sendmmsg are calls of Linux. */
const batch = {
  test: { ...shared, name: "batch", include: BOTH_PATHS, provide: { io: "batch" as const } },
};

const config: ViteUserConfig = defineConfig({
  test: {
    projects: process.platform === "linux" ? [dgram, batch] : [dgram],
    // Vitest leaves one core free, which is half of them on a machine with two; many tests wait for processes.
    maxWorkers: availableParallelism(),
    // Files share what they import: a quarter of the time went into importing it anew for each. Nothing in src has
    // state that a test could leave behind.
    isolate: false,
  },
});

export default config;
