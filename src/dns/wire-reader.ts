import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS, Name, nameFromLabels } from "./name.ts";

const POINTER = 0xc0;
const HEADER_OCTETS = 12;
/** A name has at most 127 labels and needs no more pointers than labels: more steps than that only cost time. */
const MAX_STEPS = 255;

/**
 * A cursor over a message. Reading past the end returns 0 (or undefined) and sets `failed`, which
 * stays set: check once per record, not once per field. It never throws and always ends, whatever
 * the octets are, and allocates nothing that grows with a number claimed in them.
 */
export class WireReader {
  offset: number;
  failed = false;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array, offset = 0) {
    this.#octets = octets;
    this.offset = offset;
  }

  uint8(): number {
    const octet = this.#octets[this.offset++];
    if (octet === undefined) this.failed = true;
    return octet ?? 0;
  }

  uint16(): number {
    return (this.uint8() << 8) | this.uint8();
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16();
  }

  /** The next `count` octets, not copied; empty if there are fewer. */
  octets(count: number): Uint8Array {
    const end = this.offset + count;
    if (end > this.#octets.length) {
      this.failed = true;
      return this.#octets.subarray(0, 0);
    }
    const slice = this.#octets.subarray(this.offset, end);
    this.offset = end;
    return slice;
  }

  skip(count: number): void {
    this.offset += count;
    if (this.offset > this.#octets.length) this.failed = true;
  }

  /**
   * The name at the cursor, following compression pointers (RFC 1035 section 4.1.4). A pointer must
   * point before the name it is part of, so that following them ends; one into the header, a label
   * type other than 00 and 11 (RFC 6891 section 5) and more than 255 octets fail.
   */
  name(): Name | undefined {
    const start = this.offset;
    const plainEnd = this.#endOfPlainName(start);
    if (plainEnd !== undefined) {
      this.offset = plainEnd;
      return new Name(this.#octets.subarray(start, plainEnd));
    }
    return this.#compressedName();
  }

  /** The name at `offset`, the cursor staying where it is. */
  nameAt(offset: number): Name | undefined {
    return new WireReader(this.#octets, offset).name();
  }

  /**
   * Passes over the name at the cursor without looking where its pointer leads, for records of which
   * the owner does not matter: a message of 64 KiB can hold thousands, each with a name of 127 labels.
   */
  skipName(): void {
    const start = this.offset;
    while (this.offset - start < MAX_NAME_OCTETS) {
      const at = this.offset;
      const length = this.uint8();
      if (this.failed || length === 0) return;
      if (length >= POINTER) {
        if (this.#pointerTarget(at, start) === undefined) this.failed = true;
        this.skip(1);
        return;
      }
      if (length > MAX_LABEL_OCTETS) break;
      this.skip(length);
    }
    this.failed = true;
  }

  /** Where a name without pointers that begins at `start` ends, or undefined if it is not such a name. */
  #endOfPlainName(start: number): number | undefined {
    let at = start;
    while (at - start < MAX_NAME_OCTETS) {
      const length = this.#octets[at];
      if (length === undefined || length > MAX_LABEL_OCTETS) return undefined;
      at += length + 1;
      if (length === 0) return at <= this.#octets.length ? at : undefined;
    }
    return undefined;
  }

  #compressedName(): Name | undefined {
    const labels: Uint8Array[] = [];
    let at = this.offset;
    let target = at;
    let end: number | undefined;
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const length = this.#octets[at] ?? POINTER - 1;
      if (length >= POINTER) {
        end ??= at + 2;
        at = this.#pointerTarget(at, target) ?? this.#octets.length;
        target = at;
      } else if (length === 0) {
        this.offset = end ?? at + 1;
        return nameFromLabels(labels) ?? this.#fail();
      } else {
        const label = this.#label(at, length);
        if (label === undefined) break;
        labels.push(label);
        at += length + 1;
      }
    }
    return this.#fail();
  }

  /** Where the pointer at `at` leads, if that is before `limit` and behind the header. */
  #pointerTarget(at: number, limit: number): number | undefined {
    const low = this.#octets[at + 1];
    if (low === undefined) return undefined;
    const target = (((this.#octets[at] ?? 0) & 0x3f) << 8) | low;
    return target < limit && target >= HEADER_OCTETS ? target : undefined;
  }

  #label(at: number, length: number): Uint8Array | undefined {
    const end = at + 1 + length;
    const isWhole = length <= MAX_LABEL_OCTETS && end <= this.#octets.length;
    return isWhole ? this.#octets.subarray(at + 1, end) : undefined;
  }

  #fail(): undefined {
    this.failed = true;
    return undefined;
  }
}
