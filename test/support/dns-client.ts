/** Sends octets to a DNS server on 127.0.0.1 and gives back what it answers, each within a deadline. */
import assert from "node:assert/strict";
import { createSocket, type Socket as Socket4 } from "node:dgram";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

const HOST = "127.0.0.1";
const DEADLINE_MS = 5000;

export type Transport = "udp" | "tcp";

/** The one response to one query. */
export async function ask(port: number, transport: Transport, query: Uint8Array): Promise<Buffer> {
  if (transport === "udp") return askUdp(port, query);
  const [response] = await askTcp(port, [query]);
  assert(response !== undefined, "the connection closed without a response");
  return response;
}

export async function askUdp(port: number, query: Uint8Array): Promise<Buffer> {
  const [response, ...more] = await udpResponses(port, [query]);
  assert(response !== undefined && more.length === 0);
  return response;
}

const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

/** How long a resolver waits before it asks again. */
const RETRANSMISSION_MS = 50;

/** The response to a query that is sent again until there is one, each time from another port, as resolvers do. */
export async function askUdpAgain(port: number, query: Uint8Array): Promise<Buffer> {
  const sockets: Socket4[] = [];
  let timer: NodeJS.Timeout | undefined;
  let response: Buffer | undefined;
  try {
    await withDeadline("a response", (resolve, reject) => {
      const send = (): void => {
        const socket = createSocket("udp4");
        sockets.push(socket);
        socket.on("message", (octets) => {
          response = octets;
          resolve();
        });
        socket.on("error", reject);
        socket.send(query, port, HOST);
      };
      send();
      timer = setInterval(send, RETRANSMISSION_MS);
    });
  } finally {
    clearInterval(timer);
    for (const socket of sockets) socket.close();
  }
  assert(response !== undefined);
  return response;
}

/**
 * What comes back to datagrams sent one after the other from one socket, up to the response to the
 * last, whose ID the others must not have. So silence can be seen without waiting: on loopback
 * datagrams keep their order and the server answers in order, so what was not answered by then
 * will not be.
 */
export async function udpResponses(
  port: number,
  queries: readonly Uint8Array[],
  host: string = HOST,
): Promise<Buffer[]> {
  const lastId = Buffer.from(queries.at(-1) ?? []).readUInt16BE(0);
  const responses: Buffer[] = [];
  const socket = createSocket("udp4");
  try {
    await withDeadline("the response to the last query", (resolve, reject) => {
      socket.on("error", reject);
      socket.on("message", (octets) => {
        responses.push(octets);
        if (octets.readUInt16BE(0) === lastId) resolve();
      });
      socket.bind(0, HOST, () => {
        // They come faster than this thread reads them.
        socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
        for (const query of queries) socket.send(query, port, host);
      });
    });
  } finally {
    socket.close();
  }
  return responses;
}

/**
 * Whether a query to that very address is answered from it, or nothing is bound there. Only loopback
 * addresses tell the latter for sure.
 */
export async function isAnsweredAt(
  host: string,
  port: number,
  transport: Transport,
  query: Uint8Array,
): Promise<boolean> {
  return transport === "udp"
    ? isAnsweredByUdp(host, port, query)
    : isAnsweredByTcp(host, port, query);
}

/** A connected socket hears of no other address, and of ICMP's "port unreachable". */
async function isAnsweredByUdp(host: string, port: number, query: Uint8Array): Promise<boolean> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let isAnswered = false;
  try {
    await withDeadline(`a response from ${host}`, (resolve, reject) => {
      socket.on("message", () => {
        isAnswered = true;
        resolve();
      });
      socket.on("error", (error) => (isRefusal(error) ? resolve() : reject(error)));
      socket.connect(port, host, () => socket.send(query));
    });
  } finally {
    socket.close();
  }
  return isAnswered;
}

async function isAnsweredByTcp(host: string, port: number, query: Uint8Array): Promise<boolean> {
  const socket = connect({ port, host });
  let isAnswered = false;
  try {
    await withDeadline(`a response from ${host}`, (resolve, reject) => {
      socket.on("data", () => {
        isAnswered = true;
        resolve();
      });
      socket.on("error", (error) => (isRefusal(error) ? resolve() : reject(error)));
      socket.write(frame(query));
    });
  } finally {
    socket.destroy();
  }
  return isAnswered;
}

function isRefusal(error: Error): boolean {
  return "code" in error && error.code === "ECONNREFUSED";
}

export interface TcpOptions {
  /** How the stream is cut: the pieces are written in turns of their own. Default: all at once. */
  readonly cut?: (stream: Buffer) => Uint8Array[];
  /** Whether our side is closed right behind the last query (RFC 7766 section 6.2.4). */
  readonly halfClose?: boolean;
}

/** The responses to messages sent over one connection: as many as there are messages. */
export async function askTcp(
  port: number,
  queries: readonly Uint8Array[],
  options: TcpOptions = {},
): Promise<Buffer[]> {
  const connection = await TcpConnection.open(port);
  try {
    const stream = Buffer.concat(queries.map(frame));
    for (const piece of options.cut?.(stream) ?? [stream]) {
      connection.write(piece);
      await nextTurn();
    }
    if (options.halfClose === true) connection.end();
    return await connection.responses(queries.length);
  } finally {
    connection.destroy();
  }
}

export function octetByOctet(stream: Buffer): Uint8Array[] {
  return Array.from({ length: stream.length }, (_, at) => stream.subarray(at, at + 1));
}

/** A message behind its length: RFC 1035 section 4.2.2. */
export function frame(message: Uint8Array): Buffer {
  const length = Uint8Array.of(message.length >>> 8, message.length & 0xff);
  return Buffer.concat([length, message]);
}

/** A connection that tests can hold, cut and abandon. */
export class TcpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #changed: () => void = () => {};
  /** The other side has closed. */
  #ended = false;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#changed();
    });
    // A reset is one of the things that tests provoke; "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
      this.#changed();
    });
  }

  /** `localAddress`: whom it comes from. */
  static async open(
    port: number,
    host: string = HOST,
    localAddress: string = host,
  ): Promise<TcpConnection> {
    const socket = connect({ port, host, localAddress, allowHalfOpen: true });
    const connection = new TcpConnection(socket);
    await withDeadline("a TCP connection", (resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("close", () => reject(new Error("the connection was refused")));
    });
    return connection;
  }

  write(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  end(): void {
    this.#socket.end();
  }

  stopReading(): void {
    this.#socket.pause();
  }

  goOnReading(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Takes the next `count` messages. */
  async responses(count: number): Promise<Buffer[]> {
    const responses: Buffer[] = [];
    await withDeadline(`${count} responses by TCP`, (resolve, reject) => {
      this.#changed = () => {
        this.#takeMessages(responses, count);
        if (responses.length === count) resolve();
        else if (this.#ended || this.#closed)
          reject(new Error(`closed after ${responses.length} responses`));
      };
      this.#changed();
    });
    return responses;
  }

  /** Resolves once the other side has closed too; ours stays open until then. */
  async closed(): Promise<void> {
    await withDeadline("the end of the connection", (resolve) => {
      this.#changed = () => {
        if (this.#ended) this.#socket.end();
        if (this.#closed) resolve();
      };
      this.#changed();
    });
  }

  #takeMessages(into: Buffer[], count: number): void {
    while (into.length < count && this.#received.length >= 2) {
      const end = 2 + this.#received.readUInt16BE(0);
      if (this.#received.length < end) return;
      into.push(this.#received.subarray(2, end));
      this.#received = this.#received.subarray(end);
    }
  }
}

function withDeadline(
  what: string,
  start: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${what}: not within ${DEADLINE_MS} ms`));
    }, DEADLINE_MS);
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      action();
    };
    start(
      () => settle(resolve),
      (error) => settle(() => reject(error)),
    );
  });
}
