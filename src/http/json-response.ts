import type { Response } from "express";

/**
 * Sends a JSON body as it stands: clients parse it with sed and grep, so each octet counts. No
 * charset in the type and no ETag, as acme-dns has it; credentials are not to be cached.
 */
export function sendJson(res: Response, status: number, body: string): void {
  writeJsonHead(res, status, body);
  res.end(body);
}

export function writeJsonHead(res: Response, status: number, body: string): void {
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
}
