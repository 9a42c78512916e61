import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Express } from "express";
import { errorBody, type Refusal, refuse, statusOf } from "./error-response.ts";
import { pathAndQuery, refusalOfHead } from "./request-head.ts";
import { sendEmpty } from "./response.ts";

const MAX_HEADER_OCTETS = 8192;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 2000;
/** goacmedns keeps its connections without a limit of its own and would send into one that we close. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long the peer of a broken connection may take to read why. */
const LINGER_MS = 2000;

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** The HTTP server for the API, not listening yet: limits on time and size, and JSON also for what never becomes a request. */
export function createApiServer(app: Express): Server {
  const listener = (req: IncomingMessage, res: ServerResponse): void => receive(app, req, res);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_OCTETS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      // Refused by the application, in JSON.
      requireHostHeader: false,
      noDelay: true,
    },
    listener,
  );
  // readBody sends the 100 when the body is wanted; after any other answer node closes.
  server.on("checkContinue", listener);
  server.on("checkExpectation", (_req: IncomingMessage, res: ServerResponse) => {
    res.shouldKeepAlive = false;
    refuse(res, "expectation_failed");
  });
  server.on("connect", (_req: IncomingMessage, socket: Duplex) => {
    refuseRaw(socket, "method_not_allowed");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || socket.destroyed) socket.destroy();
    // Every later octet of a refused peer comes here too; refuseRaw has set it a deadline.
    else if (!socket.writableEnded) refuseRaw(socket, refusalOf(error.code));
  });
  return server;
}

/** What must be settled before Express sees a request: it answers targets it cannot parse in HTML. */
function receive(app: Express, req: IncomingMessage, res: ServerResponse): void {
  const refusal = refusalOfHead(req);
  if (refusal !== undefined) {
    res.shouldKeepAlive = false;
    refuse(res, refusal);
  } else if (req.method === "OPTIONS" && req.url === "*") {
    // RFC 9110 section 9.3.7: for the server as a whole.
    sendEmpty(res);
  } else {
    req.url = pathAndQuery(req.url ?? "");
    app(req, res);
  }
}

function refusalOf(code: string | undefined): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return "too_many_headers";
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "bad_request";
}

/** Answers on a connection that has no request, and closes it. */
function refuseRaw(socket: Duplex, refusal: Refusal): void {
  const status = statusOf(refusal);
  const body = errorBody(refusal);
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Error"}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // What the peer still sends is thrown away, or its system would throw away our answer.
  socket.resume();
  const deadline = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on("close", () => clearTimeout(deadline));
}
