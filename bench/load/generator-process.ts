import type { Burst } from "./generator.ts";
import { LoadProcess } from "./load-process.ts";

export interface BurstOutcome {
  readonly answers: number;
  readonly wrong: number;
  /** Questions without an answer. */
  readonly lost: number;
  readonly seconds: number;
  /** Microseconds; infinite if so many questions had no answer. */
  readonly latencies?: { readonly p50: number; readonly p99: number };
}

/** More lost questions than this, and what was measured is another load than the one that is printed. */
const LOST_AT_MOST = 0.01;

/** Questions from a core of their own, so that they cost the server nothing. */
export class Generator {
  readonly #process: LoadProcess<Burst, BurstOutcome>;

  /** `cpus`: as taskset has them. */
  constructor(cpus: string) {
    this.#process = new LoadProcess("generator.ts", cpus);
  }

  /** Rejects if an answer was wrong or many are missing: a server that does not answer rightly is not measured. */
  async run(burst: Burst): Promise<BurstOutcome> {
    const outcome = await this.#process.run(burst);
    const { answers, wrong, lost } = outcome;
    const where = `at port ${burst.port}`;
    if (wrong > 0) throw new Error(`${wrong} of ${answers} answers ${where} are wrong`);
    if (answers === 0) throw new Error(`no answers ${where}`);
    // In an open loop they count as infinite latencies instead.
    if (burst.kind !== "open" && lost > LOST_AT_MOST * answers) {
      throw new Error(`${lost} questions ${where} had no answer, beside ${answers} that had`);
    }
    return outcome;
  }

  stop(): void {
    this.#process.stop();
  }
}
