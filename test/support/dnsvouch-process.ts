import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { compileCacheEnvironment } from "./compile-cache.ts";

/** What users start: the built file, which `npm test` builds first. */
export const MAIN: string = resolve(import.meta.dirname, "../../dist/main.js");

const DEADLINE_MS = 15_000;

/** A dnsvouch process and what it has printed so far. */
export interface DnsvouchProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when the line `ready` is there; rejects if the process ends or says nothing for too long. */
  ready(): Promise<void>;
  /** The exit code, or the signal that killed it. */
  exit(): Promise<number | NodeJS.Signals>;
}

/**
 * Starts dnsvouch with this command line in `cwd`; its environment is `env` and nothing else of ours. `input` is its
 * standard input; without one it has none.
 */
export function startDnsvouch(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  main: string = MAIN,
  input?: string,
): DnsvouchProcess {
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...compileCacheEnvironment(), ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = new Promise<number | NodeJS.Signals>((done) => {
    child.once("close", (code, signal) => done(signal ?? code ?? -1));
  });
  const ready = new Promise<void>((done, fail) => {
    const deadline = setTimeout(() => {
      child.kill("SIGKILL");
      fail(new Error(`not ready in time: ${stdout}${stderr}`));
    }, DEADLINE_MS);
    child.stdout?.on("data", () => {
      if (!/^ready$/m.test(stdout)) return;
      clearTimeout(deadline);
      done();
    });
    child.once("close", () => {
      clearTimeout(deadline);
      fail(new Error(`ended before it was ready: ${stdout}${stderr}`));
    });
  });
  // Who only waits for the end need not handle that it was never ready.
  ready.catch(() => {});
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ready: () => ready,
    exit: () => exited,
  };
}
