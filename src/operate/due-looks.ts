import { setImmediate as nextTurn } from "node:timers/promises";
import { challengeDomain, type HostnameId, type HostnamePolicy } from "../hostname/hostname.ts";
import { longestPauseMs } from "../hostname/schedule.ts";
import type { Due } from "../store/hostnames.ts";
import { type Store, StoreError } from "../store/store.ts";
import { DueLanes } from "./due-lanes.ts";

export interface DueLooksParts {
  readonly store: Store;
  readonly policy: () => HostnamePolicy;
  readonly zoneKeyOf: (domain: string) => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: { error(fields: object, message: string): void };
  /** Whether a look at a host name of this zone would begin at once. */
  readonly hasRoom: (key: string) => boolean;
  readonly isUnderWay: (id: HostnameId) => boolean;
  /** Looks, unless it is not due any more. */
  readonly look: (key: string, id: HostnameId) => Promise<void>;
}

/** Of what is due, some 100 octets each; more wait in the store. */
const MOST_DUE = 1_000_000;
/** Read in one go: some 5 ms. */
const DUE_PAGE = 5000;
/** Under way at a time: there is room left for who asks. */
const MOST_BEGUN = 20;
const PAGE = 200;
/** When nothing can be written, what is found out is lost: it is not found out again and again. */
const PAUSE_AFTER_FAULT_MS = 60_000;
/** A clock that was set back must not stop it for ever. */
const DAY_MS = 86_400_000;

/** Looks by the clock. When each is due is in the store, so that a restart forgets nothing. */
export class DueLooks {
  readonly #parts: DueLooksParts;
  readonly #lanes = new DueLanes();
  readonly #begun = new Set<Promise<void>>();
  #isStopped = false;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DueLooksParts) {
    this.#parts = parts;
  }

  /** Those that have not begun. */
  get length(): number {
    return this.#lanes.size;
  }

  /** Begins what is due, as far as there is room: what is over makes room for the next. */
  async begin(): Promise<void> {
    const { store, clock, policy } = this.#parts;
    const nowMs = clock();
    if (this.#isStopped || this.#isPaused(nowMs)) return;
    const query = { nowMs, latestMs: nowMs + longestPauseMs(policy()), most: DUE_PAGE };
    let after: Due | undefined;
    do {
      const page = await store.hostnames.due({ ...query, after });
      await this.#add(page);
      this.#fill();
      after = page.at(-1);
    } while (after !== undefined && this.#lanes.size < MOST_DUE && !this.#isStopped);
  }

  /** As `begin`, and waits until all of it is over. */
  async run(): Promise<void> {
    await this.begin();
    while (this.#begun.size > 0) await Promise.race(this.#begun);
  }

  /** None begins any more. */
  stop(): void {
    this.#isStopped = true;
  }

  async #add(due: readonly Due[]): Promise<void> {
    const { store, zoneKeyOf, isUnderWay } = this.#parts;
    const fresh = due.filter(({ id }) => !this.#lanes.has(id) && !isUnderWay(id));
    // Requests that wait get their turn meanwhile.
    await nextTurn();
    for (const [i, { id }] of fresh.entries()) {
      if (i % PAGE === PAGE - 1) await nextTurn();
      if (this.#isStopped) return;
      const name = await store.hostnames.nameOf(id);
      if (name !== undefined) this.#lanes.add(zoneKeyOf(challengeDomain(name)), id);
    }
  }

  #isPaused(nowMs: number): boolean {
    const pauseMs = this.#pausedUntilMs - nowMs;
    return pauseMs > 0 && pauseMs < DAY_MS;
  }

  #fill(): void {
    const { clock, hasRoom } = this.#parts;
    while (this.#begun.size < MOST_BEGUN && !this.#isStopped && !this.#isPaused(clock())) {
      const next = this.#lanes.take(hasRoom);
      if (next === undefined) return;
      const looking = this.#lookQuietly(next).finally(() => {
        this.#begun.delete(looking);
        this.#fill();
      });
      this.#begun.add(looking);
    }
  }

  async #lookQuietly({
    key,
    id,
  }: {
    readonly key: string;
    readonly id: HostnameId;
  }): Promise<void> {
    const { look, clock, log } = this.#parts;
    try {
      await look(key, id);
    } catch (err) {
      this.#pausedUntilMs = clock() + PAUSE_AFTER_FAULT_MS;
      // The storage has its own messages.
      if (!(err instanceof StoreError))
        log.error({ err }, `host name ${id} could not be looked at`);
    }
    // Many that are put off come to nothing at once: requests that wait get their turn in between.
    await nextTurn();
  }
}
