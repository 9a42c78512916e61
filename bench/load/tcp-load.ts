import { connect, type Socket } from "node:net";
import { expectationOf, type Questions, SLOT_OCTETS } from "./questions.ts";

export interface TcpResult {
  readonly answers: number;
  readonly wrong: number;
  /** Questions on connections that were refused or closed by the server before the answer. */
  readonly lost: number;
  readonly seconds: number;
}

const HOST = "127.0.0.1";

/** Hands out questions behind their lengths, and looks at the answers. */
class Stream {
  readonly #questions: Questions;
  readonly #questionOf: Int32Array = new Int32Array(65_536).fill(-1);
  #next: number;
  answers = 0;
  wrong = 0;
  lost = 0;

  constructor(questions: Questions, first: number) {
    this.#questions = questions;
    this.#next = first;
  }

  /** So many questions as octets of a stream. */
  ask(count: number): Buffer {
    const { octets, lengths } = this.#questions;
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const at = this.#next * SLOT_OCTETS;
      const length = lengths[this.#next] ?? 0;
      this.#questionOf[((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)] = this.#next;
      pieces.push(Uint8Array.of(length >>> 8, length & 0xff), octets.subarray(at, at + length));
      this.#next = (this.#next + 1) % this.#questions.count;
    }
    return Buffer.concat(pieces);
  }

  /** Takes the whole answers in `octets`. Gives what is left behind them, and how many there were. */
  take(octets: Buffer): { readonly rest: Buffer; readonly count: number } {
    let at = 0;
    let count = 0;
    while (octets.length - at >= 2) {
      const length = octets.readUInt16BE(at);
      if (octets.length - at - 2 < length) break;
      this.#check(octets, at + 2);
      at += 2 + length;
      count++;
    }
    this.answers += count;
    return { rest: octets.subarray(at), count };
  }

  #check(octets: Buffer, at: number): void {
    const id = octets.readUInt16BE(at);
    const question = this.#questionOf[id] ?? -1;
    // A second answer to it is wrong.
    this.#questionOf[id] = -1;
    const found = expectationOf((octets[at + 3] ?? 0) & 0xf, octets[at + 7] ?? 0);
    if (question < 0 || found !== this.#questions.expected[question]) this.wrong++;
  }
}

/** Connections that stay, each with so many questions under way. */
export async function keptConnections(
  port: number,
  questions: Questions,
  first: number,
  seconds: number,
  connections: number,
  inFlight: number,
): Promise<TcpResult> {
  const start = performance.now();
  const streams = streamsOf(questions, first, connections);
  const sockets = streams.map((stream) => keptConnection(port, stream, inFlight));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const elapsed = (performance.now() - start) / 1000;
  for (const socket of sockets) {
    socket.removeAllListeners("close");
    socket.destroy();
  }
  return resultOf(streams, elapsed);
}

/** Far from each other, so that they ask for different names. */
function streamsOf(questions: Questions, first: number, count: number): Stream[] {
  const apart = Math.floor(questions.count / count);
  return Array.from(
    { length: count },
    (_, i) => new Stream(questions, (first + i * apart) % questions.count),
  );
}

function keptConnection(port: number, stream: Stream, inFlight: number): Socket {
  const socket = connect({ port, host: HOST, noDelay: true });
  let rest: Buffer = Buffer.alloc(0);
  socket.on("connect", () => socket.write(stream.ask(inFlight)));
  socket.on("error", () => {});
  socket.on("close", () => {
    stream.lost += inFlight;
  });
  socket.on("data", (chunk: Buffer) => {
    const taken = stream.take(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = taken.rest;
    if (taken.count > 0) socket.write(stream.ask(taken.count));
  });
  return socket;
}

/** A connection for each question, so many at a time. */
export async function singleQueries(
  port: number,
  questions: Questions,
  first: number,
  seconds: number,
  atATime: number,
): Promise<TcpResult> {
  const start = performance.now();
  const end = start + seconds * 1000;
  const streams = streamsOf(questions, first, atATime);
  await Promise.all(
    streams.map(async (stream) => {
      while (performance.now() < end) await singleQuery(port, stream);
    }),
  );
  return resultOf(streams, (performance.now() - start) / 1000);
}

function singleQuery(port: number, stream: Stream): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, noDelay: true });
    let rest: Buffer = Buffer.alloc(0);
    let isAnswered = false;
    socket.on("connect", () => socket.write(stream.ask(1)));
    socket.on("data", (chunk: Buffer) => {
      const taken = stream.take(Buffer.concat([rest, chunk]));
      rest = taken.rest;
      if (taken.count === 0) return;
      isAnswered = true;
      socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!isAnswered) stream.lost++;
      resolve();
    });
  });
}

function resultOf(streams: readonly Stream[], seconds: number): TcpResult {
  const answers = streams.reduce((sum, each) => sum + each.answers, 0);
  const wrong = streams.reduce((sum, each) => sum + each.wrong, 0);
  const lost = streams.reduce((sum, each) => sum + each.lost, 0);
  return { answers, wrong, lost, seconds };
}
