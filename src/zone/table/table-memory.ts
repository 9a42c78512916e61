import { arenaStart, Control, MOST_ZONES, type TableShape, WORD_OCTETS } from "./layout.ts";

/** What a thread is given to read the table. */
export interface TableHandle extends TableShape {
  readonly memory: SharedArrayBuffer;
}

/**
 * Addresses are reserved at once and used as the table grows: for some nine million names, or fewer
 * where they are limited (ulimit -v). V8 reserves half as many for each thread.
 */
const RESERVED_OCTETS = [2 ** 30, 2 ** 28];
/** The arena grows by so much at a time. Pages that were never written cost nothing. */
const SEGMENT_OCTETS = 4 * 1024 * 1024;

/** New memory, which a TableWriter has to prepare. `seed`: 32 random bits. */
export function createTable(shape: TableShape, seed: number): TableHandle {
  if (shape.zones > MOST_ZONES) throw new RangeError(`more than ${MOST_ZONES} zones`);
  const segments = Math.ceil((2 * arenaStart(shape) * WORD_OCTETS) / SEGMENT_OCTETS);
  const memory = reserve(segments * SEGMENT_OCTETS);
  new Int32Array(memory, 0, Control.READERS)[Control.SEED] = seed;
  return { ...shape, memory };
}

function reserve(octets: number): SharedArrayBuffer {
  for (const maxByteLength of RESERVED_OCTETS) {
    try {
      return new SharedArrayBuffer(octets, { maxByteLength });
    } catch (error) {
      // The address space is limited (ulimit -v): less is tried.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new SharedArrayBuffer(octets, { maxByteLength: octets });
}

/**
 * The memory as one thread sees it. The views have a fixed length, since those that follow a growing
 * buffer are many times slower; a thread that meets an offset behind their end calls `follow`.
 */
export class TableMemory {
  readonly shape: TableShape;
  words: Int32Array<SharedArrayBuffer>;
  octets: Uint8Array<SharedArrayBuffer>;
  readonly #memory: SharedArrayBuffer;

  constructor({ memory, readers, zones }: TableHandle) {
    this.shape = { readers, zones };
    this.#memory = memory;
    this.words = new Int32Array(memory, 0, memory.byteLength / WORD_OCTETS);
    this.octets = new Uint8Array(memory, 0, memory.byteLength);
  }

  /** Makes the views as long as the memory is by now. */
  follow(): void {
    const { byteLength } = this.#memory;
    if (byteLength === this.octets.length) return;
    this.words = new Int32Array(this.#memory, 0, byteLength / WORD_OCTETS);
    this.octets = new Uint8Array(this.#memory, 0, byteLength);
  }

  /** Makes room for `words` more, at least. The writer alone may. Throws RangeError if there is no more. */
  grow(words: number): void {
    const wanted = this.#memory.byteLength + words * WORD_OCTETS;
    const segments = Math.ceil(wanted / SEGMENT_OCTETS);
    const octets = Math.min(segments * SEGMENT_OCTETS, this.#memory.maxByteLength);
    if (octets < wanted) {
      const mib = Math.floor(this.#memory.maxByteLength / 2 ** 20);
      throw new RangeError(
        `the table of delegates is full: ${mib} MiB hold no more (a limit of address space, ulimit -v, makes it smaller)`,
      );
    }
    this.#memory.grow(octets);
    this.follow();
  }
}
