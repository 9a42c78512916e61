/**
 * Keys that were made by acme-dns, of which only the bcrypt hash is known. bcrypt is slow on purpose,
 * so whoever may ask for it can keep the server busy: it has a queue, and every key is checked by it
 * once, since after its first success it is stored as our own are (docs/adr/0013).
 */
import { Worker } from "node:worker_threads";
import type { ApiKey } from "./credential.ts";
import type { KeyCheck } from "./imported-key-thread.ts";

/** The ASCII text of a bcrypt hash. */
export type BcryptHash = Uint8Array;

/** Version, cost, salt and hash: 2a by Go and the others by other programs, all the same algorithm. */
const FORM = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;
const LEAST_COST = 4;
/** acme-dns uses 10. Each step doubles the time: 15 would take seconds, 31 two days. */
const MOST_COST = 14;
/** Checks at once, each in a thread of its own: node's pool is for files, which would wait for them. */
const MOST_RUNNING = 2;
/** How long a thread stays that has nothing to do: 10 MiB of memory for each. */
const IDLE_MS = 60_000;

/** The hash as it is stored, or undefined if it is none that can be checked in a fraction of a second or two. */
export function parseBcryptHash(text: string): BcryptHash | undefined {
  const cost = Number(FORM.exec(text)?.[1] ?? Number.NaN);
  return cost >= LEAST_COST && cost <= MOST_COST ? Buffer.from(text, "latin1") : undefined;
}

/** Checks keys, a few at a time. */
export class ImportedKeyQueue {
  readonly #mostWaiting: number;
  readonly #onFault: (error: unknown) => void;
  readonly #waiting: (() => void)[] = [];
  readonly #idle: CheckThread[] = [];
  #running = 0;

  /**
   * @param mostWaiting 0 is no limit.
   * @param onFault told when a thread has failed; whom it was working for is told "busy".
   */
  constructor(mostWaiting: number, onFault: (error: unknown) => void) {
    this.#mostWaiting = mostWaiting;
    this.#onFault = onFault;
  }

  /** Whether the key is the one that was hashed; "busy" if too many checks wait already. */
  async matches(key: ApiKey, hash: BcryptHash): Promise<boolean | "busy"> {
    if (this.#running >= MOST_RUNNING) {
      if (this.#mostWaiting > 0 && this.#waiting.length >= this.#mostWaiting) return "busy";
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    const thread = this.#idle.pop() ?? new CheckThread();
    try {
      const matches = await thread.check([key, Buffer.from(hash).toString("latin1")]);
      this.#keep(thread);
      return matches;
    } catch (error) {
      this.#onFault(error);
      return "busy";
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #keep(thread: CheckThread): void {
    this.#idle.push(thread);
    thread.endAfter(IDLE_MS, () => {
      const place = this.#idle.indexOf(thread);
      if (place >= 0) this.#idle.splice(place, 1);
    });
  }
}

/** One thread, and the check that it is busy with. Nothing waits for it when the process ends. */
class CheckThread {
  readonly #worker: Worker;
  #settle: { resolve(matches: boolean): void; reject(error: unknown): void } | undefined;
  #end: NodeJS.Timeout | undefined;

  constructor() {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const module = new URL(`./imported-key-thread${extension}`, import.meta.url);
    this.#worker = new Worker(module, { name: "imported keys", execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", (matches: boolean) => this.#settle?.resolve(matches));
    this.#worker.on("error", (error) => this.#settle?.reject(error));
    this.#worker.on("exit", () => this.#settle?.reject(new Error("the thread has ended")));
  }

  /** Rejects if the thread fails; it is of no use then. */
  async check(check: KeyCheck): Promise<boolean> {
    clearTimeout(this.#end);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#settle = { resolve, reject };
    this.#worker.postMessage(check);
    return promise;
  }

  /** Gives its memory back unless there is another check within that time. */
  endAfter(ms: number, onEnd: () => void): void {
    this.#end = setTimeout(() => {
      onEnd();
      void this.#worker.terminate();
    }, ms);
    this.#end.unref();
  }
}
