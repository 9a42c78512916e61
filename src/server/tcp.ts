import { createServer, type Server, type Socket } from "node:net";
import { addressOctets, connectionSource, type Requestor } from "./requestor.ts";
import type { Responder } from "./responder.ts";
import { serveConnection, type TcpContext } from "./served-connection.ts";
import type { Listener } from "./udp.ts";

/**
 * Binds an address for DNS over TCP; port 0 takes a free one. Rejects with the system's error
 * (`code` EADDRINUSE, EACCES, …) if that cannot be.
 */
export async function listenTcp(
  context: TcpContext,
  address: string,
  port: number,
): Promise<Listener> {
  const connections = new Map<Socket, Requestor>();
  let responder: Responder | undefined;
  const serve = (socket: Socket, requestor: Requestor): void => {
    if (responder !== undefined) serveConnection(socket, requestor, responder, context);
  };
  const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
  const server = createServer(options, (socket) => {
    // A reset is the peer's business; "close" follows.
    socket.on("error", () => {});
    // Gone before it was accepted.
    if (socket.remoteAddress === undefined) return socket.destroy();
    const requestor = { transport: "tcp", address: addressOctets(socket.remoteAddress) } as const;
    connections.set(socket, requestor);
    context.table.admit(socket, connectionSource(requestor.address, context.coversLoopback));
    socket.on("close", () => {
      connections.delete(socket);
      context.table.remove(socket);
    });
    return serve(socket, requestor);
  });
  await listen(server, address, port);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("no socket address");
  return {
    address: bound.address,
    port: bound.port,
    serve: (given) => {
      responder = given;
      for (const [socket, requestor] of connections) serve(socket, requestor);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections.keys()) socket.destroy();
      }),
  };
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
      server.off("error", reject);
      // An accept that fails costs that connection. Where descriptors run out, libuv accepts and
      // closes what waits by one that it keeps for this, so that the loop does not spin.
      server.on("error", () => {});
      resolve();
    });
  });
}
