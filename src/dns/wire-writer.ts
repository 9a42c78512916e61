import { equalOctetIgnoringCase, type Name } from "./name.ts";

const POINTER = 0xc000;
/** Pointers have 14 bits: RFC 1035 section 4.1.4. */
const MAX_POINTER_TARGET = 0x3fff;

/**
 * Writes a message into a buffer of at most `limit` octets. What does not fit sets `overflowed`,
 * which stays set: check once at the end. Names are compressed against the names written before.
 */
export class WireWriter {
  overflowed = false;
  #length = 0;
  readonly #octets: Uint8Array;
  /** Where labels of names written before begin: the targets that a pointer may have. */
  readonly #targets: number[] = [];

  constructor(limit: number) {
    this.#octets = Buffer.allocUnsafe(limit);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, not copied. */
  finish(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  uint8(value: number): void {
    if (this.#length >= this.#octets.length) {
      this.overflowed = true;
      return;
    }
    this.#octets[this.#length++] = value;
  }

  uint16(value: number): void {
    this.uint8(value >>> 8);
    this.uint8(value & 0xff);
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value & 0xffff);
  }

  octets(octets: Uint8Array): void {
    if (this.#length + octets.length > this.#octets.length) {
      this.overflowed = true;
      return;
    }
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** Overwrites two octets that were written before. */
  patchUint16(offset: number, value: number): void {
    this.#octets[offset] = value >>> 8;
    this.#octets[offset + 1] = value & 0xff;
  }

  /** RFC 3597 section 4: names in the RDATA of types after RFC 1035 are never compressed. */
  uncompressedName(name: Name): void {
    this.octets(name.octets);
  }

  /**
   * The name with its longest suffix that the message has already replaced by a pointer. Upper and
   * lower case count as equal, so owner names come out in the case of the question.
   */
  name(name: Name): void {
    for (const offset of name.suffixOffsets()) {
      const length = name.octets[offset] ?? 0;
      if (length === 0) break;
      const target = this.#findSuffix(name, offset);
      if (target !== undefined) {
        this.uint16(POINTER | target);
        return;
      }
      this.#remember(this.#length);
      this.octets(name.octets.subarray(offset, offset + length + 1));
    }
    this.uint8(0);
  }

  /** Takes octets that hold one uncompressed name first (a question), so that pointers may lead there. */
  question(octets: Uint8Array, nameLength: number): void {
    const start = this.#length;
    this.octets(octets);
    let offset = 0;
    while (offset < nameLength - 1) {
      this.#remember(start + offset);
      offset += (octets[offset] ?? 0) + 1;
    }
  }

  #remember(target: number): void {
    if (target <= MAX_POINTER_TARGET && !this.overflowed) this.#targets.push(target);
  }

  #findSuffix(name: Name, offset: number): number | undefined {
    return this.#targets.find((target) => this.#isSameName(target, name.octets, offset));
  }

  /** Whether the name written at `at` (its pointers followed) is the one at `offset` of `octets`. */
  #isSameName(at: number, octets: Uint8Array, offset: number): boolean {
    let written = at;
    let wanted = offset;
    // What lies behind the end is not the continuation of a name that is still being written.
    while (written < this.#length) {
      const length = this.#octets[written] ?? 0;
      if (length >= 0xc0) {
        written = ((length & 0x3f) << 8) | (this.#octets[written + 1] ?? 0);
        continue;
      }
      if (!this.#isSameLabel(written, octets, wanted, length)) return false;
      if (length === 0) return true;
      written += length + 1;
      wanted += length + 1;
    }
    return false;
  }

  /** Whether the label of `length` octets at `written` is the one at `wanted` of `octets`; lengths stay as they are when folded. */
  #isSameLabel(written: number, octets: Uint8Array, wanted: number, length: number): boolean {
    for (let i = 0; i <= length; i++) {
      const same = equalOctetIgnoringCase(this.#octets[written + i] ?? 0, octets[wanted + i] ?? 0);
      if (!same) return false;
    }
    return true;
  }
}
