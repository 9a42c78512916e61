import type { Responder } from "../responder.ts";
import { BatchSocket } from "./batch-socket.ts";
import { type Libc, POLLIN } from "./libc.ts";
import type { MessageMemory } from "./message-memory.ts";

const LOOPBACK = "127.0.0.1";
/** How long a datagram may take from a socket to itself, milliseconds. */
const DEADLINE_MS = 250;
const MESSAGE = Uint8Array.from({ length: 300 }, (_, i) => i % 251);

/**
 * Tries whether batches work here: layouts of memory differ, and sandboxes forbid calls. A socket
 * sends itself a message, answers it and gets the answer.
 *
 * @returns why they do not, undefined if they do.
 */
export function selfTest(libc: Libc, messages: MessageMemory): string | undefined {
  let socket: BatchSocket | undefined;
  try {
    socket = BatchSocket.bind(libc, messages, "0.0.0.0", 0, false);
    return talkToItself(libc, socket);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    socket?.close();
  }
}

function talkToItself(libc: Libc, socket: BatchSocket): string | undefined {
  const received: Uint8Array[] = [];
  socket.responder = mirror(received);
  if (!socket.sendTo(LOOPBACK, socket.port, MESSAGE)) {
    return `sendmmsg has sent nothing (error ${libc.errno()})`;
  }
  for (const expected of [MESSAGE, MESSAGE.toReversed()]) {
    if (!hasDatagram(libc, socket) || socket.answer() === 0) {
      return `recvmmsg has received nothing (error ${libc.errno()})`;
    }
    if (Buffer.compare(received.pop() ?? new Uint8Array(0), expected) !== 0) {
      return "recvmmsg has received something else than was sent";
    }
  }
  return undefined;
}

/** Answers with the message reversed, if it came from where it was sent. */
function mirror(received: Uint8Array[]): Responder {
  return {
    begin: () => {},
    answer: (input, start, end, { address }, output, at) => {
      if (address.join(".") !== LOOPBACK) return 0;
      const message = Uint8Array.from(input.subarray(start, end));
      received.push(message);
      output.set(message.toReversed(), at);
      return message.length;
    },
    end: () => {},
  };
}

function hasDatagram(libc: Libc, { descriptor }: BatchSocket): boolean {
  // Never small: node keeps small arrays where they can move.
  const pollfd = Buffer.alloc(4096);
  pollfd.writeInt32LE(descriptor);
  pollfd.writeInt16LE(POLLIN, 4);
  return libc.poll(libc.address(pollfd), 1, DEADLINE_MS) === 1;
}
