import type { Socket } from "node:net";
import type { ConnectionTable } from "../limit/connection-table.ts";
import type { Requestor } from "./requestor.ts";
import { MAX_TCP_RESPONSE_OCTETS, type Responder } from "./responder.ts";
import { LENGTH_OCTETS, TcpFraming } from "./tcp-framing.ts";
import type { Turns } from "./turns.ts";

/** How long a connection may say nothing: RFC 7766 section 6.2.3. */
export interface IdleLimits {
  /** From the accept to the first whole message. 0: no limit. */
  readonly firstMessageSeconds: number;
  /** Between messages, and for a peer that does not read its responses. 0: no limit. */
  readonly idleSeconds: number;
}

/** Responses are written once they are so long together: what a peer that does not read costs. */
const STEP_OCTETS = 65_536;
/** And after so many messages: one or two milliseconds of work. Then others have their turn. */
const STEP_MESSAGES = 256;
/** The responses of one step, of whichever connection: the last one may be the longest there is. */
const stepOutput = Buffer.allocUnsafeSlow(STEP_OCTETS + LENGTH_OCTETS + MAX_TCP_RESPONSE_OCTETS);

/** What the connections of all listeners share. */
export interface TcpContext {
  readonly limits: IdleLimits;
  readonly table: ConnectionTable;
  /** Whether this machine itself is a source like others; if not, only the limit for all holds. */
  readonly coversLoopback: boolean;
  readonly turns: Turns;
}

/** Answers on a connection until it closes. It is in the table, and paused since its accept. */
export function serveConnection(
  socket: Socket,
  requestor: Requestor,
  responder: Responder,
  context: TcpContext,
): void {
  new ServedConnection(socket, requestor, responder, context).start();
}

/**
 * Works in steps: some messages are answered in one write, and the next step comes when the system
 * has taken all of it, or after the others' turns. Nothing is read in between. So a peer costs a few
 * chunks of memory, however much it asks and however slowly it reads.
 */
class ServedConnection {
  readonly #socket: Socket;
  readonly #requestor: Requestor;
  readonly #responder: Responder;
  readonly #context: TcpContext;
  readonly #framing = new TcpFraming();
  /** Closes the connection unless there is activity. */
  #deadline: NodeJS.Timeout | undefined;
  #hasAsked = false;
  #hasEnded = false;
  /** What the next step waits for: that the peer reads, or that the others have had their turn. */
  #waitsFor: "peer" | "turn" | undefined;

  constructor(socket: Socket, requestor: Requestor, responder: Responder, context: TcpContext) {
    this.#socket = socket;
    this.#requestor = requestor;
    this.#responder = responder;
    this.#context = context;
  }

  start(): void {
    this.#deadline = closeAfter(this.#socket, this.#context.limits.firstMessageSeconds);
    this.#socket.on("data", (chunk: Buffer) => {
      this.#framing.push(chunk);
      this.#step();
    });
    // RFC 7766 section 6.2.4: who has closed their side still gets the responses, then our FIN.
    // The end of a stream that is paused may come with its last chunk.
    this.#socket.on("end", () => {
      this.#hasEnded = true;
      if (this.#waitsFor === undefined) this.#socket.end();
    });
    this.#socket.on("close", () => clearTimeout(this.#deadline));
    this.#socket.resume();
  }

  readonly #step = (): void => {
    if (this.#socket.destroyed) return;
    this.#answer();
    // What the system has not taken, the peer does not read. (That write() returns false says only
    // that the response was long.)
    if (this.#socket.writableLength > 0) {
      this.#waitFor("peer");
    } else if (this.#framing.hasMessage) {
      this.#waitFor("turn");
      this.#context.turns.add(this.#step);
    } else if (this.#waitsFor !== undefined) {
      this.#waitsFor = undefined;
      if (this.#hasEnded) this.#socket.end();
      else this.#socket.resume();
    }
  };

  #waitFor(what: "peer" | "turn"): void {
    if (this.#waitsFor === undefined) this.#socket.pause();
    this.#waitsFor = what;
  }

  /** Takes and answers the messages of one step. */
  #answer(): void {
    const responder = this.#responder;
    let octets = 0;
    responder.begin();
    for (let count = 0; count < STEP_MESSAGES && octets < STEP_OCTETS; count++) {
      const message = this.#framing.next();
      if (message === undefined) break;
      if (count === 0) this.#noteActivity();
      octets += this.#answerInto(message, octets);
    }
    responder.end();
    // RFC 7766 section 8: length and message leave in one segment where they can. A copy, because the
    // system may take it later than others need the memory.
    if (octets > 0) this.#socket.write(Buffer.from(stepOutput.subarray(0, octets)), this.#written);
  }

  /** Gives the octets of the response with its length in front, 0 for silence. */
  #answerInto(message: Uint8Array, at: number): number {
    const start = at + LENGTH_OCTETS;
    const { length: end } = message;
    const length = this.#responder.answer(message, 0, end, this.#requestor, stepOutput, start);
    if (length === 0) return 0;
    stepOutput.writeUInt16BE(length, at);
    return LENGTH_OCTETS + length;
  }

  /** The system has taken what was written, at once or because the peer has read. */
  readonly #written = (): void => {
    if (this.#waitsFor !== "peer" || this.#socket.destroyed) return;
    this.#noteActivity();
    this.#step();
  };

  /** A message has come or a response has left; octets that complete no message are not activity. */
  #noteActivity(): void {
    this.#context.table.touch(this.#socket);
    if (this.#hasAsked) {
      this.#deadline?.refresh();
      return;
    }
    this.#hasAsked = true;
    clearTimeout(this.#deadline);
    this.#deadline = closeAfter(this.#socket, this.#context.limits.idleSeconds);
  }
}

function closeAfter(socket: Socket, seconds: number): NodeJS.Timeout | undefined {
  return seconds === 0 ? undefined : setTimeout(() => socket.destroy(), seconds * 1000);
}
