import { defineConfig, type ViteUserConfig } from "vitest/config";
import { useCompileCache } from "./test/support/compile-cache.ts";

useCompileCache();

// Each file starts its own resolvers, CA and clients on fixed loopback addresses: one file at a time.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

export default config;
