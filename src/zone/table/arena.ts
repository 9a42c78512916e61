import { Control, readerWord } from "./layout.ts";
import type { TableMemory } from "./table-memory.ts";

/** Words that no slot leads to any more, and the epoch in which that became so. */
interface Retired {
  readonly offset: number;
  readonly words: number;
  readonly epoch: number;
}

/** Pieces of the same size, the last one to be used first. */
type FreeList = number[];

/** Smaller pieces of the arena are kept for a record of just that size. */
const MIN_REGION_WORDS = 1024;

/**
 * Gives out words of the memory and takes them back. What was published may still be read by a thread
 * that found it a moment ago, so it is used again only when every reader has passed a quiet point:
 * it reads nothing (0), or began to read in a later epoch. Epochs are compared by their distance, since
 * they go round after 2^32.
 */
export class Arena {
  readonly #memory: TableMemory;
  readonly #free = new Map<number, FreeList>();
  readonly #retired: Retired[] = [];
  /** Of `#retired`, what has been taken already. */
  #taken = 0;
  /** Where the next words come from. */
  #next: number;
  #end: number;
  /** Large pieces that have come back: offset and words. */
  readonly #regions: { readonly offset: number; readonly words: number }[] = [];

  /** @param start the first word that may be given out. */
  constructor(memory: TableMemory, start: number) {
    this.#memory = memory;
    this.#next = start;
    this.#end = memory.words.length;
  }

  /** The offset of so many words, whatever is in them. Throws RangeError if there is no room left. */
  allocate(words: number): number {
    this.#reclaim();
    return this.#free.get(words)?.pop() ?? this.#cut(words);
  }

  /** Takes words back which no slot leads to since a moment ago. */
  retire(offset: number, words: number): void {
    const epoch = Atomics.load(this.#memory.words, Control.EPOCH);
    this.#retired.push({ offset, words, epoch });
    // 0 stands for a reader that reads nothing.
    const next = (epoch + 1) | 0;
    Atomics.store(this.#memory.words, Control.EPOCH, next === 0 ? 1 : next);
  }

  #cut(words: number): number {
    while (this.#end - this.#next < words) {
      const region = this.#regions.pop();
      if (region === undefined) {
        this.#growFor(words);
      } else if (region.words >= words) {
        this.#useFrom(region.offset, region.offset + region.words);
      } else {
        this.#keep(region.offset, region.words);
      }
    }
    const offset = this.#next;
    this.#next += words;
    return offset;
  }

  #growFor(words: number): void {
    const start = this.#memory.words.length;
    this.#memory.grow(words);
    const end = this.#memory.words.length;
    // What is left of the segment before goes on into the new one.
    if (this.#end === start) this.#end = end;
    else this.#useFrom(start, end);
  }

  #useFrom(start: number, end: number): void {
    if (this.#end > this.#next) this.#keep(this.#next, this.#end - this.#next);
    this.#next = start;
    this.#end = end;
  }

  /** Makes what no reader can see any more available. */
  #reclaim(): void {
    while (this.#taken < this.#retired.length) {
      const retired = this.#retired[this.#taken];
      if (retired === undefined || this.#isReadSince(retired.epoch)) break;
      this.#taken++;
      if (retired.words >= MIN_REGION_WORDS) this.#regions.push(retired);
      else this.#keep(retired.offset, retired.words);
    }
    // Moved together from time to time, not each time.
    if (this.#taken > 1024 && this.#taken * 2 > this.#retired.length) {
      this.#retired.splice(0, this.#taken);
      this.#taken = 0;
    }
  }

  /** Whether a reader is still in this epoch or in one before. */
  #isReadSince(epoch: number): boolean {
    const { words, shape } = this.#memory;
    for (let reader = 0; reader < shape.readers; reader++) {
      const reading = Atomics.load(words, readerWord(reader));
      if (reading !== 0 && ((reading - epoch) | 0) <= 0) return true;
    }
    return false;
  }

  #keep(offset: number, words: number): void {
    const list = this.#free.get(words);
    if (list === undefined) this.#free.set(words, [offset]);
    else list.push(offset);
  }
}
