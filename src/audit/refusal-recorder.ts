import { TokenBuckets } from "../limit/token-buckets.ts";
import type { AuditEntry } from "./audit-entry.ts";

/** Rows about one source: ten at once, then one a second. */
const PER_SOURCE = { times: 1, intervalMs: 1000, burst: 10, mostKeys: 4096 };
/** Rows about all: a flood from many sources must not fill the disk either. */
const IN_ALL = { times: 20, intervalMs: 1000, burst: 200, mostKeys: 1 };
const ALL = "";

export interface RefusalRecorderParts {
  /** Writes a row; rejects if the storage fails. */
  readonly append: (entry: AuditEntry) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: { error(fields: object, message: string): void };
}

/**
 * Rows about refusals. Whoever sends wrong keys decides how many there are, so beyond a rate they are
 * counted only. A refusal does not wait for its row: it changes nothing, and must go out while the disk
 * is full.
 */
export class RefusalRecorder {
  readonly #parts: RefusalRecorderParts;
  readonly #bySource = new TokenBuckets(PER_SOURCE);
  readonly #all = new TokenBuckets(IN_ALL);
  #omitted = 0;
  #isFailing = false;

  constructor(parts: RefusalRecorderParts) {
    this.#parts = parts;
  }

  /** `source`: by network.ts. */
  record(source: string, entry: AuditEntry): void {
    const { timeMs } = entry;
    if (this.#bySource.take(source, timeMs) > 0 || this.#all.take(ALL, timeMs) > 0) {
      this.#omitted++;
      return;
    }
    void this.#append(entry, 1);
  }

  /** Writes down how many were not. Called from time to time, and at the end. */
  async settle(): Promise<void> {
    const count = this.#omitted;
    if (count === 0) return;
    this.#omitted = 0;
    await this.#append(
      {
        timeMs: this.#parts.clock(),
        action: "audit.omit",
        result: "accepted",
        origin: { peer: "server", forwarded: undefined },
        detail: `${count} refusals more`,
      },
      count,
    );
  }

  async #append(entry: AuditEntry, refusals: number): Promise<void> {
    try {
      await this.#parts.append(entry);
      this.#isFailing = false;
    } catch (err) {
      this.#omitted += refusals;
      // Once: the storage has its own messages, and each refusal comes here.
      if (!this.#isFailing) {
        this.#parts.log.error({ err }, "refusals cannot be written into the audit trail");
      }
      this.#isFailing = true;
    }
  }
}
