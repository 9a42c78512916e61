import { frame } from "../support/dns-client.ts";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";

/** How our side of a connection ends. */
export type Ending =
  /** We close our direction and read on until the server closes its own. */
  | "half-close"
  /** RST. */
  | "reset"
  /** Nothing is read any more: what the server still sends meets a closed socket. */
  | "close";

/** What is sent over one connection. */
export interface StreamPlan {
  /** Each is written in a turn of its own. */
  readonly pieces: readonly Buffer[];
  readonly ending: Ending;
  /** Whether responses are left waiting until all is written. */
  readonly readsLate: boolean;
}

const MAX_MESSAGES = 8;
const LONG_STREAM_ONE_IN = 40;
const LONG_STREAM_MESSAGES = 200;
/** Octet by octet only what is not too long for it. */
const MAX_SINGLE_OCTETS = 400;
const LENGTHS: readonly number[] = [0, 1, 11, 12, 13, 255, 256, 511, 0x7fff, 0x8000, 0xffff];

export function planStream(corpus: readonly Buffer[], random: Random): StreamPlan {
  const pieces = cut(streamOf(corpus, random), random);
  const ending: Ending = random.oneIn(3) ? random.pick(["reset", "close"]) : "half-close";
  // Who does not end properly may stop anywhere.
  const written = ending === "half-close" ? pieces.length : random.below(pieces.length + 1);
  return { pieces: pieces.slice(0, written), ending, readsLate: random.oneIn(8) };
}

/** Framed messages, some with a wrong length, some with junk behind them or without their end. */
function streamOf(corpus: readonly Buffer[], random: Random): Buffer {
  const count = random.oneIn(LONG_STREAM_ONE_IN) ? LONG_STREAM_MESSAGES : MAX_MESSAGES;
  const frames: Buffer[] = [];
  for (let id = random.below(count); id >= 0; id--) {
    const message = mutate(corpus, random);
    if (message.length >= 2) message.writeUInt16BE(id, 0);
    const framed = frame(message);
    if (random.oneIn(12)) framed.writeUInt16BE(wrongLength(message.length, random), 0);
    frames.push(framed);
  }
  if (random.oneIn(10)) frames.push(random.octets(1 + random.below(100)));
  const stream = Buffer.concat(frames);
  return random.oneIn(6) ? stream.subarray(0, random.below(stream.length)) : stream;
}

function wrongLength(length: number, random: Random): number {
  const wrong = random.pick([length + 1, length - 1, length * 2, random.pick(LENGTHS)]);
  return wrong & 0xffff;
}

function cut(stream: Buffer, random: Random): Buffer[] {
  if (stream.length <= MAX_SINGLE_OCTETS && random.oneIn(6)) {
    return Array.from(stream, (_, at) => stream.subarray(at, at + 1));
  }
  const ends = Array.from({ length: random.below(8) }, () => random.below(stream.length + 1));
  const pieces: Buffer[] = [];
  let start = 0;
  for (const end of [...ends.sort((a, b) => a - b), stream.length]) {
    if (end > start) pieces.push(stream.subarray(start, end));
    start = end;
  }
  return pieces;
}

/** The messages in a stream as far as they are whole: RFC 1035 section 4.2.2. */
export function messagesIn(stream: Buffer): { readonly whole: Buffer[]; readonly rest: Buffer } {
  const whole: Buffer[] = [];
  let at = 0;
  while (at + 2 <= stream.length) {
    const end = at + 2 + stream.readUInt16BE(at);
    if (end > stream.length) break;
    whole.push(stream.subarray(at + 2, end));
    at = end;
  }
  return { whole, rest: stream.subarray(at) };
}
