import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Burst } from "./generator.ts";

export interface BurstOutcome {
  readonly answers: number;
  readonly wrong: number;
  readonly lost?: number;
  readonly seconds: number;
  readonly latencies?: { readonly p50: number; readonly p99: number };
}

/** The generator on a core of its own, so that it costs the server nothing. */
export class Generator {
  readonly #child: ChildProcess;

  /** `cpus`: as taskset has them. */
  constructor(cpus: string) {
    const script = join(import.meta.dirname, "generator.ts");
    const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
    this.#child = spawn("taskset", ["-c", cpus, process.execPath, script], { stdio: [...stdio] });
  }

  /** Rejects if an answer was wrong: a server that does not answer rightly is not measured. */
  async run(burst: Burst): Promise<BurstOutcome> {
    this.#child.send(burst);
    const [outcome]: BurstOutcome[] = await once(this.#child, "message");
    if (outcome === undefined) throw new Error("the generator gave no outcome");
    if (outcome.wrong > 0) {
      throw new Error(
        `${outcome.wrong} of ${outcome.answers} answers at port ${burst.port} are wrong`,
      );
    }
    if (outcome.answers === 0) throw new Error(`no answers from port ${burst.port}`);
    return outcome;
  }

  stop(): void {
    this.#child.kill();
  }
}
