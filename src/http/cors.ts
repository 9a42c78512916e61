import type { IncomingMessage, ServerResponse } from "node:http";

/** What a page of another origin may do, as acme-dns sets it: no X-Api-* headers, so no updates. */
const METHODS = ["GET", "POST"];
const HEADERS = new Map(
  ["Origin", "Accept", "Content-Type"].map((name) => [name.toLowerCase(), name]),
);

/** Cross-origin requests by the Fetch standard, with the answers that acme-dns gives. */
export function cors(
  origins: readonly string[],
): (req: IncomingMessage, res: ServerResponse, next: () => void) => void {
  const isAllowed = originMatcher(origins);
  return (req, res, next) => {
    const origin = req.headers.origin;
    const allowed = origin !== undefined && isAllowed(origin) ? origin : undefined;
    const allowOrigin = origins.includes("*") ? "*" : allowed;
    if (isPreflight(req)) {
      res.setHeader(
        "Vary",
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
      );
      if (allowed !== undefined && allowOrigin !== undefined)
        permitPreflight(req, res, allowOrigin);
      res.writeHead(204).end();
      return;
    }
    res.setHeader("Vary", "Origin");
    if (allowed !== undefined && allowOrigin !== undefined) {
      res.setHeader("Access-Control-Allow-Origin", allowOrigin);
    }
    next();
  };
}

function isPreflight(req: IncomingMessage): boolean {
  return req.method === "OPTIONS" && req.headers["access-control-request-method"] !== undefined;
}

/** All that is asked for is allowed, or nothing is said. */
function permitPreflight(req: IncomingMessage, res: ServerResponse, allowOrigin: string): void {
  const method = req.headers["access-control-request-method"] ?? "";
  const asked = (req.headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const headers = asked.map((name) => HEADERS.get(name));
  if (!METHODS.includes(method) || headers.includes(undefined)) return;
  res.setHeader("Access-Control-Allow-Origin", allowOrigin);
  res.setHeader("Access-Control-Allow-Methods", method);
  if (headers.length > 0) res.setHeader("Access-Control-Allow-Headers", headers.join(", "));
}

/** Whole origins, or with one "*" for any part, such as https://*.example.org. */
function originMatcher(origins: readonly string[]): (origin: string) => boolean {
  const patterns = origins.map((origin) => origin.toLowerCase().split("*"));
  return (origin) => {
    const text = origin.toLowerCase();
    return patterns.some(([start = "", end]) =>
      end === undefined
        ? text === start
        : text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end),
    );
  };
}
