import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/**
 * The newest response of each connection, sent or not. RFC 9112 section 9.3.2: requests that are
 * not safe are worked on one after the other, also when a client has sent the second before it got
 * the first response; which of two updates is the newer one depends on it.
 */
export class ResponseOrder {
  readonly #newest = new WeakMap<Duplex, ServerResponse>();

  /** Calls `begin` when the responses before are sent, and never if one of them closes the connection. */
  queue(req: IncomingMessage, res: ServerResponse, begin: () => void): void {
    const before = this.#newest.get(req.socket);
    this.#newest.set(req.socket, res);
    const beginIfOpen = (): void => {
      // RFC 9112 section 9.6: nothing is worked on that follows "Connection: close".
      if (before === undefined || before.shouldKeepAlive) begin();
    };
    if (before === undefined || before.writableFinished) beginIfOpen();
    else before.once("close", beginIfOpen);
  }

  /** The newest response becomes the last one of its connection, if it can still say so. */
  closeAfterNewest(socket: Duplex): void {
    const newest = this.#newest.get(socket);
    if (newest !== undefined && !newest.headersSent) newest.shouldKeepAlive = false;
  }

  /** Calls `refuse` for octets that are no request, when what came before them is answered. */
  afterAnswered(socket: Duplex, refuse: () => void): void {
    const newest = this.#newest.get(socket);
    if (newest === undefined || newest.writableFinished) refuse();
    // They belong to the body of a request that was refused already.
    else if (newest.headersSent) socket.end();
    else if (newest.req.complete) newest.once("close", refuse);
    else refuse();
  }
}
