import type { IncomingMessage, ServerResponse } from "node:http";
import { errorBody, statusOf } from "./error-response.ts";

/** How long a client that was told 413 may go on sending: closed at once, it would not read why. Milliseconds. */
const LINGER_MS = 2000;

/** An answer of its own, for APIs that have another form of errors. */
export interface TooLong {
  readonly type: string;
  readonly body: string;
}

const TOO_LONG: TooLong = { type: "application/json", body: errorBody("payload_too_large") };

/**
 * The octets of the body, whatever Content-Type and Content-Encoding say: clients label JSON as
 * form data, plain text or nothing. Counted while reading. `Expect: 100-continue` gets its 100 here,
 * so only when the body is wanted.
 *
 * @param bodyOctets the longest body; 0 is no limit.
 * @param tooLong what is answered to a longer one.
 * @returns undefined if there will be no whole body: it was too long, which is answered here with
 * 413, or the client went away. Nothing may be done then.
 */
export async function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  bodyOctets: number,
  tooLong: TooLong = TOO_LONG,
): Promise<Buffer | undefined> {
  const maxOctets = bodyOctets === 0 ? Number.POSITIVE_INFINITY : bodyOctets;
  if (Number(req.headers["content-length"] ?? 0) > maxOctets) {
    refuseTooLong(req, res, tooLong);
    return undefined;
  }
  if (awaitsContinue(req)) res.writeContinue();
  const body = await collect(req, maxOctets);
  if (body === "too long") refuseTooLong(req, res, tooLong);
  return Buffer.isBuffer(body) ? body : undefined;
}

/** RFC 9110 section 10.1.1: an expectation in an HTTP/1.0 request is ignored. */
function awaitsContinue(req: IncomingMessage): boolean {
  return req.httpVersion === "1.1" && req.headers.expect !== undefined;
}

async function collect(
  req: IncomingMessage,
  maxOctets: number,
): Promise<Buffer | "too long" | "incomplete"> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The connection stays: a body that is too long still gets its answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      length += chunks.at(-1)?.length ?? 0;
      if (length > maxOctets) return "too long";
    }
  } catch {
    return "incomplete";
  }
  return req.complete ? Buffer.concat(chunks) : "incomplete";
}

/** The answer leaves at once, the connection is closed when the client has sent its body or LINGER_MS are over. */
function refuseTooLong(req: IncomingMessage, res: ServerResponse, { type, body }: TooLong): void {
  res.shouldKeepAlive = false;
  res.writeHead(statusOf("payload_too_large"), {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  if (awaitsContinue(req) && !req.readableDidRead) {
    res.end(body);
    return;
  }
  res.write(body);
  const finish = (): void => {
    clearTimeout(deadline);
    res.end();
  };
  const deadline = setTimeout(finish, LINGER_MS);
  req.once("end", finish);
  req.once("close", finish);
  req.resume();
}
