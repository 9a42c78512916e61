import type { BatchSocket } from "./batch-socket.ts";
import { type Libc, POLLIN } from "./libc.ts";

/** Rounds in which sockets that have something are read before the others are looked at, too. */
const BUSY_ROUNDS = 16;
const BUSY_MESSAGES = 8;
const POLLFD_OCTETS = 8;

export interface BatchLoopOptions {
  /** How long it waits for datagrams at most, milliseconds. */
  readonly waitMs: number;
  /** How long the loop may keep the thread for itself, milliseconds. */
  readonly turnMs: number;
  /** Whether to stop: asked in every turn. */
  readonly isStopped: () => boolean;
  /** Called with the descriptors of all sockets whenever they change, before one is closed and after one was opened. */
  readonly onSockets: (descriptors: readonly number[]) => void;
}

/**
 * Reads the batch sockets of a thread: poll(2) for those that have something, then one batch from each,
 * again and again. It keeps the thread for `turnMs`, then gives timers and promises a turn, for the
 * sockets that come and go. While it waits the thread hears nothing else, hence not for long.
 */
export class BatchLoop {
  readonly #libc: Libc;
  readonly #options: BatchLoopOptions;
  readonly #owned = new Set<BatchSocket>();
  /** Those that are read. */
  #sockets: BatchSocket[] = [];
  #pollfds: Buffer = Buffer.alloc(0);
  #pollfdsAddress = 0n;
  #isRunning = false;

  constructor(libc: Libc, options: BatchLoopOptions) {
    this.#libc = libc;
    this.#options = options;
  }

  /** Knows of a socket from now on: should the thread be killed, its owner closes it. */
  own(socket: BatchSocket): void {
    this.#owned.add(socket);
    this.#tellOwner();
  }

  /** Reads a socket of its own from now on. */
  read(socket: BatchSocket): void {
    this.#setSockets([...this.#sockets, socket]);
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(this.#turn);
  }

  /** Forgets a socket, which is to be closed after that and not before. */
  forget(socket: BatchSocket): void {
    this.#setSockets(this.#sockets.filter((each) => each !== socket));
    this.#owned.delete(socket);
    this.#tellOwner();
  }

  #tellOwner(): void {
    this.#options.onSockets([...this.#owned].map(({ descriptor }) => descriptor));
  }

  #setSockets(sockets: BatchSocket[]): void {
    this.#sockets = sockets;
    // Never small: node keeps small arrays where they can move.
    this.#pollfds = Buffer.alloc(Math.max(sockets.length * POLLFD_OCTETS, 4096));
    this.#pollfdsAddress = this.#libc.address(this.#pollfds);
    for (const [i, { descriptor }] of sockets.entries()) {
      this.#pollfds.writeInt32LE(descriptor, i * POLLFD_OCTETS);
      this.#pollfds.writeInt16LE(POLLIN, i * POLLFD_OCTETS + 4);
    }
  }

  readonly #turn = (): void => {
    const { turnMs, isStopped, waitMs } = this.#options;
    const endMs = performance.now() + turnMs;
    while (this.#sockets.length > 0 && !isStopped()) {
      this.#answerWhoIsReady(waitMs);
      if (performance.now() < endMs) continue;
      setImmediate(this.#turn);
      return;
    }
    this.#isRunning = false;
  };

  /** Waits if there is nothing to do. */
  #answerWhoIsReady(waitMs: number): void {
    if (this.#libc.poll(this.#pollfdsAddress, this.#sockets.length, waitMs) <= 0) return;
    for (let round = 0; round < BUSY_ROUNDS; round++) {
      let hasMore = false;
      for (let i = 0; i < this.#sockets.length; i++) {
        if ((this.#pollfds[i * POLLFD_OCTETS + 6] ?? 0) === 0) continue;
        // Whoever had a lot has more by now; of the others poll tells with less work.
        if ((this.#sockets[i]?.answer() ?? 0) >= BUSY_MESSAGES) hasMore = true;
        else this.#pollfds[i * POLLFD_OCTETS + 6] = 0;
      }
      if (!hasMore) return;
    }
  }
}
