import { addressOctets, type Transport } from "../requestor.ts";
import type { Responder } from "../responder.ts";
import {
  AF_INET,
  AF_INET6,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVPKTINFO,
  IPV6_V6ONLY,
  type Libc,
  MSG_DONTWAIT,
  SO_RCVBUF,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "./libc.ts";
import type { MessageMemory } from "./message-memory.ts";
import { BATCH_MESSAGES, SOCKADDR_OCTETS, SocketMemory } from "./socket-memory.ts";
import { systemError } from "./system-error.ts";

/** Octets that wait in the kernel while we are busy: bursts of several thousand questions. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

const sockaddrOctets = (isIpv6: boolean): number => (isIpv6 ? 28 : 16);

/** A UDP socket that is read and written by batches, never waiting for anything. */
export class BatchSocket {
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
  responder: Responder | undefined;
  readonly #libc: Libc;
  readonly #messages: MessageMemory;
  readonly #memory: SocketMemory;
  readonly #isIpv6: boolean;
  readonly #requestor: { readonly transport: Transport; readonly address: Uint8Array };

  private constructor(
    libc: Libc,
    messages: MessageMemory,
    descriptor: number,
    address: string,
    port: number,
  ) {
    this.#libc = libc;
    this.#messages = messages;
    this.descriptor = descriptor;
    this.address = address;
    this.port = port;
    this.#isIpv6 = address.includes(":");
    // Only a socket of all addresses has to be told which one was asked.
    this.#memory = new SocketMemory(libc, messages, isWildcard(address));
    this.#requestor = { transport: "udp", address: new Uint8Array(this.#isIpv6 ? 16 : 4) };
  }

  /** Throws the system's error (`code` EADDRINUSE, EACCES, …) if it cannot be. Port 0 takes a free one. */
  static bind(
    libc: Libc,
    messages: MessageMemory,
    address: string,
    port: number,
    reusePort: boolean,
  ): BatchSocket {
    const isIpv6 = address.includes(":");
    const family = isIpv6 ? AF_INET6 : AF_INET;
    const descriptor = libc.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw systemError("socket", libc.errno());
    try {
      setOptions(libc, descriptor, address, reusePort);
      const chosen = bindTo(libc, descriptor, address, port);
      return new BatchSocket(libc, messages, descriptor, address, chosen);
    } catch (error) {
      libc.close(descriptor);
      throw error;
    }
  }

  /** Takes what has arrived, at most BATCH_MESSAGES, and answers it. Gives how many there were. */
  answer(): number {
    const { responder } = this;
    if (responder === undefined) return 0;
    const count = this.#libc.recvmmsg(
      this.descriptor,
      this.#memory.receiveHeaders,
      BATCH_MESSAGES,
      MSG_DONTWAIT,
      null,
    );
    // Nothing there, or a signal: poll tells when to look again.
    if (count <= 0) return 0;
    // Only now: what was published before these messages came must be seen.
    responder.begin();
    const responses = this.#writeResponses(responder, count);
    responder.end();
    this.#send(responses);
    this.#memory.resetReceived(count);
    return count;
  }

  /** Sends a datagram of our own. Gives whether the system has taken it. */
  sendTo(address: string, port: number, octets: Uint8Array): boolean {
    const memory = this.#memory.octets;
    const sockaddr = this.#memory.sockaddrAt(0);
    memory[sockaddr] = this.#isIpv6 ? AF_INET6 : AF_INET;
    memory[sockaddr + 1] = 0;
    memory[sockaddr + 2] = port >>> 8;
    memory[sockaddr + 3] = port;
    memory.set(addressOctets(address), sockaddr + (this.#isIpv6 ? 8 : 4));
    this.#messages.octets.set(octets);
    this.#memory.forgetControl(0);
    this.#memory.setResponse(0, 0, octets.length);
    this.#memory.resetReceived(1);
    const headers = this.#memory.sendHeaders(0);
    return this.#libc.sendmmsg(this.descriptor, headers, 1, MSG_DONTWAIT) === 1;
  }

  close(): void {
    this.#libc.close(this.descriptor);
  }

  /** Writes each response over its message. Gives how many there are. */
  #writeResponses(responder: Responder, count: number): number {
    const { octets } = this.#messages;
    let responses = 0;
    for (let i = 0; i < count; i++) {
      if (!this.#readRequestor(i)) continue;
      const start = this.#messages.slotAt(i);
      const end = start + this.#memory.receivedOctets(i);
      const length = responder.answer(octets, start, end, this.#requestor, octets, start);
      if (length > 0) this.#memory.setResponse(responses++, i, length);
    }
    return responses;
  }

  /** Takes the source address of message `i`. Port 0 cannot be sent to; only a forged datagram has it. */
  #readRequestor(i: number): boolean {
    const { octets } = this.#memory;
    const sockaddr = this.#memory.sockaddrAt(i);
    const { address } = this.#requestor;
    const from = sockaddr + (this.#isIpv6 ? 8 : 4);
    for (let j = 0; j < address.length; j++) address[j] = octets[from + j] ?? 0;
    return ((octets[sockaddr + 2] ?? 0) | (octets[sockaddr + 3] ?? 0)) !== 0;
  }

  /** What the system does not take is lost, as any datagram may be: the requestor asks again. */
  #send(count: number): void {
    let sent = 0;
    while (sent < count) {
      const taken = this.#libc.sendmmsg(
        this.descriptor,
        this.#memory.sendHeaders(sent),
        count - sent,
        MSG_DONTWAIT,
      );
      // The first one failed (no route, a firewall, no room): the others are not to suffer for it.
      sent += Math.max(taken, 1);
    }
  }
}

function isWildcard(address: string): boolean {
  return addressOctets(address).every((octet) => octet === 0);
}

function setOptions(libc: Libc, descriptor: number, address: string, reusePort: boolean): void {
  const set = (level: number, name: number, value: number): number => {
    const memory = Buffer.alloc(64);
    memory.writeInt32LE(value);
    return libc.setsockopt(descriptor, level, name, libc.address(memory), 4);
  };
  const mustSet = (level: number, name: number, value: number): void => {
    if (set(level, name, value) < 0) throw systemError("setsockopt", libc.errno());
  };
  const isIpv6 = address.includes(":");
  if (reusePort) mustSet(SOL_SOCKET, SO_REUSEPORT, 1);
  // An IPv4 address has a socket of its own here, however it is written.
  if (isIpv6) mustSet(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (isWildcard(address)) {
    if (isIpv6) mustSet(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    else mustSet(IPPROTO_IP, IP_PKTINFO, 1);
  }
  // The system's limit holds if that is more than it allows, which only costs questions in bursts.
  set(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
}

/** Gives the port. */
function bindTo(libc: Libc, descriptor: number, address: string, port: number): number {
  const isIpv6 = address.includes(":");
  // Larger than it need be: node keeps small arrays where they can move.
  const memory = Buffer.alloc(2 * SOCKADDR_OCTETS + 64);
  memory.writeUInt16LE(isIpv6 ? AF_INET6 : AF_INET, 0);
  memory.writeUInt16BE(port, 2);
  memory.set(addressOctets(address), isIpv6 ? 8 : 4);
  const sockaddr = libc.address(memory);
  if (libc.bind(descriptor, sockaddr, sockaddrOctets(isIpv6)) < 0) {
    throw systemError("bind", libc.errno());
  }
  const lengthAt = 2 * SOCKADDR_OCTETS;
  memory.writeUInt32LE(SOCKADDR_OCTETS, lengthAt);
  if (libc.getsockname(descriptor, sockaddr, sockaddr + BigInt(lengthAt)) < 0) {
    throw systemError("getsockname", libc.errno());
  }
  return memory.readUInt16BE(2);
}
