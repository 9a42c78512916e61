import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

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

export interface ConnectOptions {
  readonly host?: string | undefined;
  readonly from?: string | undefined;
}

const DEADLINE_MS = 10_000;

/** A connection on which octets are sent as they stand, and responses read one after the other. */
export class RawConnection {
  readonly #socket: Socket;
  #received = "";
  #closedBy = "";
  #progress = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error("no response in time")));
    socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
      this.#wake();
    });
    socket.on("error", (error) => {
      this.#closedBy = error.message;
    });
    socket.on("close", () => {
      this.#closedBy ||= "closed";
      this.#wake();
    });
  }

  /** `from`: the loopback address that the server is to see. */
  static async open(
    port: number,
    { host = "127.0.0.1", from }: ConnectOptions = {},
  ): Promise<RawConnection> {
    const localAddress = from === undefined ? {} : { localAddress: from };
    const socket = connect({ port, host, noDelay: true, ...localAddress });
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** Each piece is written once the piece before has left, so that the pieces are separate segments. */
  async send(...pieces: readonly (string | Buffer)[]): Promise<void> {
    for (const piece of pieces) {
      await new Promise((resolve) => this.#socket.write(piece, resolve));
      await setImmediate();
    }
  }

  /** The next final response and what came before it. */
  async response(options: { readonly isHead?: boolean } = {}): Promise<RawExchange> {
    const interim: RawResponse[] = [];
    for (;;) {
      const message = await this.message(options);
      if (message.status >= 200) return { interim, final: message };
      interim.push(message);
    }
  }

  /** The next message, 1xx or final. */
  async message(options: { readonly isHead?: boolean } = {}): Promise<RawResponse> {
    for (;;) {
      const parsed = parseMessage(this.#received, options.isHead === true);
      if (parsed !== undefined) {
        this.#received = this.#received.slice(parsed.length);
        return parsed.message;
      }
      if (this.#closedBy !== "") {
        throw new Error(`${this.#closedBy}; received so far: ${this.#received}`);
      }
      await this.#progress.promise;
    }
  }

  /** What came after the responses that were read, once the server has closed the connection. */
  async rest(): Promise<string> {
    while (this.#closedBy === "") await this.#progress.promise;
    if (this.#closedBy === "no response in time") throw new Error("not closed in time");
    return this.#received;
  }

  /** No more requests; the response can still come. */
  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }

  #wake(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }
}

/** Sends the pieces of one request over a connection of their own and reads one final response. */
export async function exchange(
  port: number,
  request: readonly (string | Buffer)[],
  options: { readonly isHead?: boolean } & ConnectOptions = {},
): Promise<RawExchange> {
  const connection = await RawConnection.open(port, options);
  // Not awaited: a server may answer, and close, before all was sent.
  void connection.send(...request);
  try {
    return await connection.response(options);
  } finally {
    connection.close();
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
