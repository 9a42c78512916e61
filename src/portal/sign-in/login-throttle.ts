import { PassedTime } from "../../limit/passed-time.ts";

const FREE_TRIES = 5;
/** Within so long they are counted together. */
const FREE_MS = 5 * 60_000;
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Who has had to wait is forgotten after so long without a try: no pause is quicker than to wait. */
const FORGET_MS = 60 * 60_000;
const MOST_SOURCES = 20_000;

interface Tries {
  count: number;
  /** Of the time that has passed. */
  readonly firstMs: number;
  lastMs: number;
  /** How many of them were of a name. */
  readonly ofNames: Map<string, number>;
}

/** Of one source: of more, none are forgiven. */
const MOST_NAMES = 20;
const LONGEST_NAME = 64;

/**
 * How often a source may try to sign in: five failures are free, then each try has to wait twice as long as the one
 * before. By the source alone: if it went by the name, anybody could keep an administrator out. Whoever signs in is
 * forgiven the failures of their own name: who has a login must not get more guesses at others by it.
 */
export class LoginThrottle {
  readonly #time = new PassedTime();
  /** The one that tried last is the last. */
  readonly #tries = new Map<string, Tries>();

  /** Sources that are remembered. */
  get size(): number {
    return this.#tries.size;
  }

  /**
   * Asks for a try. Gives 0, or after how many milliseconds there may be one. A try counts as a failure from its
   * beginning, so that many at once are no way round.
   */
  take(source: string, nowMs: number, name: string): number {
    const passedMs = this.#time.at(nowMs);
    const tries = this.#remembered(source, passedMs);
    const waitMs = waitOf(tries, passedMs);
    if (waitMs > 0) return waitMs;
    tries.count++;
    if (
      name.length <= LONGEST_NAME &&
      (tries.ofNames.has(name) || tries.ofNames.size < MOST_NAMES)
    ) {
      tries.ofNames.set(name, (tries.ofNames.get(name) ?? 0) + 1);
    }
    tries.lastMs = passedMs;
    this.#tries.delete(source);
    this.#makeRoom();
    this.#tries.set(source, tries);
    return 0;
  }

  /** Somebody of that name has signed in from there. */
  succeeded(source: string, name: string): void {
    const tries = this.#tries.get(source);
    if (tries === undefined) return;
    tries.count -= tries.ofNames.get(name) ?? 0;
    tries.ofNames.delete(name);
    if (tries.count === 0) this.#tries.delete(source);
  }

  /** A try that came to nothing, since the server was busy. */
  giveBack(source: string, name: string): void {
    const tries = this.#tries.get(source);
    if (tries === undefined) return;
    tries.count--;
    const ofName = tries.ofNames.get(name);
    if (ofName !== undefined) tries.ofNames.set(name, ofName - 1);
  }

  #remembered(source: string, passedMs: number): Tries {
    const tries = this.#tries.get(source);
    const isKept =
      tries !== undefined &&
      (tries.count < FREE_TRIES
        ? passedMs - tries.firstMs < FREE_MS
        : passedMs - tries.lastMs < FORGET_MS);
    return isKept ? tries : { count: 0, firstMs: passedMs, lastMs: passedMs, ofNames: new Map() };
  }

  #makeRoom(): void {
    if (this.#tries.size < MOST_SOURCES) return;
    for (const oldest of this.#tries.keys()) {
      this.#tries.delete(oldest);
      break;
    }
  }
}

function waitOf({ count, lastMs }: Tries, passedMs: number): number {
  if (count < FREE_TRIES) return 0;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (count - FREE_TRIES), LONGEST_WAIT_MS);
  return Math.max(lastMs + waitMs - passedMs, 0);
}
