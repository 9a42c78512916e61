import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { SERVER } from "../audit/audit-entry.ts";
import type { Report } from "../check/report.ts";
import { challengeDomain, type HostnameId, type HostnamePolicy } from "../hostname/hostname.ts";
import { type Circumstances, type Judgement, judgeCheck, judgeUse } from "../hostname/judge.ts";
import { SHORTEST_PAUSE_MS } from "../hostname/schedule.ts";
import type { KeyedQueue } from "../limit/keyed-queue.ts";
import type { HostnameRecord } from "../store/hostnames.ts";
import { type Store, StoreError } from "../store/store.ts";
import { ActError } from "./act-error.ts";
import { disableDelegate, type ZonePublisher } from "./delegates.ts";
import { ServedNotes, type ServedValue } from "./served-notes.ts";

/** What a check is asked about one host name. */
export interface HostnameCheck {
  readonly domain: string;
  readonly isWildcard: boolean;
  /** Full name of the delegate. */
  readonly delegate: string;
  /** Undefined: those of the configuration. */
  readonly edgeTargets: readonly string[] | undefined;
}

/** Where values are served from, and when they were asked for. */
export interface ServedValues extends ZonePublisher, ServedValue {}

export interface HostnameWatchParts {
  readonly store: Store;
  readonly publishers: ReadonlyMap<string, ServedValues>;
  readonly check: (request: HostnameCheck) => Promise<Report | undefined>;
  readonly policy: () => HostnamePolicy;
  /** All checks of this server, one at a time for each zone. */
  readonly queue: KeyedQueue;
  /** Names that share it are in one zone, as far as can be told without asking. */
  readonly zoneKeyOf: (domain: string) => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly randomOctets: (count: number) => Buffer;
  readonly newUuid: () => string;
  readonly log: { error(fields: object, message: string): void };
}

/** What a look came to. */
export type Looked =
  | {
      readonly kind: "looked";
      readonly record: HostnameRecord;
      readonly report: Report | undefined;
    }
  /** It was looked at a moment ago. */
  | { readonly kind: "too_soon"; readonly waitMs: number }
  /** There are too many looks to be made. */
  | { readonly kind: "busy" }
  | { readonly kind: "gone" };

const MOST_WAITING = 1000;
const PAGE = 200;
/** What is about to be written may be, when the server stops. */
const STOP_MS = 500;
/** A CA asks right after an update: our own questions would look like its. */
const AFTER_UPDATE_MS = 60_000;
/** When nothing can be written, what is found out is lost: it is not found out again and again. */
const PAUSE_AFTER_FAULT_MS = 60_000;

/**
 * Looks after host names: checks what is due, takes notice of what updates and queries have changed, and
 * does what policy.offboard_action says. When each is due is in the store, so that a restart forgets nothing.
 */
export class HostnameWatch {
  readonly #parts: HostnameWatchParts;
  readonly #queue: KeyedQueue;
  readonly #served = new ServedNotes();
  readonly #underWay = new Map<HostnameId, Promise<Looked>>();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(parts: HostnameWatchParts) {
    this.#parts = parts;
    this.#queue = parts.queue;
  }

  /** Looks that are to be made. */
  get length(): number {
    return this.#queue.length;
  }

  /** Looks at what is due, until nothing is any more that was not looked at just now. */
  async run(): Promise<void> {
    const { store, clock } = this.#parts;
    const seen = new Set<HostnameId>();
    for (;;) {
      const nowMs = clock();
      const isPaused = nowMs < this.#pausedUntilMs && this.#pausedUntilMs - nowMs < DAY_MS;
      if (this.#isStopped || isPaused) return;
      const due = (await store.hostnames.due(nowMs, PAGE)).filter(({ id }) => !seen.has(id));
      for (const { id } of due) seen.add(id);
      const now = due.filter(
        ({ delegate }) => !isWithin(delegate.lastUpdateMs, AFTER_UPDATE_MS, nowMs),
      );
      if (due.length === 0) return;
      await Promise.all(now.map((record) => this.#lookQuietly(record)));
    }
  }

  /** What updates and queries have changed since the last time. */
  async review(): Promise<void> {
    const { store, clock } = this.#parts;
    for (let after = 0; ; ) {
      const page = await store.hostnames.updatedSince(after, PAGE);
      for (const record of page) {
        await this.#noteServed(record);
        const fresh = await store.hostnames.find(record.id);
        if (fresh === undefined) continue;
        const judge = (each: HostnameRecord): Judgement =>
          judgeUse(each, this.#circumstances(each));
        if (judge(fresh).state === fresh.state) continue;
        await store.hostnames.judge({ id: record.id, judge, timeMs: clock(), origin: SERVER });
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
      // Requests that wait get their turn between two pages.
      await nextTurn();
    }
  }

  /** Looks at one now, unless that was done less than ten seconds ago. */
  async look(id: HostnameId): Promise<Looked> {
    const record = await this.#parts.store.hostnames.find(id);
    if (record === undefined) return { kind: "gone" };
    const before = this.#underWay.get(id);
    if (before !== undefined) return before;
    const sinceMs = this.#parts.clock() - (record.checkedMs ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= 0 && sinceMs < SHORTEST_PAUSE_MS) {
      return { kind: "too_soon", waitMs: SHORTEST_PAUSE_MS - sinceMs };
    }
    return this.#look(record);
  }

  /** No look begins any more, and what those under way come to is nobody's business: they may take 20 seconds. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const settled = Promise.allSettled(this.#underWay.values());
    await Promise.race([settled, delay(STOP_MS, undefined, { ref: false })]);
  }

  async #lookQuietly(record: HostnameRecord): Promise<void> {
    try {
      await this.#look(record);
    } catch (error) {
      this.#pausedUntilMs = this.#parts.clock() + PAUSE_AFTER_FAULT_MS;
      // The storage has its own messages.
      if (!(error instanceof StoreError)) {
        this.#parts.log.error({ err: error }, `${record.name} could not be looked at`);
      }
    }
  }

  #look(record: HostnameRecord): Promise<Looked> {
    const { id, name } = record;
    const before = this.#underWay.get(id);
    if (before !== undefined) return before;
    if (this.#queue.length >= MOST_WAITING) return Promise.resolve({ kind: "busy" });
    const key = this.#parts.zoneKeyOf(challengeDomain(name));
    const looking = this.#queue
      .run(key, () => this.#lookNow(id))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, looking);
    return looking;
  }

  async #lookNow(id: HostnameId): Promise<Looked> {
    const { store, clock, check, publishers } = this.#parts;
    const record = await store.hostnames.find(id);
    if (record === undefined || this.#isStopped) return { kind: "gone" };
    await this.#noteServed(record);
    const { name, zone, subdomain } = record;
    const report = await this.#served.whileChecked(publishers.get(zone), record, () =>
      check({
        domain: challengeDomain(name),
        isWildcard: name.startsWith("*."),
        delegate: `${subdomain}.${zone}`,
        edgeTargets: record.edgeTargets.length === 0 ? undefined : record.edgeTargets,
      }),
    );
    if (this.#isStopped) return { kind: "gone" };
    const judged = await store.hostnames.judge({
      id,
      timeMs: clock(),
      origin: SERVER,
      checked: { report },
      judge: (each) => judgeCheck(each, report, this.#circumstances(each)),
    });
    if (judged === "gone") return { kind: "gone" };
    if (!this.#isStopped) await this.#act(judged);
    return { kind: "looked", record: judged, report };
  }

  async #noteServed({ zone, subdomain, delegateId, delegate }: HostnameRecord): Promise<void> {
    if (delegate.servedMs !== undefined) return;
    const values = this.#parts.publishers.get(zone);
    const servedMs = this.#served.byOthers(values, zone, subdomain);
    if (servedMs !== undefined) await this.#parts.store.hostnames.noteServed(delegateId, servedMs);
  }

  /** policy.offboard_action. A delegate that others need is not locked for one that has left. */
  async #act({ name, state, delegateId }: HostnameRecord): Promise<void> {
    const isAway = state === "offboarding" || state === "never_pointed";
    if (!isAway || this.#parts.policy().offboardAction !== "lock") return;
    const all = await this.#parts.store.hostnames.list({ delegateId, after: 0, most: PAGE });
    const others = all.filter((each) => !["offboarding", "never_pointed"].includes(each.state));
    if (others.length > 0) return;
    try {
      await disableDelegate({ ...this.#parts, origin: SERVER }, delegateId, `${name} is ${state}`);
    } catch (error) {
      // Another of its host names came to the same at the same moment, or somebody else did.
      if (!(error instanceof ActError)) throw error;
    }
  }

  #circumstances({ delegate }: HostnameRecord): Circumstances {
    return { delegate, policy: this.#parts.policy(), nowMs: this.#parts.clock() };
  }
}

/** A clock that was set back must not stop it for ever. */
const DAY_MS = 86_400_000;

function isWithin(timeMs: number | undefined, spanMs: number, nowMs: number): boolean {
  return timeMs !== undefined && nowMs >= timeMs && nowMs - timeMs < spanMs;
}
