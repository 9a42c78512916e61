import { Control, isDeletedHead, Record, readerWord, serialWord } from "./layout.ts";
import type { SubdomainId } from "./subdomain-id.ts";
import { type TableHandle, TableMemory } from "./table-memory.ts";
import { TableSearch } from "./table-search.ts";

/**
 * One thread that reads the table, without locks. Records may be looked at between `begin` and `end`,
 * and not after: their memory is used again once every reader has been at its end.
 */
export class TableReader {
  readonly memory: TableMemory;
  /** Whether what is not found does not exist. */
  isComplete = false;
  /** Whether there are names of several labels. */
  hasLongNames = false;
  readonly #epochWord: number;
  readonly #search: TableSearch;
  #slots = 0;

  /** `reader`: 0 to `handle.readers` - 1, each number for one reader at a time. */
  constructor(handle: TableHandle, reader: number) {
    this.memory = new TableMemory(handle);
    this.#search = new TableSearch(this.memory);
    this.#epochWord = readerWord(reader);
    this.begin();
    this.end();
  }

  /**
   * The messages that are answered until `end` must have arrived before this: a delegate that is added
   * later may not be found until the next `begin`.
   */
  begin(): void {
    const { words } = this.memory;
    // The epoch is announced before the slots are loaded: docs/adr/0011 says why.
    Atomics.store(words, this.#epochWord, Atomics.load(words, Control.EPOCH));
    // What completes the table comes before the word that says so.
    this.isComplete = Atomics.load(words, Control.IS_COMPLETE) === 1;
    this.hasLongNames = Atomics.load(words, Control.HAS_LONG_NAMES) === 1;
    this.#slots = Atomics.load(words, Control.SLOTS);
    if (this.#slots >= words.length) this.memory.follow();
  }

  end(): void {
    Atomics.store(this.memory.words, this.#epochWord, 0);
  }

  serial(zone: number): number {
    return Atomics.load(this.memory.words, serialWord(this.memory.shape, zone)) >>> 0;
  }

  /** The offset of the delegate's record, 0 if there is none. */
  find(zone: number, id: SubdomainId): number {
    const record = this.#search.find(this.#slots, zone, id);
    if (record === 0) return 0;
    return isDeletedHead(this.memory.words[record + Record.HEAD] ?? 0) ? 0 : record;
  }
}

/** The values of the record are asked for, `nowMs` since 1970. Written once a second, however often that is. */
export function noteServed(words: Int32Array, record: number, nowMs: number): void {
  const seconds = (nowMs / 1000) | 0;
  if (words[record + Record.SERVED] !== seconds) words[record + Record.SERVED] = seconds;
}

/** Says for a reader that has died that it reads nothing any more. */
export function endReader({ memory }: TableHandle, reader: number): void {
  const word = readerWord(reader);
  Atomics.store(new Int32Array(memory, 0, word + 1), word, 0);
}
