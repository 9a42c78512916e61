// UDP sockets that send and receive by batches, for a generator that is lighter than what it measures.
import { createRequire } from "node:module";
import type Koffi from "koffi";

const koffi: typeof Koffi = createRequire(import.meta.url)("koffi");
const libc = koffi.load(null);
const socket = libc.func("int socket(int domain, int type, int protocol)");
const connect = libc.func("int connect(int fd, void *address, uint octets)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, void *value, uint n)");
const recvmmsg = libc.func("int recvmmsg(int fd, void *headers, uint n, int flags, void *timeout)");
const sendmmsg = libc.func("int sendmmsg(int fd, void *headers, uint n, int flags)");
const close = libc.func("int close(int fd)");
const poll = libc.func("int poll(void *fds, ulong n, int timeout)");

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0x800;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;

export const BATCH = 64;
const HEADER_OCTETS = 64;
const IOVEC_OCTETS = 16;
export const ANSWER_OCTETS = 1536;

/** Memory that koffi can point into: never small, since node moves small arrays. */
function memory(octets: number): Buffer {
  return Buffer.alloc(Math.max(octets, 8192));
}

/** A connected socket with room for one batch each way. */
export class LoadSocket {
  /** Answers, each ANSWER_OCTETS from the one before. */
  readonly answers: Buffer = memory(BATCH * ANSWER_OCTETS);
  readonly #descriptor: number;
  readonly #receive: Buffer = memory(BATCH * (HEADER_OCTETS + IOVEC_OCTETS));
  readonly #send: Buffer = memory(BATCH * (HEADER_OCTETS + IOVEC_OCTETS));
  readonly #sendWords: Uint32Array;
  readonly #receiveAddress: bigint;
  readonly #sendAddress: bigint;

  constructor(port: number) {
    this.#descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const address = memory(16);
    address.writeUInt16LE(AF_INET, 0);
    address.writeUInt16BE(port, 2);
    address.set([127, 0, 0, 1], 4);
    const size = memory(4);
    size.writeInt32LE(4 * 1024 * 1024);
    setsockopt(this.#descriptor, SOL_SOCKET, SO_RCVBUF, size, 4);
    if (connect(this.#descriptor, address, 16) < 0) throw new Error("connect failed");
    this.#receiveAddress = koffi.address(this.#receive);
    this.#sendAddress = koffi.address(this.#send);
    this.#sendWords = new Uint32Array(
      this.#send.buffer,
      this.#send.byteOffset,
      this.#send.length / 4,
    );
    const answers = koffi.address(this.answers);
    for (let i = 0; i < BATCH; i++) {
      const vectorAt = BATCH * HEADER_OCTETS + i * IOVEC_OCTETS;
      for (const [block, base] of [
        [this.#receive, this.#receiveAddress],
        [this.#send, this.#sendAddress],
      ] as const) {
        block.writeBigUInt64LE(base + BigInt(vectorAt), i * HEADER_OCTETS + 16);
        block.writeBigUInt64LE(1n, i * HEADER_OCTETS + 24);
      }
      this.#receive.writeBigUInt64LE(answers + BigInt(i * ANSWER_OCTETS), vectorAt);
      this.#receive.writeBigUInt64LE(BigInt(ANSWER_OCTETS), vectorAt + 8);
    }
  }

  /** Message number `i` of the next `send` is there. `address`: of its first octet, as a number. */
  put(i: number, address: number, octets: number): void {
    const vector = (BATCH * HEADER_OCTETS + i * IOVEC_OCTETS) / 4;
    this.#sendWords[vector] = address >>> 0;
    this.#sendWords[vector + 1] = Math.floor(address / 2 ** 32);
    this.#sendWords[vector + 2] = octets;
  }

  send(count: number): number {
    return sendmmsg(this.#descriptor, this.#sendAddress, count, MSG_DONTWAIT);
  }

  /** Gives how many answers there are now, -1 for none. */
  receive(): number {
    return recvmmsg(this.#descriptor, this.#receiveAddress, BATCH, MSG_DONTWAIT, null);
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  close(): void {
    close(this.#descriptor);
  }
}

/** Waits until one of the sockets has an answer, a millisecond at most. */
export function waitForAnswers(sockets: readonly LoadSocket[]): void {
  const pollfds = memory(sockets.length * 8);
  for (const [i, { descriptor }] of sockets.entries()) {
    pollfds.writeInt32LE(descriptor, i * 8);
    pollfds.writeInt16LE(POLLIN, i * 8 + 4);
  }
  poll(pollfds, sockets.length, 1);
}

export function addressOf(octets: Uint8Array): number {
  return Number(koffi.address(octets));
}
