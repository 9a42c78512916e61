import type { ServerResponse } from "node:http";

/**
 * Sends a JSON body as it stands: clients parse it with sed and grep, so each octet counts. No
 * charset in the type and no ETag, as acme-dns has it; credentials are not to be cached.
 */
export function sendJson(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  res.end(body);
}

/** 200 without a body. */
export function sendEmpty(res: ServerResponse): void {
  res.writeHead(200, { "Content-Length": 0 }).end();
}
