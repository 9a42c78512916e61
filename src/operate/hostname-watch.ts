import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { SERVER } from "../audit/audit-entry.ts";
import type { Report } from "../check/report.ts";
import {
  challengeDomain,
  edgeTargetsOf,
  type HostnameId,
  type HostnamePolicy,
} from "../hostname/hostname.ts";
import {
  type Circumstances,
  hasLeft,
  type Judgement,
  judgeCheck,
  judgeUse,
} from "../hostname/judge.ts";
import { longestPauseMs, SHORTEST_PAUSE_MS } from "../hostname/schedule.ts";
import type { KeyedQueue } from "../limit/keyed-queue.ts";
import type { HostnameRecord } from "../store/hostnames.ts";
import type { Store } from "../store/store.ts";
import { ActError } from "./act-error.ts";
import { disableDelegate, type ZonePublisher } from "./delegates.ts";
import { DueLooks } from "./due-looks.ts";
import {
  AFTER_UPDATE_MS,
  type ServedCheck,
  ServedNotes,
  type ServedValue,
} from "./served-notes.ts";
import { type UnnoticedRequest, unnoticed } from "./unnoticed.ts";

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
/** A delegate that is updated all the time is looked at all the same. */
const MOST_PUT_OFF_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** Looks after host names: checks them, takes notice of updates and queries, does what policy.offboard_action says. */
export class HostnameWatch {
  readonly #parts: HostnameWatchParts;
  readonly #queue: KeyedQueue;
  readonly #served: ServedNotes;
  readonly #underWay = new Map<HostnameId, Promise<Looked>>();
  readonly #due: DueLooks;
  /** Due ones whose delegates were updated just now: since when they wait for that, and when they were due. */
  readonly #putOff = new Map<HostnameId, { readonly sinceMs: number; readonly dueMs: number }>();
  #isStopped = false;
  /** Nothing is read or written any more. */
  #isOver = false;

  constructor(parts: HostnameWatchParts) {
    this.#parts = parts;
    this.#queue = parts.queue;
    this.#served = new ServedNotes(parts.clock, parts.store.hostnames);
    this.#due = new DueLooks({
      ...parts,
      hasRoom: (key) => this.#queue.hasRoom(key),
      isUnderWay: (id) => this.#underWay.has(id),
      look: async (key, id) => {
        await this.#inTurn(key, id, () => this.#lookIfDue(id));
      },
    });
  }

  /** Looks that are to be made or under way, and other checks. */
  get length(): number {
    return this.#queue.length + this.#due.length;
  }

  /** Begins to look at what is due. */
  begin(): Promise<void> {
    return this.#due.begin();
  }

  /** As `begin`, and waits until all of it was looked at. */
  run(): Promise<void> {
    return this.#due.run();
  }

  /** Does work that asks for what a domain's delegates publish, as a check does, so that it counts for nobody. */
  unnoticed<T>(request: UnnoticedRequest, work: () => Promise<T>): Promise<T> {
    return unnoticed({ ...this.#parts, served: this.#served }, request, work);
  }

  /** What updates and queries have changed since the last time. */
  async review(): Promise<void> {
    const { store, clock } = this.#parts;
    for (const [id, { sinceMs }] of this.#putOff) {
      // Nobody else would, of those that were deleted meanwhile.
      if (!isWithin(sinceMs, DAY_MS, clock())) this.#putOff.delete(id);
    }
    for (let after = 0; !this.#isOver; ) {
      const query = { after, most: PAGE, nowMs: clock() };
      const { rows, lookedTo } = await store.hostnames.updatedSince(query);
      for (const record of rows) {
        if (this.#isOver) return;
        await this.#reviewUse(record);
      }
      const next = rows.length < PAGE ? lookedTo : rows.at(-1)?.id;
      if (next === undefined) return;
      after = next;
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
    const waitMs = this.#waitMs(record);
    if (waitMs > 0) return { kind: "too_soon", waitMs };
    if (this.#queue.length >= MOST_WAITING) return { kind: "busy" };
    const key = this.#parts.zoneKeyOf(challengeDomain(record.name));
    return this.#inTurn(key, id, () => this.#lookNow(id, "asked-for"));
  }

  /** No look begins any more, and what those under way come to is nobody's business: they may take 20 seconds. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#due.stop();
    // Who has asked for values is in memory alone.
    const settled = async (): Promise<void> => {
      await Promise.allSettled([this.review()]);
      await Promise.allSettled(this.#underWay.values());
      await Promise.allSettled([this.review()]);
    };
    await Promise.race([settled(), delay(STOP_MS, undefined, { ref: false })]);
    this.#isOver = true;
  }

  #inTurn(key: string, id: HostnameId, look: () => Promise<Looked>): Promise<Looked> {
    const before = this.#underWay.get(id);
    if (before !== undefined) return before;
    const looking = this.#queue.run(key, look).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, looking);
    return looking;
  }

  /** Much may have happened since it was found to be due. What is put off is due again the next time. */
  async #lookIfDue(id: HostnameId): Promise<Looked> {
    const { store, clock, policy } = this.#parts;
    const record = this.#isStopped ? undefined : await store.hostnames.find(id);
    const before = this.#putOff.get(id);
    this.#putOff.delete(id);
    if (record === undefined) return { kind: "gone" };
    const nowMs = clock();
    const { nextCheckMs = Number.NaN, delegate } = record;
    const isDue = nextCheckMs <= nowMs || nextCheckMs > nowMs + longestPauseMs(policy());
    const waitMs = this.#waitMs(record);
    if (!isDue || waitMs > 0) return { kind: "too_soon", waitMs };
    const isUpdated = isWithin(delegate.lastUpdateMs, AFTER_UPDATE_MS, nowMs);
    const sinceMs = before?.dueMs === nextCheckMs ? before.sinceMs : nowMs;
    if (isUpdated && isWithin(sinceMs, MOST_PUT_OFF_MS, nowMs)) {
      this.#putOff.set(id, { sinceMs, dueMs: nextCheckMs });
      return { kind: "too_soon", waitMs };
    }
    return this.#lookNow(id, "by-clock");
  }

  /** Until it may be looked at again. */
  #waitMs({ checkedMs = Number.NEGATIVE_INFINITY }: HostnameRecord): number {
    const sinceMs = this.#parts.clock() - checkedMs;
    return sinceMs >= 0 ? Math.max(SHORTEST_PAUSE_MS - sinceMs, 0) : 0;
  }

  async #lookNow(id: HostnameId, why: ServedCheck["why"]): Promise<Looked> {
    const { store, clock, check, publishers } = this.#parts;
    const record = this.#isStopped ? undefined : await store.hostnames.find(id);
    if (record === undefined) return { kind: "gone" };
    await this.#noteServed(record);
    const { name, zone, subdomain } = record;
    const edgeTargets = edgeTargetsOf(record, this.#parts.policy());
    const values = publishers.get(zone);
    const report = await this.#served.whileChecked({ ...record, values, why }, () =>
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
      judge: (each) => this.#judge(each, edgeTargets, report),
    });
    if (judged === "gone") return { kind: "gone" };
    if (!this.#isStopped) await this.#act(judged);
    return { kind: "looked", record: judged, report };
  }

  /** What was found out about other targets than it has by now says nothing about its traffic. */
  #judge(now: HostnameRecord, edgeTargets: string, report: Report | undefined): Judgement {
    const circumstances = this.#circumstances(now);
    if (edgeTargetsOf(now, circumstances.policy) === edgeTargets) {
      return judgeCheck(now, report, circumstances);
    }
    const steps = report?.steps.filter(({ id }) => id !== "traffic") ?? [];
    const judgement = judgeCheck(now, report && { ...report, steps }, circumstances);
    const nextCheckMs = judgement.nextCheckMs && circumstances.nowMs + SHORTEST_PAUSE_MS;
    return { ...judgement, nextCheckMs };
  }

  async #reviewUse(record: HostnameRecord): Promise<void> {
    const { store, clock } = this.#parts;
    await this.#noteServed(record);
    const fresh = await store.hostnames.find(record.id);
    if (fresh === undefined) return;
    const judge = (each: HostnameRecord): Judgement => judgeUse(each, this.#circumstances(each));
    if (judge(fresh).state === fresh.state) return;
    await store.hostnames.judge({ id: record.id, judge, timeMs: clock(), origin: SERVER });
  }

  /** When others asked last, unless they have asked since the host name was made. */
  async #noteServed({ createdMs, zone, ...record }: HostnameRecord): Promise<void> {
    const { delegateId, subdomain, delegate } = record;
    if (delegate.servedMs !== undefined && delegate.servedMs >= createdMs) return;
    const values = this.#parts.publishers.get(zone);
    const servedMs = this.#served.byOthers(values, zone, subdomain);
    if (servedMs === undefined || servedMs <= (delegate.servedMs ?? 0)) return;
    await this.#parts.store.hostnames.noteServed(delegateId, servedMs);
  }

  /** policy.offboard_action. A delegate that others need is not locked for one that has left. */
  async #act(record: HostnameRecord): Promise<void> {
    const { id, name, state, delegateId } = record;
    const isAway = (each: HostnameRecord): boolean => hasLeft(each, this.#circumstances(each));
    if (!isAway(record) || this.#parts.policy().offboardAction !== "lock") return;
    const ofHostnames = (all: readonly HostnameRecord[]): boolean =>
      all.some((each) => each.id === id) && all.every(isAway);
    const expected = { detail: `${name} is ${state}`, ofHostnames };
    try {
      await disableDelegate({ ...this.#parts, origin: SERVER }, delegateId, expected);
    } catch (error) {
      // Another of its host names came to the same at the same moment, or somebody else did.
      if (!(error instanceof ActError)) throw error;
    }
  }

  #circumstances({ delegate }: HostnameRecord): Circumstances {
    return { delegate, policy: this.#parts.policy(), nowMs: this.#parts.clock() };
  }
}

function isWithin(timeMs: number | undefined, spanMs: number, nowMs: number): boolean {
  return timeMs !== undefined && nowMs >= timeMs && nowMs - timeMs < spanMs;
}
