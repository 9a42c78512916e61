import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/** A process of bench/load on cores of its own: does one burst for each message, and replies with what came of it. */
export class LoadProcess<Burst extends object, Outcome> {
  readonly #script: string;
  readonly #child: ChildProcess;

  /** `script`: a file of bench/load. `cpus`: as taskset has them. */
  constructor(script: string, cpus: string) {
    this.#script = script;
    const file = join(import.meta.dirname, script);
    this.#child = spawn("taskset", ["-c", cpus, process.execPath, file], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // JSON would make null of the infinite latency of a question without an answer.
      serialization: "advanced",
    });
  }

  /** Rejects if the process ends instead: nobody would reply. */
  run(burst: Burst): Promise<Outcome> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onMessage = (outcome: Outcome): void => {
        child.off("exit", onExit);
        resolve(outcome);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        child.off("message", onMessage);
        reject(new Error(`${this.#script} has ended (${code ?? signal}); its reason is above`));
      };
      if (child.exitCode !== null) return onExit(child.exitCode, null);
      child.once("message", onMessage);
      child.once("exit", onExit);
      child.send(burst);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
