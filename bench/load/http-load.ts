import { connect, type Socket } from "node:net";

/** A request that can be sent again and again. */
export type HttpRequest = Buffer;

export interface HttpResult {
  readonly responses: number;
  /** Responses with another status than was wanted. */
  readonly wrong: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export function post(path: string, headers: readonly string[], body: string): HttpRequest {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [`POST ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers, length];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

export interface HttpLoad {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** The next request of a connection. */
  readonly next: (connection: number) => HttpRequest;
  /** What may be answered. */
  readonly statuses: readonly number[];
  /** Requests a second over all connections, evenly; undefined: each as soon as it can. */
  readonly perSecond?: number;
}

/** Connections that stay, each with one request at a time. */
export async function httpLoad(load: HttpLoad): Promise<HttpResult> {
  const start = performance.now();
  const end = start + load.seconds * 1000;
  const latencies: number[] = [];
  let wrong = 0;
  const pauseMs = load.perSecond === undefined ? 0 : (1000 * load.connections) / load.perSecond;
  const run = async (connection: number): Promise<void> => {
    const client = new HttpClient(load.port);
    for (let due = performance.now(); due < end; due += pauseMs) {
      await until(due);
      const begun = performance.now();
      if (begun >= end) break;
      const status = await client.send(load.next(connection));
      latencies.push(performance.now() - begun);
      if (!load.statuses.includes(status)) wrong++;
      // The connection is closed.
      if (status === 0) break;
    }
    client.close();
  };
  await Promise.all(Array.from({ length: load.connections }, (_, i) => run(i)));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
  return { responses: latencies.length, wrong, seconds, p50: at(0.5), p99: at(0.99) };
}

async function until(due: number): Promise<void> {
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}

/** One connection. Reads as much of HTTP as the responses of this API need. */
export class HttpClient {
  /** The body of the last response. */
  body = "";
  readonly #socket: Socket;
  #received = "";
  #onResponse: ((status: number) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#take(text));
    this.#socket.on("error", () => {});
    // Without this a connection that the server closes would be waited for without end.
    this.#socket.on("close", () => this.#onResponse?.(0));
  }

  /** Gives the status. */
  send(request: HttpRequest): Promise<number> {
    return new Promise((resolve) => {
      this.#onResponse = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.#received.length < end) return;
    this.body = this.#received.slice(headEnd + 4, end);
    const status = Number(this.#received.slice(9, 12));
    this.#received = this.#received.slice(end);
    this.#onResponse?.(status);
  }
}
