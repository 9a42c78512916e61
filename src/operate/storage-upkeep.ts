import type { RefusalRecorder } from "../audit/refusal-recorder.ts";
import type { ChallengeUpdated, Store } from "../store/store.ts";

export interface UpkeepParts {
  readonly store: Store;
  readonly refusals: RefusalRecorder;
  readonly publish: (updated: ChallengeUpdated) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** `dns.txt_max_age`; 0: values are kept. */
  readonly maxAgeSeconds: number;
  /** `audit.max_days` and `audit.max_mib`; 0: no limit. */
  readonly auditDays: number;
  readonly auditMib: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Looked at in one go: a few milliseconds. */
const AGED_ROWS = 5000;
/** Removed for their age in one go, whatever a clock says. */
const PRUNED_ROWS = 5000;
/** In a row, while the trail is too large: a server that is busy writes as many meanwhile. */
const MOST_PRUNINGS = 60;

/**
 * What is done to the data once a minute, in small pieces. It never rejects: what cannot be done now is done
 * the next time.
 */
export class StorageUpkeep {
  readonly #parts: UpkeepParts;
  #hour: number | undefined;
  #lastProblem = "";

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    try {
      await this.#parts.refusals.settle();
      await this.#ageOut();
      await this.#careForTrail();
      await this.#parts.store.answeredRequests.prune(this.#parts.clock() - DAY_MS);
      await this.#parts.store.tidyUp();
      this.#lastProblem = "";
    } catch (err) {
      const problem = err instanceof Error ? err.message : String(err);
      if (problem !== this.#lastProblem)
        this.#parts.log.error({ err }, "the upkeep of the database");
      this.#lastProblem = problem;
    }
  }

  async #ageOut(): Promise<void> {
    const { store, maxAgeSeconds, clock, publish } = this.#parts;
    if (maxAgeSeconds === 0) return;
    const beforeMs = clock() - maxAgeSeconds * 1000;
    for (const updated of await store.ageOut({ beforeMs, rows: AGED_ROWS })) publish(updated);
  }

  /** Bounds it, and says once an hour where it ends: a log elsewhere is what nobody can change here. */
  async #careForTrail(): Promise<void> {
    const { store, auditDays, auditMib, clock, log } = this.#parts;
    const nowMs = clock();
    const hour = Math.floor(nowMs / HOUR_MS);
    const isNewHour = hour !== this.#hour;
    if (isNewHour) {
      const { sequence, hash } = await store.auditHead();
      const head = Buffer.from(hash).toString("hex");
      log.info({ sequence, hash: head }, "the audit trail ends with this row");
    }
    const bounds = {
      beforeMs: isNewHour && auditDays > 0 ? nowMs - auditDays * DAY_MS : undefined,
      octets: auditMib > 0 ? auditMib * 2 ** 20 : undefined,
      rows: PRUNED_ROWS,
      nowMs,
    };
    let pruned = await store.pruneAudit(bounds);
    for (let i = 1; pruned.isTooLarge && i < MOST_PRUNINGS; i++) {
      pruned = await store.pruneAudit({ ...bounds, beforeMs: undefined });
    }
    this.#hour = hour;
  }
}
