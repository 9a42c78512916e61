/** What waits for its turn. */
interface Waiting {
  readonly key: string;
  readonly start: () => void;
}

/** Work that is done one at a time for each key, and so many at a time in all; in the order in which it came. */
export class KeyedQueue {
  readonly #most: number;
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Work that is not done yet, that under way included. */
  get length(): number {
    return this.#busy.size + this.#waiting.length;
  }

  /** Whether work for this key would begin at once. */
  hasRoom(key: string): boolean {
    return this.#busy.size < this.#most && !this.#busy.has(key);
  }

  /** Settles as `work` does, when it has had its turn. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ key, start });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#busy.delete(key);
      this.#next();
    }
  }

  #next(): void {
    const left: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (this.#busy.size >= this.#most || this.#busy.has(waiting.key)) {
        left.push(waiting);
        continue;
      }
      this.#busy.add(waiting.key);
      waiting.start();
    }
    this.#waiting = left;
  }
}
