import type { Report } from "../../check/report.ts";

/** A check that somebody has asked for, of any domain. */
export interface CheckRun {
  /** A UUID. */
  readonly id: string;
  readonly domain: string;
  readonly startedMs: number;
  readonly done: Promise<void>;
  outcome:
    | { readonly state: "running" }
    | { readonly state: "done"; readonly report: Report }
    | { readonly state: "failed"; readonly why: string };
}

export interface CheckRunsParts {
  /** Undefined: no resolver answers. Rejects if it could not be begun. */
  readonly check: (request: RequestedCheck) => Promise<Report | undefined>;
  /** Checks that wait or are under way, of all kinds. */
  readonly waiting: () => number;
  readonly clock: () => number;
  readonly newUuid: () => string;
  readonly log: { error(fields: object, message: string): void };
}

export interface RequestedCheck {
  readonly domain: string;
  readonly delegate: string | undefined;
  readonly isWildcard: boolean;
  readonly edgeTargets: readonly string[] | undefined;
  readonly ca: string | undefined;
  readonly accountUri: string | undefined;
  readonly method: string | undefined;
}

/** Checks whose results are remembered: those of an hour, or of a minute where many are asked for. */
const MOST_RUNS = 500;
const MOST_WAITING = 100;

/** Checks and what they came to, in memory: they are asked for again when they are gone. */
export class CheckRuns {
  readonly #parts: CheckRunsParts;
  /** The oldest first. */
  readonly #runs = new Map<string, CheckRun>();

  constructor(parts: CheckRunsParts) {
    this.#parts = parts;
  }

  find(id: string): CheckRun | undefined {
    return this.#runs.get(id);
  }

  /** Undefined: too many wait already. */
  start(request: RequestedCheck): CheckRun | undefined {
    const { clock, newUuid, waiting } = this.#parts;
    if (waiting() >= MOST_WAITING) return undefined;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const run: CheckRun = {
      id: newUuid(),
      domain: request.domain,
      startedMs: clock(),
      done,
      outcome: { state: "running" },
    };
    void this.#finish(run, request).then(resolve);
    this.#remember(run);
    return run;
  }

  async #finish(run: CheckRun, request: RequestedCheck): Promise<void> {
    try {
      const report = await this.#parts.check(request);
      run.outcome =
        report === undefined
          ? { state: "failed", why: "no resolver of this server answers: see checks.resolvers" }
          : { state: "done", report };
    } catch (err) {
      this.#parts.log.error({ err }, `${run.domain} could not be checked`);
      run.outcome = { state: "failed", why: "it could not be checked: see the log of the server" };
    }
  }

  #remember(run: CheckRun): void {
    for (const [id, { outcome }] of this.#runs) {
      if (this.#runs.size < MOST_RUNS) break;
      if (outcome.state !== "running") this.#runs.delete(id);
    }
    this.#runs.set(run.id, run);
  }
}
