import {
  Control,
  labelWordsOfHead,
  Record,
  SLOT_WORDS,
  SLOTS_HEAD_WORDS,
  WORD_OCTETS,
  zoneOfHead,
} from "./layout.ts";
import type { SubdomainId } from "./subdomain-id.ts";
import type { TableMemory } from "./table-memory.ts";

/** Finds a delegate in the slots: for the readers, and for the writer that wants to know its slot. */
export class TableSearch {
  /** What was found by the last search: 0 if nothing was. */
  slot = 0;
  record = 0;
  readonly #memory: TableMemory;

  constructor(memory: TableMemory) {
    this.#memory = memory;
  }

  /**
   * @param slots where the slots are.
   * @returns the record, 0 if there is none.
   */
  find(slots: number, zone: number, id: SubdomainId): number {
    const { words } = this.#memory;
    const mask = words[slots] ?? 0;
    const hash = id.hash(zone, words[Control.SEED] ?? 0);
    const first = slots + SLOTS_HEAD_WORDS;
    for (let index = hash & mask; ; index = (index + 1) & mask) {
      const slot = first + index * SLOT_WORDS;
      // The record first, and once: what was stored before it can be seen now, the hash among it.
      const record = Atomics.load(words, slot + 1);
      if (record === 0) return this.#found(0, 0);
      if (words[slot] === hash && this.#isRecordOf(record, zone, id)) {
        return this.#found(slot, record);
      }
    }
  }

  #found(slot: number, record: number): number {
    this.slot = slot;
    this.record = record;
    return record;
  }

  #isRecordOf(record: number, zone: number, id: SubdomainId): boolean {
    if (record >= this.#memory.words.length) this.#memory.follow();
    const { words } = this.#memory;
    const head = words[record + Record.HEAD] ?? 0;
    return (
      words[record + Record.ID] === id.a &&
      words[record + Record.ID + 1] === id.b &&
      words[record + Record.ID + 2] === id.c &&
      words[record + Record.ID + 3] === id.d &&
      zoneOfHead(head) === zone &&
      (labelWordsOfHead(head) === 0) === id.isUuid &&
      (id.isUuid || this.#hasLabel(record, id))
    );
  }

  #hasLabel(record: number, { label, labelOctets }: SubdomainId): boolean {
    const { octets } = this.#memory;
    const at = (record + Record.BODY) * WORD_OCTETS;
    for (let i = 0; i < labelOctets; i++) if (octets[at + i] !== label[i]) return false;
    return true;
  }
}
