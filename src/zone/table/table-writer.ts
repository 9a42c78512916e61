import { Arena } from "./arena.ts";
import {
  arenaStart,
  betweenHead,
  Control,
  deletedHead,
  isBetweenHead,
  isDeletedHead,
  labelWordsOfHead,
  MOST_VALUES_WORDS,
  packedWords,
  packHead,
  Record,
  SLOT_WORDS,
  SLOTS_HEAD_WORDS,
  serialWord,
  valuesWordsOfHead,
  WORD_OCTETS,
} from "./layout.ts";
import { NamesBetween } from "./names-between.ts";
import { SubdomainId } from "./subdomain-id.ts";
import { type TableHandle, TableMemory } from "./table-memory.ts";
import { TableSearch } from "./table-search.ts";

/** What one delegate publishes. */
export interface Publication {
  /** One label in front of the apex, or several with dots between. */
  readonly subdomain: string;
  /** Digest values, each the one character-string of a TXT record; without repetitions. */
  readonly digests: readonly string[];
  /** Larger is newer; what is not newer than what is published changes nothing. */
  readonly sequence: number;
}

/** What a record says of its name. */
interface Content {
  readonly digests: readonly string[];
  readonly sequence: number;
  readonly kind: "delegate" | "between" | "deleted";
}

/** Of a name that nobody has published: whatever is published is newer. */
const OLDER_THAN_ALL = -1;
const FIRST_SLOTS = 1024;
const MOST_LABEL_OCTETS = 63;
const MOST_NAME_OCTETS = 253;
const MOST_VALUE_OCTETS = 255;
const TWO_TO_32 = 2 ** 32;

/**
 * The one thread that changes the table. A record that was published is never changed: a new one is
 * written, then the slot's word is set to it by Atomics.store, which is what readers load.
 */
export class TableWriter {
  readonly #memory: TableMemory;
  readonly #arena: Arena;
  readonly #search: TableSearch;
  readonly #id = new SubdomainId();
  readonly #between = new NamesBetween();
  #slots = 0;
  #used = 0;

  /** `handle`: of a table that is new. */
  constructor(handle: TableHandle) {
    this.#memory = new TableMemory(handle);
    this.#search = new TableSearch(this.#memory);
    this.#arena = new Arena(this.#memory, arenaStart(handle));
    Atomics.store(this.#memory.words, Control.EPOCH, 1);
    this.#useSlots(this.#emptySlots(FIRST_SLOTS), 0);
  }

  /**
   * From now on this is what the delegate publishes, unless something newer was published before:
   * calls may arrive in any order. Throws RangeError if it cannot be published by anybody, or if the
   * memory has reached its limit.
   */
  publish(zone: number, publication: Publication): void {
    const { subdomain, digests, sequence } = publication;
    const before = this.#find(zone, subdomain);
    if (before !== 0 && sequence <= this.#sequenceOf(before)) return;
    const isNew = before === 0 || !isDelegateHead(this.#headOf(before));
    this.#put(zone, before, { digests, sequence, kind: "delegate" });
    if (!isNew || !subdomain.includes(".")) return;
    for (const name of this.#between.add(zone, subdomain)) this.#exist(zone, name);
    Atomics.store(this.#memory.words, Control.HAS_LONG_NAMES, 1);
  }

  /** When the values of a delegate were last asked for, to the second: milliseconds since 1970; undefined: never, or it has none. */
  servedMs(zone: number, subdomain: string): number | undefined {
    const record = this.#find(zone, subdomain);
    const seconds = record === 0 ? 0 : (this.#memory.words[record + Record.SERVED] ?? 0) >>> 0;
    return seconds === 0 ? undefined : seconds * 1000;
  }

  setServed(zone: number, subdomain: string, servedMs: number | undefined): void {
    const record = this.#find(zone, subdomain);
    if (record !== 0) this.#memory.words[record + Record.SERVED] = ((servedMs ?? 0) / 1000) | 0;
  }

  /**
   * The delegate does not exist from now on, unless something newer was published before. Its record
   * stays until the next start: a publication that is older may still be on its way.
   */
  remove(zone: number, { subdomain, sequence }: Omit<Publication, "digests">): void {
    const before = this.#find(zone, subdomain);
    if (before !== 0 && sequence <= this.#sequenceOf(before)) return;
    const wasThere = before !== 0 && isDelegateHead(this.#headOf(before));
    // With delegates below it, the name goes on existing.
    const kind = this.#between.has(zone, subdomain) ? "between" : "deleted";
    this.#put(zone, before, { digests: [], sequence, kind });
    if (!wasThere || !subdomain.includes(".")) return;
    for (const name of this.#between.remove(zone, subdomain)) this.#cease(zone, name);
  }

  #exist(zone: number, name: string): void {
    const before = this.#find(zone, name);
    if (before !== 0 && !isDeletedHead(this.#headOf(before))) return;
    const sequence = before === 0 ? OLDER_THAN_ALL : this.#sequenceOf(before);
    this.#put(zone, before, { digests: [], sequence, kind: "between" });
  }

  #cease(zone: number, name: string): void {
    const before = this.#find(zone, name);
    if (before === 0 || !isBetweenHead(this.#headOf(before))) return;
    const sequence = this.#sequenceOf(before);
    this.#put(zone, before, { digests: [], sequence, kind: "deleted" });
  }

  #find(zone: number, subdomain: string): number {
    readName(this.#id, subdomain);
    return this.#search.find(this.#slots, zone, this.#id);
  }

  #headOf(record: number): number {
    return this.#memory.words[record + Record.HEAD] ?? 0;
  }

  /** In the place of `before`, which was found last. */
  #put(zone: number, before: number, { digests, sequence, kind }: Content): void {
    const { slot } = this.#search;
    const record = this.#write(zone, digests, sequence);
    const { words } = this.#memory;
    const head = this.#headOf(record);
    if (kind === "deleted") words[record + Record.HEAD] = deletedHead(head);
    if (kind === "between") words[record + Record.HEAD] = betweenHead(head);
    // One that comes back begins anew.
    const isSame = before !== 0 && isDelegateHead(this.#headOf(before));
    words[record + Record.SERVED] = isSame ? (words[before + Record.SERVED] ?? 0) : 0;
    if (before === 0) {
      this.#insert(zone, record);
    } else {
      Atomics.store(words, slot + 1, record);
      this.#retire(before);
    }
  }

  setSerial(zone: number, serial: number): void {
    Atomics.store(this.#memory.words, serialWord(this.#memory.shape, zone), serial | 0);
  }

  /** Every delegate of every zone is in the table: what is not found in it does not exist. */
  setComplete(): void {
    Atomics.store(this.#memory.words, Control.IS_COMPLETE, 1);
  }

  /** The record of the label that was read last. Nobody sees it yet, so plain stores do. */
  #write(zone: number, digests: readonly string[], sequence: number): number {
    const labelWords = this.#id.isUuid ? 0 : packedWords(this.#id.labelOctets - 1);
    let valuesWords = 0;
    for (const digest of digests) valuesWords += packedWords(checkedLength(digest));
    if (valuesWords > MOST_VALUES_WORDS)
      throw new RangeError("more values than a delegate can have");
    const offset = this.#arena.allocate(Record.BODY + labelWords + valuesWords);
    const { words, octets } = this.#memory;
    words[offset + Record.HEAD] = packHead(zone, labelWords, valuesWords);
    words[offset + Record.ID] = this.#id.a;
    words[offset + Record.ID + 1] = this.#id.b;
    words[offset + Record.ID + 2] = this.#id.c;
    words[offset + Record.ID + 3] = this.#id.d;
    words[offset + Record.SEQUENCE_LOW] = sequence | 0;
    words[offset + Record.SEQUENCE_HIGH] = Math.floor(sequence / TWO_TO_32);
    const body = (offset + Record.BODY) * WORD_OCTETS;
    for (let i = 0; i < labelWords * WORD_OCTETS; i++) octets[body + i] = this.#id.label[i] ?? 0;
    let at = body + labelWords * WORD_OCTETS;
    for (const digest of digests) {
      octets[at] = digest.length;
      for (let i = 0; i < digest.length; i++) octets[at + 1 + i] = digest.charCodeAt(i);
      at += packedWords(digest.length) * WORD_OCTETS;
    }
    return offset;
  }

  #insert(zone: number, record: number): void {
    const { words } = this.#memory;
    const mask = words[this.#slots] ?? 0;
    // At most two thirds are used, so that a search meets an empty slot soon.
    if (this.#used * 3 >= mask * 2) this.#enlargeSlots();
    const hash = this.#id.hash(zone, words[Control.SEED] ?? 0);
    this.#fillSlot(this.#slots, hash, record);
    this.#used++;
  }

  /** The hash first: whoever loads the record's word sees the hash that was stored before. */
  #fillSlot(slots: number, hash: number, record: number): void {
    const { words } = this.#memory;
    const mask = words[slots] ?? 0;
    const first = slots + SLOTS_HEAD_WORDS;
    let index = hash & mask;
    while (words[first + index * SLOT_WORDS + 1] !== 0) index = (index + 1) & mask;
    words[first + index * SLOT_WORDS] = hash;
    Atomics.store(words, first + index * SLOT_WORDS + 1, record);
  }

  /** Twice as many slots, filled before readers are told where they are. */
  #enlargeSlots(): void {
    const old = this.#slots;
    const count = (this.#memory.words[old] ?? 0) + 1;
    const slots = this.#emptySlots(count * 2);
    const { words } = this.#memory;
    for (let index = 0; index < count; index++) {
      const slot = old + SLOTS_HEAD_WORDS + index * SLOT_WORDS;
      const record = words[slot + 1] ?? 0;
      if (record !== 0) this.#fillSlot(slots, words[slot] ?? 0, record);
    }
    this.#useSlots(slots, this.#used);
    this.#arena.retire(old, SLOTS_HEAD_WORDS + count * SLOT_WORDS);
  }

  #emptySlots(count: number): number {
    const length = SLOTS_HEAD_WORDS + count * SLOT_WORDS;
    const slots = this.#arena.allocate(length);
    this.#memory.words.fill(0, slots, slots + length);
    this.#memory.words[slots] = count - 1;
    return slots;
  }

  #useSlots(slots: number, used: number): void {
    this.#slots = slots;
    this.#used = used;
    Atomics.store(this.#memory.words, Control.SLOTS, slots);
  }

  #retire(record: number): void {
    const head = this.#memory.words[record + Record.HEAD] ?? 0;
    this.#arena.retire(record, Record.BODY + labelWordsOfHead(head) + valuesWordsOfHead(head));
  }

  #sequenceOf(record: number): number {
    const { words } = this.#memory;
    const low = (words[record + Record.SEQUENCE_LOW] ?? 0) >>> 0;
    return (words[record + Record.SEQUENCE_HIGH] ?? 0) * TWO_TO_32 + low;
  }
}

function isDelegateHead(head: number): boolean {
  return !isDeletedHead(head) && !isBetweenHead(head);
}

/** What is looked for: one label, or several with dots between. */
function readName(id: SubdomainId, subdomain: string): void {
  const labels = subdomain.split(".").map(labelOctets);
  const octets = Buffer.concat(labels);
  if (octets.length > MOST_NAME_OCTETS) throw new RangeError(`no name: ${subdomain}`);
  if (labels.length === 1) id.read(octets, 0);
  else id.readLabels(octets, 0, octets.length);
}

/** The label with its octet of length in front. */
function labelOctets(label: string): Uint8Array {
  const { length } = label;
  if (length === 0 || length > MOST_LABEL_OCTETS) throw new RangeError(`no label: ${label}`);
  return Buffer.concat([Uint8Array.of(length), Buffer.from(label, "latin1")]);
}

function checkedLength({ length }: string): number {
  if (length > MOST_VALUE_OCTETS) throw new RangeError("a value of more than 255 octets");
  return length;
}
