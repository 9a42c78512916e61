/**
 * Words that the threads of DNS share with the one that started them. A thread that waits for
 * datagrams gets no messages, so this is how it hears that it should stop, and how it is known which
 * sockets it leaves behind if it dies.
 */

/** 1: stop. */
const STOP = 0;
/** Rises when there is a message that should be taken before the next query is answered. */
const NEWS = 1;
const HEAD_WORDS = 16;
/** Sockets of one thread: an address has one, and a host has few addresses. */
const MOST_SOCKETS = 255;
const THREAD_WORDS = 1 + MOST_SOCKETS;

export class ThreadControl {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  static for(threads: number): ThreadControl {
    return new ThreadControl(new SharedArrayBuffer((HEAD_WORDS + threads * THREAD_WORDS) * 4));
  }

  stop(): void {
    Atomics.store(this.#words, STOP, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }

  /** Messages were sent that no thread may miss, however busy it is with datagrams. */
  announceNews(): void {
    Atomics.add(this.#words, NEWS, 1);
  }

  get news(): number {
    return Atomics.load(this.#words, NEWS);
  }

  /** The descriptors of a thread's sockets from now on. What is not written down is not closed after its death. */
  setSockets(thread: number, descriptors: readonly number[]): void {
    const first = HEAD_WORDS + thread * THREAD_WORDS;
    const known = descriptors.slice(0, MOST_SOCKETS);
    Atomics.store(this.#words, first, 0);
    for (const [i, descriptor] of known.entries()) {
      Atomics.store(this.#words, first + 1 + i, descriptor);
    }
    Atomics.store(this.#words, first, known.length);
  }

  /** Gives the descriptors and forgets them. */
  takeSockets(thread: number): number[] {
    const first = HEAD_WORDS + thread * THREAD_WORDS;
    const count = Atomics.exchange(this.#words, first, 0);
    return Array.from({ length: count }, (_, i) => Atomics.load(this.#words, first + 1 + i));
  }
}
