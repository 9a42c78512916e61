import assert from "node:assert/strict";

/** Reads numbers, octets and names; throws an AssertionError for whatever is not right. */
export class StrictCursor {
  at = 0;
  readonly message: Buffer;
  readonly #labelStarts = new Set<number>();

  constructor(octets: Uint8Array) {
    this.message = Buffer.from(octets);
  }

  uint(octets: 1 | 2 | 4): number {
    return Buffer.from(this.octets(octets)).readUIntBE(0, octets);
  }

  octets(count: number): Uint8Array {
    const end = this.at + count;
    assert(end <= this.message.length, `the message ends before octet ${end}`);
    const octets = this.message.subarray(this.at, end);
    this.at = end;
    return octets;
  }

  /** The labels of the name at the cursor. */
  labels(compression: "allowed" | "forbidden"): Buffer[] {
    const starts: number[] = [];
    const labels: Buffer[] = [];
    let at = this.at;
    let end: number | undefined;
    for (;;) {
      const length = this.message[at];
      assert(length !== undefined, "a name runs over the end");
      if (length >= 0xc0) {
        assert(compression === "allowed", `a compressed name at ${at} where none may be`);
        end ??= at + 2;
        at = this.#pointerTarget(at);
        continue;
      }
      assert(length <= 63, `a label of type ${length >>> 6} at ${at}`);
      if (length === 0) break;
      if (end === undefined) starts.push(at);
      labels.push(this.message.subarray(at + 1, at + 1 + length));
      at += length + 1;
    }
    this.at = end ?? at + 1;
    assert(this.at <= this.message.length, "a name runs over the end");
    const total = labels.reduce((sum, label) => sum + label.length + 1, 1);
    assert(total <= 255, `a name of ${total} octets`);
    for (const start of starts) this.#labelStarts.add(start);
    return labels;
  }

  /** Names written before hold only checked pointers, so that following them ends. */
  #pointerTarget(at: number): number {
    const target = this.message.readUInt16BE(at) & 0x3fff;
    assert(target < at, `the pointer at ${at} does not lead backwards`);
    assert(this.#labelStarts.has(target), `the pointer at ${at} leads to no label (${target})`);
    return target;
  }
}

/** A name in presentation format, absolute, its case kept. */
export function nameText(labels: readonly Buffer[]): string {
  if (labels.length === 0) return ".";
  return labels.map((label) => `${escaped(label, 0x21, '.;"\\()@$')}.`).join("");
}

export function quotedText(octets: Uint8Array): string {
  return `"${escaped(octets, 0x20, '"\\')}"`;
}

/** RFC 1035 section 5.1: \DDD for what is not printable, \X for what is special. */
function escaped(octets: Uint8Array, lowest: number, special: string): string {
  return [...octets]
    .map((octet) => {
      const character = String.fromCharCode(octet);
      if (octet < lowest || octet > 0x7e) return `\\${String(octet).padStart(3, "0")}`;
      return special.includes(character) ? `\\${character}` : character;
    })
    .join("");
}
