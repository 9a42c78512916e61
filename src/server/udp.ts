import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { addressOctets, type Transport, writeIpv4 } from "./requestor.ts";
import { MAX_UDP_RESPONSE_OCTETS, type Responder } from "./responder.ts";

/** Octets that wait in the kernel while we are busy: bursts of several thousand questions. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

/** A bound address. It says nothing until `serve` is called. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  serve(responder: Responder): void;
  close(): Promise<void>;
}

/**
 * Binds an address for DNS over UDP; port 0 takes a free one. Rejects with the system's error
 * (`code` EADDRINUSE, EACCES, …) if that cannot be.
 *
 * @param reusePort whether others that say so too may have the same port: the system spreads the
 * requestors over them.
 */
export async function listenUdp(
  address: string,
  port: number,
  reusePort: boolean,
): Promise<Listener> {
  const isIpv6 = address.includes(":");
  const socket = createSocket({
    type: isIpv6 ? "udp6" : "udp4",
    // An IPv4 address has a socket of its own here, however it is written.
    ipv6Only: isIpv6,
    reusePort,
    // Addresses are numeric: spares the look-up that would else precede each response.
    lookup: (host, _options, callback) => callback(null, host, isIpv6 ? 6 : 4),
  });
  await bind(socket, address, port);
  enlargeReceiveBuffer(socket);
  // What the network says of a response that was sent (ICMP) concerns nobody here.
  socket.on("error", () => {});
  const bound = socket.address();
  return {
    address: bound.address,
    port: bound.port,
    // What came before is lost, as any datagram may be: the requestor asks again.
    serve: (responder) => {
      const served = new ServedSocket(socket, responder);
      socket.on("message", (octets, peer) => served.answer(octets, peer));
    },
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}

class ServedSocket {
  readonly #socket: Socket;
  readonly #responder: Responder;
  readonly #requestor: { readonly transport: Transport; address: Uint8Array } = {
    transport: "udp",
    address: new Uint8Array(4),
  };
  #output: Uint8Array = Buffer.allocUnsafeSlow(MAX_UDP_RESPONSE_OCTETS);

  constructor(socket: Socket, responder: Responder) {
    this.#socket = socket;
    this.#responder = responder;
  }

  answer(octets: Buffer, { address, port, family }: RemoteInfo): void {
    // Port 0 cannot be sent to; only a forged datagram has it.
    if (port === 0) return;
    if (family === "IPv4") writeIpv4(address, this.#requestor.address);
    else this.#requestor.address = addressOctets(address);
    const responder = this.#responder;
    responder.begin();
    const length = responder.answer(octets, 0, octets.length, this.#requestor, this.#output, 0);
    responder.end();
    if (length === 0) return;
    // Without a callback, which would cost a turn of its own each time: a peer that cannot be reached
    // asks again, and there is nobody to tell.
    this.#socket.send(this.#output, 0, length, port, address);
    // What the system has not taken yet is sent from the same memory later, so that is not ours any more.
    if (this.#socket.getSendQueueCount() > 0) {
      this.#output = Buffer.allocUnsafeSlow(MAX_UDP_RESPONSE_OCTETS);
    }
  }
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

function enlargeReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
  } catch {
    // The system's limit holds then, which only costs questions in bursts.
  }
}
