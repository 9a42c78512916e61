/**
 * Keys that were made by acme-dns, of which only the bcrypt hash is known. bcrypt is slow on purpose,
 * so whoever may ask for it can keep the server busy: it has a queue, and every key is checked by it
 * once, since after its first success it is stored as our own are (docs/adr/0013).
 */
import type { ApiKey } from "./credential.ts";
import { lowerPoolPriority } from "./pool-priority.ts";

/** The ASCII text of a bcrypt hash. */
export type BcryptHash = Uint8Array;

/** Version, cost, salt and hash: 2a by Go and the others by other programs, all the same algorithm. */
const FORM = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;
const LEAST_COST = 4;
/** acme-dns uses 10. Each step doubles the time: 15 would take seconds, 31 two days. */
const MOST_COST = 14;
/**
 * Checks at once, each in a thread of node's pool of four: the other two are for files. Whoever sends wrong keys
 * decides how much there is to do, so the pool yields to answers of DNS and to updates.
 */
const MOST_RUNNING = 2;

/** The hash as it is stored, or undefined if it is none that can be checked in a fraction of a second or two. */
export function parseBcryptHash(text: string): BcryptHash | undefined {
  const cost = Number(FORM.exec(text)?.[1] ?? Number.NaN);
  return cost >= LEAST_COST && cost <= MOST_COST ? Buffer.from(text, "latin1") : undefined;
}

/** Checks keys, a few at a time. */
export class ImportedKeyQueue {
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isPoolLowered = false;

  /** `mostWaiting`: 0 is no limit. */
  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** Whether the key is the one that was hashed; "busy" if too many checks wait already. */
  async matches(key: ApiKey, hash: BcryptHash): Promise<boolean | "busy"> {
    if (this.#running >= MOST_RUNNING) {
      if (this.#mostWaiting > 0 && this.#waiting.length >= this.#mostWaiting) return "busy";
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      const { compare } = await import("bcrypt");
      const comparing = compare(key, Buffer.from(hash).toString("latin1"));
      if (!this.#isPoolLowered) {
        this.#isPoolLowered = true;
        lowerPoolPriority();
      }
      return await comparing;
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
