import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsEncoding } from "./static-files.ts";

const compressed = promisify(gzip);
/** Not worth a thread. */
const LEAST_OCTETS = 2048;
/** Half of the time of the usual level, and a twentieth larger. */
const LEVEL = 3;

/**
 * Sends a page. It is compressed although it has what somebody typed beside a token: whoever measures its length for
 * what they made a browser ask for (BREACH) would need the cookie to be sent from their site, which SameSite=Strict
 * keeps it from.
 */
export async function sendHtml(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  text: string,
): Promise<void> {
  await sendText(req, res, { status, text, type: "text/html; charset=utf-8" });
}

export async function sendText(
  req: IncomingMessage,
  res: ServerResponse,
  {
    status,
    text,
    type,
    headers = {},
  }: {
    readonly status: number;
    readonly text: string;
    readonly type: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const octets = Buffer.from(text);
  const isShort = octets.length < LEAST_OCTETS;
  const isZipped = !isShort && acceptsEncoding(req, "gzip");
  const body = isZipped ? await compressed(octets, { level: LEVEL }) : octets;
  res.writeHead(status, {
    "Content-Type": type,
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    Vary: "Accept-Encoding, Cookie",
    ...(isZipped ? { "Content-Encoding": "gzip" } : {}),
    ...headers,
  });
  res.end(req.method === "HEAD" ? undefined : body);
}
