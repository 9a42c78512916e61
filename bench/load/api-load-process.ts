import type { ApiBurst } from "./api-load.ts";
import type { HttpResult } from "./http-load.ts";
import { LoadProcess } from "./load-process.ts";

/** A rate that is not reached is another load than the one that is printed. */
const RATE_AT_LEAST = 0.95;

/** Clients of the API in a process of their own. */
export class ApiLoad {
  readonly #process: LoadProcess<ApiBurst, HttpResult>;

  /** `cpus`: as taskset has them. */
  constructor(cpus: string) {
    this.#process = new LoadProcess("api-load.ts", cpus);
  }

  /** Rejects if a request was not answered as it should be, or fewer were made than wanted. */
  async run(burst: ApiBurst): Promise<HttpResult> {
    const result = await this.#process.run(burst);
    const { responses, wrong, seconds } = result;
    const { kind, perSecond } = burst;
    if (wrong > 0) throw new Error(`${wrong} of ${responses} requests (${kind}) were refused`);
    if (perSecond !== undefined && responses < RATE_AT_LEAST * perSecond * seconds) {
      throw new Error(
        `${responses} requests (${kind}) in ${seconds.toFixed(2)} s, where ${perSecond} a second were wanted`,
      );
    }
    return result;
  }

  stop(): void {
    this.#process.stop();
  }
}
