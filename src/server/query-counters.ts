import { Rcode, RRtype } from "../dns/iana.ts";
import type { Transport } from "./requestor.ts";

/**
 * What the threads of DNS have answered, in memory that they share: each counts in a part of its own, and the
 * one that started them adds up. Counters of 64 bits are read and written whole.
 */

const TRANSPORTS: readonly Transport[] = ["udp", "tcp"];

/** Every other QTYPE is "other": what is counted is a closed list. */
const QTYPES: readonly (readonly [string, number])[] = [
  ["A", RRtype.A],
  ["AAAA", RRtype.AAAA],
  ["ANY", RRtype.ANY],
  ["CAA", RRtype.CAA],
  ["CNAME", RRtype.CNAME],
  ["DNSKEY", 48],
  ["DS", RRtype.DS],
  ["HTTPS", RRtype.HTTPS],
  ["MX", RRtype.MX],
  ["NS", RRtype.NS],
  ["PTR", RRtype.PTR],
  ["SOA", RRtype.SOA],
  ["SRV", RRtype.SRV],
  ["SVCB", RRtype.SVCB],
  ["TXT", RRtype.TXT],
];
const RCODES: readonly (readonly [string, number])[] = Object.entries(Rcode);

/** Why a message got no answer. */
const DROP_REASONS = ["not_a_query", "rate_limit"] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Upper bounds in seconds. */
const BUCKETS: readonly number[] = [
  0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1,
];

const OTHER_QTYPE = QTYPES.length;
const OTHER_RCODE = RCODES.length;
const QTYPE_COUNT = QTYPES.length + 1;
const RCODE_COUNT = RCODES.length + 1;

const DROPPED_AT = TRANSPORTS.length * QTYPE_COUNT * RCODE_COUNT;
const TXT_SERVED_AT = DROPPED_AT + DROP_REASONS.length;
const BUCKETS_AT = TXT_SERVED_AT + 1;
const SUM_AT = BUCKETS_AT + BUCKETS.length + 1;
/** Whole cache lines, so that no two threads write into one. */
const THREAD_WORDS = Math.ceil((SUM_AT + 1) / 8) * 8;

const qtypeNumbers = new Map(QTYPES.map(([, qtype], i) => [qtype, i]));
const rcodeNumbers = new Map(RCODES.map(([, rcode], i) => [rcode, i]));

export interface QueryTotals {
  readonly queries: readonly {
    readonly transport: Transport;
    readonly qtype: string;
    readonly rcode: string;
    readonly count: number;
  }[];
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly txtServed: number;
  readonly duration: DurationTotals;
}

/** A histogram. Each bucket counts what is in it alone; the last one is everything above the bounds. */
export interface DurationTotals {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

export class QueryCounters {
  readonly memory: SharedArrayBuffer;
  readonly #words: Float64Array;
  readonly #first: number;

  /** `thread`: whose part is counted in, from 0. */
  constructor(memory: SharedArrayBuffer, thread: number) {
    this.memory = memory;
    this.#words = new Float64Array(memory);
    this.#first = thread * THREAD_WORDS;
  }

  static for(threads: number): QueryCounters {
    return new QueryCounters(new SharedArrayBuffer(threads * THREAD_WORDS * 8), 0);
  }

  /** A response that was sent. */
  answered(transport: Transport, qtype: number | undefined, rcode: number, hasData: boolean): void {
    const type = (qtype === undefined ? undefined : qtypeNumbers.get(qtype)) ?? OTHER_QTYPE;
    const code = rcodeNumbers.get(rcode) ?? OTHER_RCODE;
    const row = (transport === "tcp" ? QTYPE_COUNT : 0) + type;
    this.#add(row * RCODE_COUNT + code, 1);
    if (hasData && qtype === RRtype.TXT) this.#add(TXT_SERVED_AT, 1);
  }

  dropped(reason: DropReason): void {
    this.#add(DROPPED_AT + DROP_REASONS.indexOf(reason), 1);
  }

  /** Messages that were answered together, and how long the last of them waited. */
  turn(messages: number, seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? 0)) bucket++;
    this.#add(BUCKETS_AT + bucket, messages);
    this.#add(SUM_AT, messages * seconds);
  }

  /** Of all threads since the start, those that have died among them. */
  totals(): QueryTotals {
    const at = (place: number): number => {
      let total = 0;
      for (let first = 0; first < this.#words.length; first += THREAD_WORDS) {
        total += this.#words[first + place] ?? 0;
      }
      return total;
    };
    const queries = TRANSPORTS.flatMap((transport, t) =>
      namesWithOther(QTYPES).flatMap((qtype, q) =>
        namesWithOther(RCODES).map((rcode, r) => {
          return { transport, qtype, rcode, count: at((t * QTYPE_COUNT + q) * RCODE_COUNT + r) };
        }),
      ),
    );
    return {
      queries,
      dropped: { not_a_query: at(DROPPED_AT), rate_limit: at(DROPPED_AT + 1) },
      txtServed: at(TXT_SERVED_AT),
      duration: {
        bounds: BUCKETS,
        counts: [...BUCKETS, 0].map((_, i) => at(BUCKETS_AT + i)),
        sumSeconds: at(SUM_AT),
      },
    };
  }

  #add(place: number, amount: number): void {
    const at = this.#first + place;
    this.#words[at] = (this.#words[at] ?? 0) + amount;
  }
}

function namesWithOther(rows: readonly (readonly [string, number])[]): string[] {
  return [...rows.map(([name]) => name), "other"];
}
