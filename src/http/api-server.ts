import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { errorBody, type Refusal, refuse, statusOf } from "./error-response.ts";
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

/** The HTTP server for the API, not listening yet: limits on time and size, and JSON also for what never becomes a request. */
export function createApiServer(app: RequestListener): Server {
  const order = new ResponseOrder();
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
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
  // readBody sends the 100 when the body is wanted; after any other answer node closes.
  server.on("checkContinue", listener);
  server.on("checkExpectation", (req: IncomingMessage, res: ServerResponse) => {
    order.queue(req, res, () => refuseAndClose(res, "expectation_failed"));
  });
  server.on("connect", (_req: IncomingMessage, socket: Duplex) => {
    // RFC 9110 section 15.5.6: a 405 has an Allow, empty where nothing is allowed.
    order.afterAnswered(socket, () => refuseRaw(socket, "method_not_allowed", "Allow:"));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || socket.destroyed) socket.destroy();
    else order.afterAnswered(socket, () => refuseRaw(socket, refusalOf(error.code)));
  });
  return server;
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

/** Answers on a connection that has no request, and closes it. */
function refuseRaw(socket: Duplex, refusal: Refusal, ...headers: readonly string[]): void {
  // Every later octet of a refused peer comes here again.
  if (!socket.writable) return;
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
}
