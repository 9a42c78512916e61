import { SocketAddress } from "node:net";
import type { Listener } from "../udp.ts";
import { BatchLoop, type BatchLoopOptions } from "./batch-loop.ts";
import { BatchSocket } from "./batch-socket.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { MessageMemory } from "./message-memory.ts";
import { selfTest } from "./self-test.ts";

/** What the batch sockets of one thread share. */
export interface BatchContext {
  readonly libc: Libc;
  readonly messages: MessageMemory;
  readonly loop: BatchLoop;
}

/** What may be different in a test, where the thread has other work. */
const WAIT_MS = 100;
const TURN_MS = 100;

/** Opens what the batch sockets of a thread need, or gives the reason why batches do not work here. */
export function openBatches(
  options: Pick<BatchLoopOptions, "isStopped" | "onSockets"> & Partial<BatchLoopOptions>,
): BatchContext | string {
  const libc = loadLibc();
  if (typeof libc === "string") return libc;
  const messages = new MessageMemory(libc);
  const problem = selfTest(libc, messages);
  if (problem !== undefined) return problem;
  const loop = new BatchLoop(libc, { waitMs: WAIT_MS, turnMs: TURN_MS, ...options });
  return { libc, messages, loop };
}

/** As node writes the addresses of its own sockets: IPv6 has many forms. */
function canonical(address: string): string {
  return new SocketAddress({ address, family: address.includes(":") ? "ipv6" : "ipv4" }).address;
}

/** As listenUdp in udp.ts, on a socket that is read by batches. */
export async function listenUdpBatch(
  { libc, messages, loop }: BatchContext,
  address: string,
  port: number,
  reusePort: boolean,
): Promise<Listener> {
  const socket = BatchSocket.bind(libc, messages, address, port, reusePort);
  loop.own(socket);
  let isOpen = true;
  return {
    address: canonical(socket.address),
    port: socket.port,
    serve: (responder) => {
      if (socket.responder === undefined && isOpen) loop.read(socket);
      socket.responder = responder;
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      loop.forget(socket);
      socket.close();
    },
  };
}
