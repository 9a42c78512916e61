/**
 * Where everything is in the memory that the threads share. It is counted in words of 32 bits;
 * docs/answer-path.md has a drawing.
 *
 *   control   words that are read and written by Atomics alone
 *   slots     mask, then pairs of [hash, record]; replaced by twice as many when they fill up
 *   records   one for each delegate, never changed once a slot leads to it
 *
 * Slots and records lie in one arena that grows at its end, in any order.
 */

/** Octets of a word. */
export const WORD_OCTETS = 4;
/** Words of a cache line: what one thread writes often is on a line of its own. */
export const LINE_WORDS = 16;

/** Control words by their index. */
export const Control = {
  /** Where the slots are. */
  SLOTS: 0,
  /** Counts what the writer has taken out of use: see arena.ts. Never 0. */
  EPOCH: 1,
  /** 1 once every delegate is in the table. */
  IS_COMPLETE: 2,
  /** Random, written before there are readers: nobody outside knows which names share a slot. */
  SEED: 3,
  /** 1 once a name of several labels was published: until then nobody looks for one. */
  HAS_LONG_NAMES: 4,
  /** A line for each reader: the epoch in which it reads, 0 while it reads nothing. */
  READERS: 16,
} as const;

/** What the size of the control words depends on. */
export interface TableShape {
  /** Readers there can be at once. */
  readonly readers: number;
  /** Zones, numbered from 0. */
  readonly zones: number;
}

/** The word of a reader's epoch. */
export function readerWord(reader: number): number {
  return Control.READERS + reader * LINE_WORDS;
}

/** The word of a zone's serial. */
export function serialWord({ readers }: TableShape, zone: number): number {
  return readerWord(readers) + zone;
}

/** The first word behind the control words. */
export function arenaStart(shape: TableShape): number {
  const end = serialWord(shape, shape.zones);
  return Math.ceil(end / LINE_WORDS) * LINE_WORDS;
}

/** Of the slots: the mask, then two words for each. */
export const SLOTS_HEAD_WORDS = 1;
export const SLOT_WORDS = 2;

/**
 * Words of a record by their offset. Behind them: the label, unless it is a UUID, then the values. Each
 * begins with an octet of length (as a label does in a name, RFC 1035 section 3.1, and as the one
 * character-string of a TXT record does, section 3.3.14) and fills up its last word. A name of several labels
 * has an octet 0 in front, the octets of all, and its labels.
 */
export const Record = {
  /** Zone, words of the label, words of the values: see packHead. */
  HEAD: 0,
  ID: 1,
  SEQUENCE_LOW: 5,
  SEQUENCE_HIGH: 6,
  /**
   * The second in which the values were last asked for, since 1970; 0: never. The one word of a record that
   * readers write: any of them, with a plain store, since the newest wins and nothing follows from it.
   */
  SERVED: 7,
  BODY: 8,
} as const;

/** Words that a label or a value with its octet of length takes. */
export function packedWords(octets: number): number {
  return (octets + WORD_OCTETS) >> 2;
}

const VALUES_SHIFT = 7;
const ZONE_SHIFT = 19;
/** A name in front of an apex has 253 octets at most, 64 words with its head; 0 for a UUID. */
const LABEL_MASK = 0x7f;
export const MOST_VALUES_WORDS = 0x3ff;
export const MOST_ZONES = 0x1000;
const ZONE_MASK = 0xfff;
/** The sign: the delegate was deleted, and the record says that nothing older counts. */
const DELETED = 0x8000_0000 | 0;
/** No delegate has the name: it exists for those below it (an empty non-terminal, RFC 8020 section 2). */
const ONLY_BETWEEN = 1 << 17;

export function packHead(zone: number, labelWords: number, valuesWords: number): number {
  return (zone << ZONE_SHIFT) | (valuesWords << VALUES_SHIFT) | labelWords;
}

export function deletedHead(head: number): number {
  return head | DELETED;
}

export function isDeletedHead(head: number): boolean {
  return head < 0;
}

export function betweenHead(head: number): number {
  return head | ONLY_BETWEEN;
}

export function isBetweenHead(head: number): boolean {
  return (head & ONLY_BETWEEN) !== 0;
}

export function zoneOfHead(head: number): number {
  return (head >>> ZONE_SHIFT) & ZONE_MASK;
}

export function labelWordsOfHead(head: number): number {
  return head & LABEL_MASK;
}

export function valuesWordsOfHead(head: number): number {
  return (head >>> VALUES_SHIFT) & MOST_VALUES_WORDS;
}
