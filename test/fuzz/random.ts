import assert from "node:assert/strict";

/**
 * Numbers that look random and are the same for the same seed everywhere: mulberry32. Nothing else
 * may decide what is sent, or a failure could not be repeated.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits, as a number from 0. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 to `limit` - 1; 0 for a limit of 0. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * limit);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    assert(item !== undefined, "there is nothing to pick from");
    return item;
  }

  octets(count: number): Buffer {
    const octets = Buffer.allocUnsafe(count);
    for (let i = 0; i < count; i++) octets[i] = this.uint32();
    return octets;
  }
}

/** What is sent, each kind with numbers of its own: fewer messages do not change the streams. */
export type Kind = "message" | "stream";

/** The numbers for one message or stream: it can be made again without those before it. */
export function randomFor(seed: number, kind: Kind, index: number): Random {
  const kindSeed = kind === "message" ? seed : ~seed;
  const first = new Random(kindSeed).uint32();
  return new Random(new Random(first + Math.imul(index, 0x9e3779b1)).uint32() ^ index);
}
