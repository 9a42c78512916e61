import { defineConfig, type ViteUserConfig } from "vitest/config";
import { useCompileCache } from "./test/support/compile-cache.ts";

useCompileCache();

// Each file starts its own resolvers, CA and clients on loopback addresses of its worker (test/lab/addresses.ts).
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts"],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

export default config;
