/**
 * SipHash-2-4: a keyed hash of 64 bits for short messages (Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012). RFC 9018 section 4.4 makes DNS cookies with it.
 *
 * JavaScript has no 64-bit integers that are fast, so a word is two halves of 32 bits. It is done for
 * every query with a cookie, so nothing is allocated.
 */

export const SIPHASH_KEY_OCTETS = 16;
export const SIPHASH_OCTETS = 8;

const WORD_OCTETS = 8;
const COMPRESSION_ROUNDS = 2;
const FINALIZATION_ROUNDS = 4;
/** "somepseudorandomlygeneratedbytes", the words v0 to v3 before the key is mixed in. */
const INITIAL = [
  0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
];

/** The words v0 to v3 of the hash that is being made: low half, high half. */
const state = new Int32Array(8);
const lastWord = new Uint8Array(WORD_OCTETS);

/** Writes the hash of the first `length` octets of `message` into `hash` from `at` on, low octet first. `key` has 16 octets. */
export function sipHash24(
  key: Uint8Array,
  message: Uint8Array,
  length: number,
  hash: Uint8Array,
  at: number,
): void {
  for (let half = 0; half < 8; half++) {
    state[half] = (INITIAL[half] ?? 0) ^ halfWord(key, 4 * (half & 3));
  }
  const wholeOctets = length - (length % WORD_OCTETS);
  for (let offset = 0; offset < wholeOctets; offset += WORD_OCTETS) compress(message, offset);
  // The last word: what is left, zeros, and the length of the message modulo 256.
  lastWord.fill(0);
  for (let i = wholeOctets; i < length; i++) lastWord[i - wholeOctets] = message[i] ?? 0;
  lastWord[WORD_OCTETS - 1] = length;
  compress(lastWord, 0);
  mixIn(4, 0xff, 0);
  rounds(FINALIZATION_ROUNDS);
  for (let i = 0; i < SIPHASH_OCTETS; i++) {
    const half = i >> 2;
    const word =
      halfOfState(half) ^ halfOfState(half + 2) ^ halfOfState(half + 4) ^ halfOfState(half + 6);
    hash[at + i] = word >>> (8 * (i & 3));
  }
}

function halfOfState(index: number): number {
  return state[index] ?? 0;
}

function compress(octets: Uint8Array, offset: number): void {
  const low = halfWord(octets, offset);
  const high = halfWord(octets, offset + 4);
  mixIn(6, low, high);
  rounds(COMPRESSION_ROUNDS);
  mixIn(0, low, high);
}

/** Four octets, low one first. */
function halfWord(octets: Uint8Array, offset: number): number {
  return (
    (octets[offset] ?? 0) |
    ((octets[offset + 1] ?? 0) << 8) |
    ((octets[offset + 2] ?? 0) << 16) |
    ((octets[offset + 3] ?? 0) << 24)
  );
}

/** The exclusive or of the word whose low half is at `index` with low and high. */
function mixIn(index: number, low: number, high: number): void {
  state[index] = halfOfState(index) ^ low;
  state[index + 1] = halfOfState(index + 1) ^ high;
}

/** SipRound, so many times. In local variables, since they are registers then. */
function rounds(count: number): void {
  let low0 = halfOfState(0);
  let high0 = halfOfState(1);
  let low1 = halfOfState(2);
  let high1 = halfOfState(3);
  let low2 = halfOfState(4);
  let high2 = halfOfState(5);
  let low3 = halfOfState(6);
  let high3 = halfOfState(7);
  for (let i = 0; i < count; i++) {
    let low = (low0 + low1) | 0;
    high0 = (high0 + high1 + carry(low, low1)) | 0;
    low0 = low;
    low = ((low1 << 13) | (high1 >>> 19)) ^ low0;
    high1 = ((high1 << 13) | (low1 >>> 19)) ^ high0;
    low1 = low;
    // A rotation by 32 bits.
    low = low0;
    low0 = high0;
    high0 = low;
    low = (low2 + low3) | 0;
    high2 = (high2 + high3 + carry(low, low3)) | 0;
    low2 = low;
    low = ((low3 << 16) | (high3 >>> 16)) ^ low2;
    high3 = ((high3 << 16) | (low3 >>> 16)) ^ high2;
    low3 = low;
    low = (low0 + low3) | 0;
    high0 = (high0 + high3 + carry(low, low3)) | 0;
    low0 = low;
    low = ((low3 << 21) | (high3 >>> 11)) ^ low0;
    high3 = ((high3 << 21) | (low3 >>> 11)) ^ high0;
    low3 = low;
    low = (low2 + low1) | 0;
    high2 = (high2 + high1 + carry(low, low1)) | 0;
    low2 = low;
    low = ((low1 << 17) | (high1 >>> 15)) ^ low2;
    high1 = ((high1 << 17) | (low1 >>> 15)) ^ high2;
    low1 = low;
    low = low2;
    low2 = high2;
    high2 = low;
  }
  state[0] = low0;
  state[1] = high0;
  state[2] = low1;
  state[3] = high1;
  state[4] = low2;
  state[5] = high2;
  state[6] = low3;
  state[7] = high3;
}

/** 1 if the sum of two halves has gone over 32 bits: it is smaller than what was added then. */
function carry(sum: number, added: number): number {
  return sum >>> 0 < added >>> 0 ? 1 : 0;
}
