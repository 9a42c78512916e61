import { connect } from "node:net";

/** One message of a server, headers by lower-case name, several of one name joined by ", ". */
export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  /** 1xx messages before the final one. */
  readonly interim: readonly RawResponse[];
  readonly final: RawResponse;
}

const DEADLINE_MS = 10_000;

/**
 * Sends octets over a connection of their own and reads one final response. Each piece of
 * `request` is written once the piece before has left, so that the pieces are separate segments.
 */
export function exchange(
  port: number,
  request: readonly (string | Buffer)[],
  options: { readonly isHead?: boolean; readonly host?: string } = {},
): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: options.host ?? "127.0.0.1", noDelay: true });
    const deadline = setTimeout(() => fail("no response in time"), DEADLINE_MS);
    let received = "";
    const fail = (reason: string): void => {
      clearTimeout(deadline);
      socket.destroy();
      reject(new Error(`${reason}; received so far: ${received}`));
    };
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const parsed = parseMessages(received, options.isHead === true);
      if (parsed === undefined) return;
      clearTimeout(deadline);
      socket.destroy();
      resolve(parsed);
    });
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => fail("closed without a whole response"));
    const writeNext = (index: number): void => {
      const piece = request[index];
      if (piece !== undefined) socket.write(piece, () => setImmediate(writeNext, index + 1));
    };
    socket.on("connect", () => writeNext(0));
  });
}

function parseMessages(text: string, isHead: boolean): RawExchange | undefined {
  const interim: RawResponse[] = [];
  let rest = text;
  for (;;) {
    const parsed = parseMessage(rest, isHead);
    if (parsed === undefined) return undefined;
    if (parsed.message.status >= 200) return { interim, final: parsed.message };
    interim.push(parsed.message);
    rest = rest.slice(parsed.length);
  }
}

function parseMessage(
  text: string,
  isHead: boolean,
): { message: RawResponse; length: number } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const status = Number(statusLine.split(" ")[1]);
  const hasBody = !isHead && status >= 200 && status !== 204;
  const bodyLength = hasBody ? Number(headers.get("content-length") ?? 0) : 0;
  const length = end + 4 + bodyLength;
  if (text.length < length) return undefined;
  return { message: { status, headers, body: text.slice(end + 4, length) }, length };
}
