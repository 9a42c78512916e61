/**
 * SipHash-2-4: a keyed hash of 64 bits for short messages (Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012). RFC 9018 section 4.4 makes DNS cookies with it.
 *
 * JavaScript has no 64-bit integers that are fast, so a word is two halves: v[2n] the low 32 bits of
 * word n, v[2n + 1] the high ones.
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

/** The hash of `message`, low octet first. `key` has 16 octets. */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  const v = Uint32Array.from(INITIAL, (half, i) => (half ^ halfWord(key, 4 * (i % 4))) >>> 0);
  const wholeWords = Math.floor(message.length / WORD_OCTETS);
  for (let word = 0; word < wholeWords; word++) compress(v, message, word * WORD_OCTETS);
  // The last word: what is left, zeros, and the length of the message modulo 256.
  const last = new Uint8Array(WORD_OCTETS);
  last.set(message.subarray(wholeWords * WORD_OCTETS));
  last[WORD_OCTETS - 1] = message.length;
  compress(v, last, 0);
  mixIn(v, 2, 0xff, 0);
  rounds(v, FINALIZATION_ROUNDS);
  return hashOf(v);
}

function compress(v: Uint32Array, octets: Uint8Array, offset: number): void {
  const low = halfWord(octets, offset);
  const high = halfWord(octets, offset + 4);
  mixIn(v, 3, low, high);
  rounds(v, COMPRESSION_ROUNDS);
  mixIn(v, 0, low, high);
}

function rounds(v: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    add(v, 0, 1);
    rotateAndMix(v, 1, 13, 0);
    swapHalves(v, 0);
    add(v, 2, 3);
    rotateAndMix(v, 3, 16, 2);
    add(v, 0, 3);
    rotateAndMix(v, 3, 21, 0);
    add(v, 2, 1);
    rotateAndMix(v, 1, 17, 2);
    swapHalves(v, 2);
  }
}

function hashOf(v: Uint32Array): Uint8Array {
  const hash = new Uint8Array(SIPHASH_OCTETS);
  for (let i = 0; i < SIPHASH_OCTETS; i++) {
    const half = i >> 2;
    const word = at(v, half) ^ at(v, half + 2) ^ at(v, half + 4) ^ at(v, half + 6);
    hash[i] = word >>> (8 * (i & 3));
  }
  return hash;
}

/** Four octets, low one first. */
function halfWord(octets: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = octets.subarray(offset, offset + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function at(v: Uint32Array, index: number): number {
  return v[index] ?? 0;
}

/** Word a becomes a + b. */
function add(v: Uint32Array, a: number, b: number): void {
  const low = at(v, 2 * a) + at(v, 2 * b);
  v[2 * a] = low;
  v[2 * a + 1] = at(v, 2 * a + 1) + at(v, 2 * b + 1) + (low > 0xffff_ffff ? 1 : 0);
}

/** Word a is rotated left by fewer than 32 bits, then takes the exclusive or with word b. */
function rotateAndMix(v: Uint32Array, a: number, bits: number, b: number): void {
  const low = at(v, 2 * a);
  const high = at(v, 2 * a + 1);
  v[2 * a] = ((low << bits) | (high >>> (32 - bits))) ^ at(v, 2 * b);
  v[2 * a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ at(v, 2 * b + 1);
}

/** A rotation by 32 bits. */
function swapHalves(v: Uint32Array, a: number): void {
  const low = at(v, 2 * a);
  v[2 * a] = at(v, 2 * a + 1);
  v[2 * a + 1] = low;
}

function mixIn(v: Uint32Array, a: number, low: number, high: number): void {
  v[2 * a] = at(v, 2 * a) ^ low;
  v[2 * a + 1] = at(v, 2 * a + 1) ^ high;
}
