import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionSource, ConnectionTable } from "../limit/connection-table.ts";
import {
  errorBody,
  RETRY_AFTER_SECONDS,
  type Refusal,
  refuse,
  statusOf,
} from "./error-response.ts";
import { pathAndQuery, refusalOfHead } from "./request-head.ts";
import { sendEmpty } from "./response.ts";
import { ResponseOrder } from "./response-order.ts";

const MAX_HEADER_OCTETS = 8192;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 2000;
/** goacmedns keeps its connections without a limit of its own and would send into one that we close. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long the peer of a broken connection may take to read why. */
const LINGER_MS = 2000;

/** How many connections there are, and what is done with one more. */
export interface ApiConnections {
  readonly table: ConnectionTable<Socket>;
  sourceOf(socket: Socket): ConnectionSource;
}

/** Hears of every answer; one to what never became a request has neither path nor method. */
export type OnAnswered = (
  path: string | undefined,
  method: string | undefined,
  status: number,
  seconds: number,
) => void;

/** The server, and how it stops. */
export interface ApiServer {
  readonly server: Server;
  /** No new connections; requests under way get their answers, within `mostMs`. */
  drain(mostMs: number): Promise<void>;
}

/** The HTTP server for the API, not listening yet: limits on time and size, and JSON also for what never becomes a request. */
export function createApiServer(
  app: RequestListener,
  connections: ApiConnections,
  onAnswered: OnAnswered,
): ApiServer {
  const order = new ResponseOrder();
  const { table } = connections;
  const turnedAway = new WeakSet<Duplex>();
  const refuseRawly: typeof refuseRaw = (socket, refusal, ...headers) => {
    const isSent = refuseRaw(socket, refusal, ...headers);
    if (isSent) onAnswered(undefined, undefined, statusOf(refusal), 0);
    return isSent;
  };
  let isDraining = false;
  // One function for all, and `on` for what is emitted once: each request would leave another two behind.
  function onClosed(this: ServerResponse): void {
    table.release(this.req.socket);
    // The path is the one that was sent: express has its own idea of it.
    const { path, begunMs } = heads.get(this) ?? { path: undefined, begunMs: 0 };
    const seconds = (performance.now() - begunMs) / 1000;
    if (this.headersSent) onAnswered(path, this.req.method, this.statusCode, seconds);
  }
  const heads = new WeakMap<ServerResponse, { readonly path: string; readonly begunMs: number }>();
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    if (turnedAway.has(req.socket)) return;
    table.hold(req.socket);
    heads.set(res, { path: req.url ?? "", begunMs: performance.now() });
    res.on("close", onClosed);
    if (isDraining) res.shouldKeepAlive = false;
    order.queue(req, res, () => receive(app, req, res));
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_OCTETS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      // Refused in JSON by refusalOfHead.
      requireHostHeader: false,
      noDelay: true,
    },
    listener,
  );
  server.on("connection", (socket: Socket) => {
    if (table.admit(socket, connections.sourceOf(socket))) {
      socket.once("close", () => table.remove(socket));
    } else {
      turnedAway.add(socket);
      refuseRawly(socket, "too_many_connections", `Retry-After: ${RETRY_AFTER_SECONDS}`);
    }
  });
  // readBody sends the 100 when the body is wanted; after any other answer node closes.
  server.on("checkContinue", listener);
  server.on("checkExpectation", (req: IncomingMessage, res: ServerResponse) => {
    order.queue(req, res, () => refuseAndClose(res, "expectation_failed"));
  });
  server.on("connect", (_req: IncomingMessage, socket: Duplex) => {
    // RFC 9110 section 15.5.6: a 405 has an Allow, empty where nothing is allowed.
    order.afterAnswered(socket, () => refuseRawly(socket, "method_not_allowed", "Allow:"));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || socket.destroyed) socket.destroy();
    else order.afterAnswered(socket, () => refuseRawly(socket, refusalOf(error.code)));
  });
  const drain = (mostMs: number): Promise<void> => {
    isDraining = true;
    // Who goes on asking over a connection that is kept would keep us from stopping.
    for (const socket of table.connections()) order.closeAfterNewest(socket);
    return closeServer(server, mostMs);
  };
  return { server, drain };
}

function closeServer(server: Server, mostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), mostMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** What must be settled before Express sees a request: it answers targets it cannot parse in HTML. */
function receive(app: RequestListener, req: IncomingMessage, res: ServerResponse): void {
  const refusal = refusalOfHead(req);
  if (refusal !== undefined) {
    refuseAndClose(res, refusal);
  } else if (req.method === "OPTIONS" && req.url === "*") {
    // RFC 9110 section 9.3.7: for the server as a whole.
    sendEmpty(res);
  } else {
    req.url = pathAndQuery(req.url ?? "");
    app(req, res);
  }
}

function refuseAndClose(res: ServerResponse, refusal: Refusal): void {
  res.shouldKeepAlive = false;
  refuse(res, refusal);
}

function refusalOf(code: string | undefined): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return "too_many_headers";
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "bad_request";
}

/** Answers on a connection that has no request, and closes it. False if it has been answered already. */
function refuseRaw(socket: Duplex, refusal: Refusal, ...headers: readonly string[]): boolean {
  // Every later octet of a refused peer comes here again.
  if (!socket.writable) return false;
  const status = statusOf(refusal);
  const body = errorBody(refusal);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
    ...headers,
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // What the peer still sends is thrown away, or its system would throw away our answer.
  socket.resume();
  const deadline = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on("close", () => clearTimeout(deadline));
  return true;
}
