/** Mutated messages over UDP, in windows: so many are under way that the server is never idle. */
import { createSocket, type Socket } from "node:dgram";
import { checkResponse, mustBeAnswered } from "./check-response.ts";
import { Finding, orFinding } from "./finding.ts";
import { checkLiveness, livenessQuery } from "./liveness.ts";
import { mutate } from "./mutate.ts";
import { randomFor } from "./random.ts";
import type { Tally } from "./tally.ts";

/** What one run needs, whichever way the messages go. */
export interface Run {
  readonly port: number;
  readonly seed: number;
  readonly corpus: readonly Buffer[];
  readonly tally: Tally;
}

/** Few enough that the receive buffers of both sides hold them, also where the system keeps them small. */
const WINDOW_MESSAGES = 128;
const WINDOWS_UNDER_WAY = 2;
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** How often lost datagrams are sent again, and how long the answer to a liveness query may take each time. */
const ATTEMPTS = 40;
const LIVENESS_MS = 250;
const IDS = 0x1_0000;

interface Asked {
  readonly index: number;
  readonly octets: Buffer;
  /** Resolves when the response is there: of liveness queries. */
  readonly onResponse?: () => void;
  isAnswered: boolean;
  /** Then a second response is no fault. */
  isRepeated: boolean;
}

/** Rejects with a Finding. */
export async function runMessages(run: Run, from: number, to: number): Promise<void> {
  const client = await DatagramClient.open(run);
  try {
    const underWay: Promise<void>[] = [];
    for (let at = from; at < to; at += WINDOW_MESSAGES) {
      const settled = client.exchange(at, Math.min(at + WINDOW_MESSAGES, to));
      // What it rejects with is seen when its turn comes.
      settled.catch(() => {});
      underWay.push(settled);
      if (underWay.length === WINDOWS_UNDER_WAY) await underWay.shift();
    }
    for (const settled of underWay) await settled;
  } finally {
    client.close();
  }
}

class DatagramClient {
  readonly #run: Run;
  readonly #socket: Socket;
  /** By ID. An ID comes round after many windows, when nothing can be under way with it. */
  readonly #asked: (Asked | undefined)[] = Array<undefined>(IDS).fill(undefined);
  #nextId = 0;
  #finding: unknown;

  private constructor(run: Run, socket: Socket) {
    this.#run = run;
    this.#socket = socket;
    socket.on("message", (response) => this.#receive(response));
    // "Nobody listens there any more": the liveness query will tell.
    socket.on("error", () => {});
  }

  static async open(run: Run): Promise<DatagramClient> {
    const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_OCTETS });
    await new Promise<void>((resolve) => socket.connect(run.port, "127.0.0.1", resolve));
    return new DatagramClient(run, socket);
  }

  close(): void {
    this.#socket.close();
  }

  /** Sends the messages of a window; resolves when each has had what it must have. */
  async exchange(from: number, to: number): Promise<void> {
    const window: Asked[] = [];
    for (let index = from; index < to; index++) {
      const octets = mutate(this.#run.corpus, randomFor(this.#run.seed, "message", index));
      window.push(this.#ask({ index, octets, isAnswered: false, isRepeated: false }));
    }
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const isAlive = await this.#askLiveness();
      if (this.#finding !== undefined) throw this.#finding;
      if (!isAlive) continue;
      const missing = window.filter((asked) => !asked.isAnswered && mustBeAnswered(asked.octets));
      if (missing.length === 0) return this.#count(window.length);
      for (const asked of missing) this.#repeat(asked);
    }
    throw missingResponse(window);
  }

  #count(messages: number): void {
    this.#run.tally.messages += messages;
  }

  /** Gives it an ID of its own, so that the response can be told from others. */
  #ask(asked: Asked): Asked {
    const id = this.#nextId;
    this.#nextId = (id + 1) % IDS;
    this.#asked[id] = asked;
    if (asked.octets.length >= 2) asked.octets.writeUInt16BE(id, 0);
    this.#socket.send(asked.octets, ignoreSendError);
    return asked;
  }

  #repeat(asked: Asked): void {
    asked.isRepeated = true;
    this.#run.tally.lost++;
    this.#socket.send(asked.octets, ignoreSendError);
  }

  /** Whether the server gives the right answer in time: then it has seen all that was sent before. */
  #askLiveness(): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), LIVENESS_MS);
      const onResponse = (): void => {
        clearTimeout(late);
        resolve(true);
      };
      const octets = livenessQuery(0);
      this.#ask({ index: -1, octets, onResponse, isAnswered: false, isRepeated: false });
    });
  }

  #receive(response: Buffer): void {
    try {
      const asked = response.length < 2 ? undefined : this.#asked[response.readUInt16BE(0)];
      if (asked === undefined) throw new Finding("a response to nothing", "?", { response });
      this.#check(asked, response);
      asked.isAnswered = true;
      asked.onResponse?.();
    } catch (error) {
      this.#finding ??= error;
    }
  }

  #check({ index, octets, onResponse, isAnswered, isRepeated }: Asked, response: Buffer): void {
    const where = `message ${index}`;
    const evidence = { query: octets, response };
    if (isAnswered && isRepeated) return;
    if (isAnswered) throw new Finding("a second response", where, evidence);
    if (onResponse !== undefined) {
      orFinding(() => checkLiveness(response), "a liveness query", evidence);
    } else {
      const check = () => checkResponse(octets, response, "udp");
      this.#run.tally.countUdp(octets, orFinding(check, where, evidence));
    }
  }
}

/** Messages are answered in order: what has no response first is what the server has met first. */
function missingResponse(window: readonly Asked[]): Finding {
  const asked = window.find(({ octets, isAnswered }) => !isAnswered && mustBeAnswered(octets));
  const { index, octets } = asked ?? window[0] ?? { index: -1, octets: Buffer.alloc(0) };
  return new Finding("no response, however often it is asked", `message ${index}`, {
    query: octets,
  });
}

function ignoreSendError(): void {
  // The same as a datagram that is lost.
}
