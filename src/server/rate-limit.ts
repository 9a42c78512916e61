import { isLoopback } from "./requestor.ts";

/**
 * Response rate limiting (RRL): a server that answers whoever asks can be made to send its responses
 * to somebody else, by forging the source. So each network gets so many responses of a kind in a
 * second over UDP, and the rest are cut short: with TC, upon which a real resolver asks again by TCP,
 * which cannot be forged.
 *
 * Nobody may use this to keep a resolver from its answers by asking in its name. Whatever exists is
 * never met with silence; only what has no answer (NXDOMAIN, errors) is dropped every other time.
 */

/** What a response is worth to somebody who reflects it, and to somebody who needs it. */
export type ResponseKind = "data" | "nodata" | "nxdomain" | "error";

/** `drop` is silence, `truncate` a response without records and with TC. */
export type Decision = "send" | "truncate" | "drop";

export type DecisionCounts = Readonly<Record<ResponseKind, Readonly<Record<Decision, number>>>>;

/**
 * How many times `perSecond` a network gets of each kind. Resolvers live on data. NODATA they get a
 * lot when a certificate has a hundred names: CAA at each of them, and A where they minimise.
 */
const FACTOR: Readonly<Record<ResponseKind, number>> = {
  data: 100,
  nodata: 5,
  nxdomain: 1,
  error: 1,
};
/** A network may use a second's worth at once. */
const BURST_MS = 1000;

/** Networks and kinds remembered at once. Forging more of them than that only makes each forget the others. */
const SETS = 16_384;
const WAYS = 4;
const SLOTS = SETS * WAYS;

const KIND_NUMBER: Readonly<Record<ResponseKind, number>> = {
  data: 0,
  nodata: 1,
  nxdomain: 2,
  error: 3,
};
const DECISION_NUMBER: Readonly<Record<Decision, number>> = { send: 0, truncate: 1, drop: 2 };
const DECISIONS = 3;
const COUNTERS = 4 * DECISIONS;

/** Octets of a slot: two halves of a network, a time, and a slip. */
const SLOT_OCTETS = 4 + 4 + 8 + 1;

/** The memory that the threads of one server share, so that a limit holds for all of them together. */
export type RateLimitMemory = SharedArrayBuffer;

/** For so many threads, each of which counts for itself. */
export function createRateLimitMemory(threads: number): RateLimitMemory {
  return new SharedArrayBuffer(SLOTS * SLOT_OCTETS + threads * COUNTERS * 8);
}

export interface RateLimitOptions {
  /** Responses a second to one network, before FACTOR; 1 or more. */
  readonly perSecond: number;
  /** Whether responses to this machine itself are limited too. */
  readonly coversLoopback: boolean;
  /** Random, so that nobody outside knows which networks share a set. */
  readonly seed: number;
  readonly memory: RateLimitMemory;
  /** The number of the thread, from 0. */
  readonly thread: number;
}

/**
 * A token bucket for each network (an IPv4 /24 or an IPv6 /56) and kind of response, in a table of
 * fixed size. A bucket is one number: the time at which it will be full again (the "theoretical
 * arrival time" of the generic cell rate algorithm).
 *
 * Several threads use one table without locks. Where two decide for the same network at the same
 * moment, it gets a response more than its due, which nobody minds.
 */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #coversLoopback: boolean;
  readonly #seed: number;
  readonly #fullAtMs: Float64Array;
  readonly #counts: Float64Array;
  readonly #firstCount: number;
  readonly #networkHigh: Uint32Array;
  readonly #networkLow: Uint32Array;
  readonly #slips: Uint8Array;

  constructor({ perSecond, coversLoopback, seed, memory, thread }: RateLimitOptions) {
    this.#intervalMs = 1000 / perSecond;
    this.#coversLoopback = coversLoopback;
    this.#seed = seed;
    const countersAt = SLOTS * 8;
    const networksAt = memory.byteLength - SLOTS * (SLOT_OCTETS - 8);
    this.#fullAtMs = new Float64Array(memory, 0, SLOTS);
    this.#counts = new Float64Array(memory, countersAt, (networksAt - countersAt) / 8);
    this.#firstCount = thread * COUNTERS;
    this.#networkHigh = new Uint32Array(memory, networksAt, SLOTS);
    this.#networkLow = new Uint32Array(memory, networksAt + SLOTS * 4, SLOTS);
    this.#slips = new Uint8Array(memory, networksAt + SLOTS * 8, SLOTS);
  }

  /** How often each decision was taken since the start, by all threads. */
  get counts(): DecisionCounts {
    return {
      data: this.#countsOf("data"),
      nodata: this.#countsOf("nodata"),
      nxdomain: this.#countsOf("nxdomain"),
      error: this.#countsOf("error"),
    };
  }

  #countsOf(kind: ResponseKind): Record<Decision, number> {
    const counts = { send: 0, truncate: 0, drop: 0 };
    for (let first = 0; first < this.#counts.length; first += COUNTERS) {
      const at = first + KIND_NUMBER[kind] * DECISIONS;
      counts.send += this.#counts[at + DECISION_NUMBER.send] ?? 0;
      counts.truncate += this.#counts[at + DECISION_NUMBER.truncate] ?? 0;
      counts.drop += this.#counts[at + DECISION_NUMBER.drop] ?? 0;
    }
    return counts;
  }

  /** @param address 4 or 16 octets. */
  decide(address: Uint8Array, kind: ResponseKind, nowMs: number): Decision {
    const isExempt = !this.#coversLoopback && isLoopback(address);
    const decision = isExempt ? "send" : this.#decideFor(address, kind, nowMs);
    const counter = this.#firstCount + KIND_NUMBER[kind] * DECISIONS + DECISION_NUMBER[decision];
    this.#counts[counter] = (this.#counts[counter] ?? 0) + 1;
    return decision;
  }

  #decideFor(address: Uint8Array, kind: ResponseKind, nowMs: number): Decision {
    const slot = this.#slotOf(address, KIND_NUMBER[kind], nowMs);
    return this.#takeToken(slot, kind, nowMs) ? "send" : this.#shorten(slot, kind);
  }

  #takeToken(slot: number, kind: ResponseKind, nowMs: number): boolean {
    const intervalMs = this.#intervalMs / FACTOR[kind];
    const fullAtMs = this.#fullAtMs[slot] ?? 0;
    // A clock that was set back leaves times that no bucket can have; those buckets are full.
    const isPossible = fullAtMs - nowMs <= BURST_MS;
    const nextFullAtMs = (isPossible ? Math.max(fullAtMs, nowMs) : nowMs) + intervalMs;
    if (nextFullAtMs - nowMs > Math.max(BURST_MS, intervalMs)) return false;
    this.#fullAtMs[slot] = nextFullAtMs;
    return true;
  }

  /** Slip 2: every other response without an answer is dropped, for each network by itself. */
  #shorten(slot: number, kind: ResponseKind): Decision {
    if (kind === "data" || kind === "nodata") return "truncate";
    const slips = (this.#slips[slot] ?? 0) ^ 1;
    this.#slips[slot] = slips;
    return slips === 1 ? "truncate" : "drop";
  }

  /** The slot of this network and kind: its own, else the one in its set that has been full for longest. */
  #slotOf(address: Uint8Array, kind: number, nowMs: number): number {
    const high = networkHigh(address, kind);
    const low = networkLow(address);
    const first = (mix(high ^ this.#seed, low) % SETS) * WAYS;
    let oldest = first;
    for (let slot = first; slot < first + WAYS; slot++) {
      if (this.#networkHigh[slot] === high && this.#networkLow[slot] === low) return slot;
      if ((this.#fullAtMs[slot] ?? 0) < (this.#fullAtMs[oldest] ?? 0)) oldest = slot;
    }
    this.#networkHigh[oldest] = high;
    this.#networkLow[oldest] = low;
    this.#fullAtMs[oldest] = nowMs;
    this.#slips[oldest] = 0;
    return oldest;
  }
}

/** A function that tells what was truncated and dropped since it was called last, or undefined if nothing was. */
export function limitedSinceLastTime(
  rateLimit: RateLimit,
): () => { readonly truncated: number; readonly dropped: number } | undefined {
  let truncatedBefore = 0;
  let droppedBefore = 0;
  return () => {
    const all = Object.values(rateLimit.counts);
    const truncatedNow = all.reduce((sum, { truncate }) => sum + truncate, 0);
    const droppedNow = all.reduce((sum, { drop }) => sum + drop, 0);
    const truncated = truncatedNow - truncatedBefore;
    const dropped = droppedNow - droppedBefore;
    truncatedBefore = truncatedNow;
    droppedBefore = droppedNow;
    return truncated + dropped === 0 ? undefined : { truncated, dropped };
  };
}

const IPV4_OCTETS = 4;
/** Above the 24 bits of the network: kind (2 bits), family, and one that no empty slot has. */
const KIND_SHIFT = 24;
const IPV6_BIT = 1 << 26;
const USED_BIT = 1 << 27;

function networkHigh(address: Uint8Array, kind: number): number {
  const [a = 0, b = 0, c = 0] = address;
  const family = address.length === IPV4_OCTETS ? 0 : IPV6_BIT;
  return USED_BIT | family | (kind << KIND_SHIFT) | (a << 16) | (b << 8) | c;
}

/** The rest of an IPv6 /56; an IPv4 /24 has none. */
function networkLow(address: Uint8Array): number {
  if (address.length === IPV4_OCTETS) return 0;
  const [, , , d = 0, e = 0, f = 0, g = 0] = address;
  return ((d << 24) | (e << 16) | (f << 8) | g) >>> 0;
}

/** Spreads 64 bits over 32: the finalizer of MurmurHash3, which is public domain. */
function mix(high: number, low: number): number {
  let hash = Math.imul(high ^ Math.imul(low, 0x9e37_79b1), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
