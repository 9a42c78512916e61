import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import type { Environment } from "../../src/config/environment.ts";
import { loadConfig } from "../../src/config/load-config.ts";

/** Runs `body` in a new folder that has these files, and removes it. */
export function withFiles<Result>(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (cwd: string) => Result,
): Result {
  const cwd = mkdtempSync(join(tmpdir(), "dnsvouch-config-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    return body(cwd);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The configuration made of this file, which messages call `c.toml`. */
export function loadText(toml: string, env: Environment = {}): Config {
  return withFiles({ "c.toml": toml }, (cwd) => loadConfig({ file: "c.toml", env, cwd }));
}

/** The configuration made of the environment alone. */
export function loadEnvironment(env: Environment): Config {
  return loadConfig({ file: undefined, env, searched: [] });
}

/** The error that `load` throws. */
export function configErrorOf(load: () => Config): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}
