import { RRtype } from "../dns/iana.ts";
import type { QueryCounters } from "./query-counters.ts";
import type { Requestor } from "./requestor.ts";
import type { Responder } from "./responder.ts";

const HEADER_OCTETS = 12;
const MILLISECOND = 0.001;
/** One turn in so many is timed: reading a clock can cost a tenth of an answer. */
const TIMED_TURNS = 16;

/** A response and whose it is, where they lie. */
export interface Sample {
  readonly requestor: Requestor;
  readonly response: Uint8Array;
}

export interface CountedResponderParts {
  readonly responder: Responder;
  readonly counters: QueryCounters;
  /** A clock that only rises, milliseconds. */
  readonly elapsedMs: () => number;
  /** One response in so many is shown to `onSample`; 0: none. */
  readonly sampleEvery: number;
  readonly onSample: (sample: Sample) => void;
}

/**
 * Counts what another responder answers, by a look at each response: RCODE and QTYPE are where RFC 1035
 * sections 4.1.1 and 4.1.2 say. The time of a message is that of its turn, of which some are timed.
 */
export class CountedResponder implements Responder {
  readonly #parts: CountedResponderParts;
  #begunMs = 0;
  #turns = 0;
  #isTimed = false;
  #messages = 0;
  #sinceSample = 0;

  constructor(parts: CountedResponderParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#messages = 0;
    this.#isTimed = this.#turns === 0;
    this.#turns = (this.#turns + 1) % TIMED_TURNS;
    if (this.#isTimed) this.#begunMs = this.#parts.elapsedMs();
    this.#parts.responder.begin();
  }

  answer(
    input: Uint8Array,
    start: number,
    end: number,
    requestor: Requestor,
    output: Uint8Array,
    at: number,
  ): number {
    const isQuery = end - start >= HEADER_OCTETS && ((input[start + 2] ?? 0) & 0x80) === 0;
    const length = this.#parts.responder.answer(input, start, end, requestor, output, at);
    if (length === 0) this.#parts.counters.dropped(isQuery ? "rate_limit" : "not_a_query");
    else this.#count(requestor, output, at, length);
    return length;
  }

  end(): void {
    const { responder, counters, elapsedMs } = this.#parts;
    responder.end();
    if (!this.#isTimed || this.#messages === 0) return;
    counters.turn(this.#messages, (elapsedMs() - this.#begunMs) * MILLISECOND);
  }

  #count(requestor: Requestor, output: Uint8Array, at: number, length: number): void {
    this.#messages++;
    const hasQuestion = (output[at + 5] ?? 0) !== 0;
    const end = hasQuestion ? nameEnd(output, at + HEADER_OCTETS) : at + HEADER_OCTETS;
    const qtype = hasQuestion ? ((output[end] ?? 0) << 8) | (output[end + 1] ?? 0) : undefined;
    const rcode = rcodeOf(output, at, hasQuestion ? end + 4 : end);
    const hasData = rcode === 0 && ((output[at + 6] ?? 0) !== 0 || (output[at + 7] ?? 0) !== 0);
    this.#parts.counters.answered(requestor.transport, qtype, rcode, hasData);
    if (this.#parts.sampleEvery > 0 && ++this.#sinceSample >= this.#parts.sampleEvery) {
      this.#sinceSample = 0;
      this.#parts.onSample({ requestor, response: output.slice(at, at + length) });
    }
  }
}

/** Where the name at `at`, which is not compressed, is over. */
function nameEnd(octets: Uint8Array, at: number): number {
  let end = at;
  for (let length = octets[end] ?? 0; length !== 0; length = octets[end] ?? 0) end += length + 1;
  return end + 1;
}

/**
 * RFC 6891 section 6.1.3: the upper bits of an extended RCODE are in the OPT record. Ours come in responses without
 * any records before it.
 */
function rcodeOf(octets: Uint8Array, at: number, sectionsAt: number): number {
  const low = (octets[at + 3] ?? 0) & 0x0f;
  const hasRecords = (octets[at + 7] ?? 0) !== 0 || (octets[at + 9] ?? 0) !== 0;
  const hasOpt =
    !hasRecords &&
    (octets[at + 11] ?? 0) !== 0 &&
    octets[sectionsAt] === 0 &&
    octets[sectionsAt + 2] === RRtype.OPT;
  return hasOpt ? ((octets[sectionsAt + 5] ?? 0) << 4) | low : low;
}
