import type { Finding } from "../../doctor/finding.ts";
import type { DoctorRun, DoctorRuns } from "../portal-parts.ts";

export interface DoctorRunsParts {
  readonly examine: () => Promise<readonly Finding[]>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: { error(fields: object, message: string): void };
}

/** Examinations of this server, one at a time, in memory: the next one takes the place of the last. */
export class RunsInMemory implements DoctorRuns {
  readonly #parts: DoctorRunsParts;
  #latest: DoctorRun | undefined;
  #underWay: Promise<void> | undefined;

  constructor(parts: DoctorRunsParts) {
    this.#parts = parts;
  }

  get latest(): DoctorRun | undefined {
    return this.#latest;
  }

  get isRunning(): boolean {
    return this.#underWay !== undefined;
  }

  start(): void {
    this.#underWay ??= this.#run().finally(() => {
      this.#underWay = undefined;
    });
  }

  /** When the one that is under way has ended. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  async #run(): Promise<void> {
    const { examine, clock, log } = this.#parts;
    try {
      const findings = await examine();
      this.#latest = { findings, endedMs: clock() };
    } catch (err) {
      log.error({ err }, "the doctor could not look at the server");
      const why = err instanceof Error ? err.message : String(err);
      this.#latest = { findings: why, endedMs: clock() };
    }
  }
}
