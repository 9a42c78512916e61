import type { IncomingMessage } from "node:http";
import type { Refusal } from "./error-response.ts";

/** More header lines than any client sends: node keeps no more than a limit and says nothing of the rest. */
const MAX_HEADER_LINES = 64;

/** Why a request is refused before its target is looked at, undefined if it is not. */
export function refusalOfHead(req: IncomingMessage): Refusal | undefined {
  if (req.rawHeaders.length / 2 > MAX_HEADER_LINES) return "too_many_headers";
  // Node takes the request lines of HTTP/0.9 and HTTP/2.0 for HTTP/1.
  if (req.httpVersionMajor !== 1) return "bad_request";
  // RFC 9112 section 6.1: no other coding is understood, and HTTP/1.0 has none.
  const coding = req.headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || req.httpVersion === "1.0")) {
    return "bad_request";
  }
  // RFC 9112 section 3.2: one Host, which only HTTP/1.0 may leave out.
  const hosts = req.headersDistinct["host"]?.length ?? 0;
  if (hosts === 0 && req.httpVersion !== "1.0") return "missing_host_header";
  return hosts > 1 ? "bad_request" : undefined;
}

/**
 * The path and query of a request target, which may also be a whole URL (RFC 9112 section 3.2.2).
 * Base URLs with a final slash give //update: clients that do not follow redirects send it.
 */
export function pathAndQuery(target: string): string {
  const [path = "", ...query] = target.replace(/^https?:\/\/[^/?]*/i, "").split("?");
  return [`/${path}`.replace(/\/{2,}/g, "/"), ...query].join("?");
}
