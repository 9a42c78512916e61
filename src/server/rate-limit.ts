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

export interface RateLimitOptions {
  /** Responses a second to one network, before FACTOR; 1 or more. */
  readonly perSecond: number;
  /** Whether responses to this machine itself are limited too. */
  readonly coversLoopback: boolean;
  /** Random, so that nobody outside knows which networks share a set. */
  readonly seed: number;
}

/**
 * A token bucket for each network (an IPv4 /24 or an IPv6 /56) and kind of response, in a table of
 * fixed size. A bucket is one number: the time at which it will be full again (the "theoretical
 * arrival time" of the generic cell rate algorithm).
 */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #coversLoopback: boolean;
  readonly #seed: number;
  readonly #networkHigh = new Uint32Array(SLOTS);
  readonly #networkLow = new Uint32Array(SLOTS);
  readonly #fullAtMs = new Float64Array(SLOTS);
  readonly #slips = new Uint8Array(SLOTS);
  readonly #counts = {
    data: { send: 0, truncate: 0, drop: 0 },
    nodata: { send: 0, truncate: 0, drop: 0 },
    nxdomain: { send: 0, truncate: 0, drop: 0 },
    error: { send: 0, truncate: 0, drop: 0 },
  };

  constructor({ perSecond, coversLoopback, seed }: RateLimitOptions) {
    this.#intervalMs = 1000 / perSecond;
    this.#coversLoopback = coversLoopback;
    this.#seed = seed;
  }

  /** How often each decision was taken since the start. */
  get counts(): DecisionCounts {
    return this.#counts;
  }

  /** @param address 4 or 16 octets. */
  decide(address: Uint8Array, kind: ResponseKind, nowMs: number): Decision {
    const isExempt = !this.#coversLoopback && isLoopback(address);
    const decision = isExempt ? "send" : this.#decideFor(address, kind, nowMs);
    this.#counts[kind][decision]++;
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
