import { foldOctet } from "../../dns/name.ts";

/**
 * The 128 bits by which a delegate is found: of a UUID in its canonical form (RFC 9562 section 4) its
 * own, of any other label a hash. One object is used again and again, so nothing is allocated.
 */
export class SubdomainId {
  a = 0;
  b = 0;
  c = 0;
  d = 0;
  /** Whether the bits say all of the label; if not, it must be compared. */
  isUuid = false;
  /**
   * A label that is no UUID, its octet of length in front, A to Z folded (RFC 4343 section 3). Of several
   * labels: 0, which no label begins with, the octets that follow, and the labels.
   */
  readonly label: Uint8Array = new Uint8Array(256);
  /** Octets of `label` that count. */
  labelOctets = 0;

  /** Takes the label whose octet of length is at `at`. */
  read(octets: Uint8Array, at: number): void {
    if (!this.readUuid(octets, at)) this.#readLabel(octets, at);
  }

  /** Takes that label if it is a UUID, in either case. Gives whether it is. */
  readUuid(octets: Uint8Array, at: number): boolean {
    this.isUuid = false;
    if (octets[at] !== UUID_OCTETS) return false;
    if (octets[at + 9] !== HYPHEN || octets[at + 14] !== HYPHEN) return false;
    if (octets[at + 19] !== HYPHEN || octets[at + 24] !== HYPHEN) return false;
    const a = hex32(octets, at + 1, at + 5);
    const b = hex32(octets, at + 10, at + 15);
    const c = hex32(octets, at + 20, at + 25);
    const d = hex32(octets, at + 29, at + 33);
    // Each is 32 bits, or out of range if one of its digits is none.
    if (a < 0 || b < 0 || c < 0 || d < 0) return false;
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
    this.isUuid = true;
    return true;
  }

  /** Takes several labels, from `at` to `end`: a name in front of an apex. */
  readLabels(octets: Uint8Array, at: number, end: number): void {
    this.isUuid = false;
    this.label[0] = 0;
    this.label[1] = end - at;
    // An octet of length is below 64 and folds to itself.
    for (let i = at; i < end; i++) this.label[2 + i - at] = foldOctet(octets[i] ?? 0);
    this.labelOctets = 2 + end - at;
    this.#hashLabel();
  }

  #readLabel(octets: Uint8Array, at: number): void {
    const length = octets[at] ?? 0;
    this.label[0] = length;
    for (let i = 1; i <= length; i++) this.label[i] = foldOctet(octets[at + i] ?? 0);
    this.labelOctets = length + 1;
    this.#hashLabel();
  }

  /** Four times FNV-1a with other beginnings. That two labels meet costs a comparison, no more. */
  #hashLabel(): void {
    const length = this.labelOctets;
    let a = 0x811c_9dc5;
    let b = 0x9e37_79b9;
    let c = 0x85eb_ca6b;
    let d = 0xc2b2_ae35;
    for (let i = 0; i < length; i++) {
      const octet = this.label[i] ?? 0;
      a = Math.imul(a ^ octet, 0x0100_0193);
      b = Math.imul(b ^ octet, 0x0100_0193) ^ (a >>> 15);
      c = Math.imul(c ^ octet, 0x0100_0193) ^ (b >>> 13);
      d = Math.imul(d ^ octet, 0x0100_0193) ^ (c >>> 16);
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  /** 32 bits for a table of slots. `seed` is random, so that nobody can choose labels that meet. */
  hash(zone: number, seed: number): number {
    let hash = mix(seed ^ zone, this.a);
    hash = mix(hash, this.b);
    hash = mix(hash, this.c);
    hash = mix(hash, this.d);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  }
}

const UUID_OCTETS = 36;
const HYPHEN = 0x2d;
const NO_DIGIT = 0x100;

/** The value of a hexadecimal digit. */
const DIGITS: Int16Array = Int16Array.from({ length: 256 }, (_, octet) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(octet).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

/** The 32 bits of four digits at `first` and four at `second`, negative if one of them is none. */
function hex32(octets: Uint8Array, first: number, second: number): number {
  const high = hex16(octets, first);
  const low = hex16(octets, second);
  return high < 0 || low < 0 ? -1 : high * 0x1_0000 + low;
}

function hex16(octets: Uint8Array, at: number): number {
  const a = DIGITS[octets[at] ?? 0] ?? NO_DIGIT;
  const b = DIGITS[octets[at + 1] ?? 0] ?? NO_DIGIT;
  const c = DIGITS[octets[at + 2] ?? 0] ?? NO_DIGIT;
  const d = DIGITS[octets[at + 3] ?? 0] ?? NO_DIGIT;
  return (a | b | c | d) >= NO_DIGIT ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}

/** The inner step of MurmurHash3, which is public domain. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e_2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b87_3593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0;
}
