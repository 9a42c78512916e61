import { createServer, type Server, type Socket } from "node:net";
import { addressOctets, type Requestor, type Responder } from "./requestor.ts";
import { TcpFraming } from "./tcp-framing.ts";
import type { Listener } from "./udp.ts";

/** RFC 7766 section 6.2.3: how long a connection may say nothing. */
export interface TcpLimits {
  /** Until the first whole message. 0: no limit. */
  readonly firstMessageSeconds: number;
  /** Between messages. 0: no limit. */
  readonly idleSeconds: number;
}

/**
 * Binds an address for DNS over TCP; port 0 takes a free one. Rejects with the system's error
 * (`code` EADDRINUSE, EACCES, …) if that cannot be.
 */
export async function listenTcp(
  limits: TcpLimits,
  address: string,
  port: number,
): Promise<Listener> {
  const connections = new Set<Socket>();
  let serve: ((socket: Socket) => void) | undefined;
  // RFC 7766 section 6.2.4: who has closed their side still gets the responses.
  const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
  const server = createServer(options, (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    serve?.(socket);
  });
  await listen(server, address, port);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("no socket address");
  return {
    address: bound.address,
    port: bound.port,
    serve: (responder) => {
      serve = (socket) => serveConnection(socket, responder, limits);
      connections.forEach(serve);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

function serveConnection(socket: Socket, responder: Responder, limits: TcpLimits): void {
  const framing = new TcpFraming();
  const requestor = {
    transport: "tcp",
    address: addressOctets(socket.remoteAddress ?? ""),
  } as const;
  let deadline = closeAfter(socket, limits.firstMessageSeconds);
  socket.on("data", (chunk: Buffer) => {
    const responses = respondToAll(responder, requestor, framing.push(chunk));
    if (responses === undefined) return;
    clearTimeout(deadline);
    deadline = closeAfter(socket, limits.idleSeconds);
    // RFC 7766 section 8: length and message leave in one segment where they can. A peer that does
    // not read gets nothing more to read, and is not read from.
    if (responses.length > 0 && !socket.write(responses)) {
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  });
  socket.on("end", () => socket.end());
  socket.on("close", () => clearTimeout(deadline));
  // A reset is the peer's business; "close" follows.
  socket.on("error", () => socket.destroy());
  socket.resume();
}

/** The framed responses to these messages in order, or undefined if there is no message. */
function respondToAll(
  responder: Responder,
  requestor: Requestor,
  messages: readonly Uint8Array[],
): Buffer | undefined {
  if (messages.length === 0) return undefined;
  const framed: Uint8Array[] = [];
  for (const message of messages) {
    const response = responder(message, requestor);
    if (response === undefined) continue;
    framed.push(Uint8Array.of(response.length >>> 8, response.length & 0xff), response);
  }
  return Buffer.concat(framed);
}

function closeAfter(socket: Socket, seconds: number): NodeJS.Timeout | undefined {
  return seconds === 0 ? undefined : setTimeout(() => socket.destroy(), seconds * 1000);
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
      server.off("error", reject);
      // Running out of descriptors, say: the connection is lost, the listener stays.
      server.on("error", () => {});
      resolve();
    });
  });
}
