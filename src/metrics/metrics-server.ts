import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface MetricsServerParts {
  /** The page, in the text format of Prometheus, and its type. */
  readonly page: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** SHA-256 of the token that a reader must send; undefined: none is needed. */
  readonly tokenHash: Uint8Array | undefined;
  readonly log: { error(fields: object, message: string): void };
}

const TIMEOUT_MS = 10_000;
/** Few read metrics, and nobody may keep what DNS and the API need. */
const MOST_CONNECTIONS = 20;

/** GET /metrics on a listener of its own, not listening yet. */
export function createMetricsServer(parts: MetricsServerParts): Server {
  const server = createServer(
    { maxHeaderSize: 4096, headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (req, res) => void answer(parts, req, res),
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function answer(
  { page, tokenHash, log }: MetricsServerParts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const [path] = (req.url ?? "").split("?");
  if (path !== "/metrics") return send(res, 404, "the metrics are at /metrics\n");
  if (req.method !== "GET" && req.method !== "HEAD") {
    res.setHeader("Allow", "GET, HEAD");
    return send(res, 405, "GET alone\n");
  }
  if (tokenHash !== undefined && !isAllowed(req.headers.authorization ?? "", tokenHash)) {
    res.setHeader("WWW-Authenticate", "Bearer");
    return send(res, 401, "metrics.token_file is set: send its token as Authorization: Bearer …\n");
  }
  try {
    const { contentType, text } = await page();
    send(res, 200, text, contentType);
  } catch (err) {
    log.error({ err }, "the metrics could not be collected");
    send(res, 503, "the metrics could not be collected: see the log\n");
  }
}

function isAllowed(authorization: string, tokenHash: Uint8Array): boolean {
  const token = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1] ?? "";
  return timingSafeEqual(createHash("sha256").update(token).digest(), tokenHash);
}

function send(
  res: ServerResponse,
  status: number,
  text: string,
  contentType = "text/plain; charset=utf-8",
): void {
  res.writeHead(status, {
    "Content-Type": contentType,
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  res.end(text);
}
