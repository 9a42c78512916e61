import type { BcryptHash } from "./bcrypt-hash.ts";
import { lowerPoolPriority } from "./pool-priority.ts";

/** Of the hashes that are made here. Each step doubles the time; 12 is about a quarter of a second. */
export const BCRYPT_COST = 12;

/**
 * At once, each in a thread of node's pool of four: the other two are for files. Whoever sends wrong keys
 * decides how much there is to do, so the pool yields to answers of DNS and to updates.
 */
const MOST_RUNNING = 2;

/**
 * Checks and makes bcrypt hashes, a few at a time. bcrypt is slow on purpose, so whoever may ask for it can keep
 * the server busy. Keys of acme-dns are checked by it once, since after its first success one is stored
 * as our own are (docs/adr/0013); passwords of people at each login.
 *
 * bcrypt sees 72 octets: callers refuse what is longer.
 */
export class BcryptQueue {
  #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isPoolLowered = false;

  /** `mostWaiting`: 0 is no limit. */
  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** 0 is no limit. */
  get mostWaiting(): number {
    return this.#mostWaiting;
  }

  /** 0 is no limit. Those who wait already are not turned away. */
  setMostWaiting(mostWaiting: number): void {
    this.#mostWaiting = mostWaiting;
  }

  /** Whether the text is the one that was hashed; "busy" if too many wait already. */
  matches(text: string, hash: BcryptHash): Promise<boolean | "busy"> {
    return this.#inTurn(async () => {
      const { compare } = await import("bcrypt");
      return this.#lowered(compare(text, Buffer.from(hash).toString("latin1")));
    });
  }

  /** A hash of the text, each time with another salt; "busy" if too many wait already. */
  hash(text: string): Promise<BcryptHash | "busy"> {
    return this.#inTurn(async () => {
      const { hash } = await import("bcrypt");
      return Buffer.from(await this.#lowered(hash(text, BCRYPT_COST)), "latin1");
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | "busy"> {
    if (this.#running >= MOST_RUNNING) {
      if (this.#mostWaiting > 0 && this.#waiting.length >= this.#mostWaiting) return "busy";
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      // The place goes to who waits for longest: nobody who comes now can take it before.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** The threads of the pool are there once the first work for them has begun. */
  #lowered<T>(working: Promise<T>): Promise<T> {
    if (!this.#isPoolLowered) {
      this.#isPoolLowered = true;
      lowerPoolPriority();
    }
    return working;
  }
}
