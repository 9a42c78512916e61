import type { BcryptHash } from "./bcrypt-hash.ts";
import type { BcryptQueue } from "./bcrypt-queue.ts";

/**
 * A part of the queue: at most half of those who may wait in it come through here. Whoever sends passwords without end
 * must not keep clients with keys of acme-dns from their first update.
 */
export class BcryptShare {
  readonly #queue: BcryptQueue;
  #asked = 0;

  constructor(queue: BcryptQueue) {
    this.#queue = queue;
  }

  /** As BcryptQueue.matches. */
  matches(text: string, hash: BcryptHash): Promise<boolean | "busy"> {
    return this.#within(() => this.#queue.matches(text, hash));
  }

  /** As BcryptQueue.hash. */
  hash(text: string): Promise<BcryptHash | "busy"> {
    return this.#within(() => this.#queue.hash(text));
  }

  async #within<T>(work: () => Promise<T | "busy">): Promise<T | "busy"> {
    const { mostWaiting } = this.#queue;
    if (mostWaiting > 0 && this.#asked >= Math.ceil(mostWaiting / 2)) return "busy";
    this.#asked++;
    try {
      return await work();
    } finally {
      this.#asked--;
    }
  }
}
