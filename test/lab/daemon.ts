// A server of the lab: started in the foreground, awaited by what it says, stopped by its process id.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { commandIn, here, type Place } from "./place.ts";
import { childEnvironment } from "./system-path.ts";

const startLimitMilliseconds = 20_000;
const stopLimitMilliseconds = 5_000;

export interface DaemonCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Working folder, and HOME. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What its output (both streams) contains once it answers. */
  readonly ready: RegExp;
  readonly place?: Place;
}

/** How a process ended: an exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Daemon {
  /** Everything written so far, on both streams. */
  output(): string;
  /** Sends the signal (SIGTERM if none is named) and waits for the end; SIGKILL follows after 5 seconds. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

/**
 * Starts a daemon and waits until it is ready.
 * @throws Error with its output if it ends first, or is not ready within 20 seconds (it is then killed).
 */
export async function startDaemon(daemon: DaemonCommand): Promise<Daemon> {
  const child = spawn(...commandIn(daemon.place ?? here, daemon.command, daemon.args), {
    cwd: daemon.folder,
    env: childEnvironment(daemon.folder, daemon.environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test run that ends before its hooks have run must not leave servers behind.
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  child.once("exit", () => process.off("exit", killAtExit));

  let output = "";
  const ready = Promise.withResolvers<void>();
  const fail = (reason: string): void =>
    ready.reject(new Error(`${daemon.command} ${reason}\n${output}`));
  const read = (text: string): void => {
    output += text;
    if (daemon.ready.test(output)) ready.resolve();
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  child.once("error", (error) => fail(`did not start: ${error.message}`));
  child.once("exit", (code, signal) => fail(`ended too early: ${code ?? signal}`));
  const timer = setTimeout(() => fail("was not ready in time"), startLimitMilliseconds);
  try {
    await ready.promise;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { output: () => output, stop: (signal = "SIGTERM") => stopChild(child, signal) };
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<Exit> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMilliseconds);
    await exited;
    clearTimeout(timer);
  }
  return { code: child.exitCode, signal: child.signalCode };
}
