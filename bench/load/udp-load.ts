import { expectationOf, type Questions, SLOT_OCTETS } from "./questions.ts";
import { ANSWER_OCTETS, addressOf, BATCH, LoadSocket, waitForAnswers } from "./sockets.ts";

export interface UdpResult {
  readonly answers: number;
  readonly wrong: number;
  readonly lost: number;
  readonly seconds: number;
  /** Microseconds from the instant a question was due; undefined for a closed loop. */
  readonly latencies: { readonly p50: number; readonly p99: number } | undefined;
}

/** How many sockets ask: the system spreads them over the threads of a server. */
const SOCKETS = 16;
/** A question that has no answer by then is lost, milliseconds. */
const PATIENCE_MS = 200;

/** Bookkeeping of what is under way, by ID. */
class Flight {
  readonly #questions: Questions;
  readonly #address: number;
  readonly #questionOf: Int32Array = new Int32Array(65_536).fill(-1);
  #next: number;
  answers = 0;
  wrong = 0;

  constructor(questions: Questions, first: number) {
    this.#questions = questions;
    this.#next = first;
    this.#address = addressOf(questions.octets);
  }

  /** Puts the next question into a socket's batch. Gives its ID. */
  ask(socket: LoadSocket, i: number): number {
    const { count, octets, lengths } = this.#questions;
    const question = this.#next;
    this.#next = (question + 1) % count;
    const at = question * SLOT_OCTETS;
    const id = ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
    this.#questionOf[id] = question;
    socket.put(i, this.#address + at, lengths[question] ?? 0);
    return id;
  }

  /** Looks at answer `i`. Gives its ID. */
  take(socket: LoadSocket, i: number, isEcho: boolean): number {
    const { answers } = socket;
    const at = i * ANSWER_OCTETS;
    const id = ((answers[at] ?? 0) << 8) | (answers[at + 1] ?? 0);
    const question = this.#questionOf[id] ?? -1;
    this.#questionOf[id] = -1;
    this.answers++;
    const found = expectationOf((answers[at + 3] ?? 0) & 0xf, answers[at + 7] ?? 0);
    if (question < 0 || (!isEcho && found !== this.#questions.expected[question])) this.wrong++;
    return id;
  }
}

/** One socket of a closed loop. */
class Asker {
  readonly socket: LoadSocket;
  lost = 0;
  readonly #flight: Flight;
  readonly #inFlight: number;
  #underWay = 0;
  #heardAt: number;

  constructor(port: number, flight: Flight, inFlight: number, now: number) {
    this.socket = new LoadSocket(port);
    this.#flight = flight;
    this.#inFlight = inFlight;
    this.#heardAt = now;
  }

  /** Takes the answers that are there and asks as many questions again. Gives how many there were. */
  turn(now: number, isEcho: boolean): number {
    const received = Math.max(this.socket.receive(), 0);
    for (let i = 0; i < received; i++) this.#flight.take(this.socket, i, isEcho);
    this.#underWay -= received;
    if (received > 0) this.#heardAt = now;
    if (this.#underWay > 0 && now - this.#heardAt > PATIENCE_MS) {
      this.lost += this.#underWay;
      this.#underWay = 0;
      this.#heardAt = now;
    }
    const wanted = Math.min(this.#inFlight - this.#underWay, BATCH);
    for (let i = 0; i < wanted; i++) this.#flight.ask(this.socket, i);
    if (wanted > 0) this.#underWay += Math.max(this.socket.send(wanted), 0);
    return received;
  }
}

/**
 * So many questions are under way at any time, for so long.
 *
 * @param first number of the question to begin with.
 * @param shares whether the server runs on the same cores: then it is let alone while it works.
 */
export function closedLoop(
  port: number,
  questions: Questions,
  first: number,
  seconds: number,
  inFlight: number,
  isEcho: boolean,
  shares: boolean,
): UdpResult {
  const start = performance.now();
  const end = start + seconds * 1000;
  const flight = new Flight(questions, first);
  const askers = Array.from(
    { length: SOCKETS },
    () => new Asker(port, flight, inFlight / SOCKETS, start),
  );
  let now = start;
  while (now < end) {
    let received = 0;
    for (const asker of askers) received += asker.turn(now, isEcho);
    if (shares && received === 0) waitForAnswers(askers.map(({ socket }) => socket));
    now = performance.now();
  }
  for (const { socket } of askers) socket.close();
  const { answers, wrong } = flight;
  const lost = askers.reduce((sum, asker) => sum + asker.lost, 0);
  return { answers, wrong, lost, seconds: (now - start) / 1000, latencies: undefined };
}

/** So many questions a second whatever the answers do; latency is counted from when each was due. */
export function openLoop(
  port: number,
  questions: Questions,
  first: number,
  seconds: number,
  perSecond: number,
  isEcho: boolean,
): UdpResult {
  const sockets = Array.from({ length: SOCKETS }, () => new LoadSocket(port));
  const flight = new Flight(questions, first);
  const dueAt = new Float64Array(65_536);
  const total = Math.floor(seconds * perSecond);
  // What is never answered has waited for ever.
  const latencies = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  const intervalMs = 1000 / perSecond;
  const start = performance.now();
  let asked = 0;
  let answered = 0;
  const take = (socket: LoadSocket): void => {
    const received = socket.receive();
    const now = performance.now();
    for (let i = 0; i < received; i++) {
      const id = flight.take(socket, i, isEcho);
      if (answered < total) latencies[answered++] = (now - (dueAt[id] ?? 0)) * 1000;
    }
  };
  const deadline = start + seconds * 1000 + PATIENCE_MS;
  while (answered < total && performance.now() < deadline) {
    const due = start + asked * intervalMs;
    if (asked < total && performance.now() >= due) {
      const socket = sockets[asked % SOCKETS];
      if (socket === undefined) break;
      dueAt[flight.ask(socket, 0)] = due;
      socket.send(1);
      asked++;
    }
    // Answers come to the sockets that have asked last.
    for (let back = 1; back <= 3; back++) {
      const socket = sockets[(asked - back + SOCKETS) % SOCKETS];
      if (socket !== undefined) take(socket);
    }
  }
  for (const socket of sockets) take(socket);
  for (const socket of sockets) socket.close();
  const { answers, wrong } = flight;
  const sorted = latencies.sort();
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  const elapsed = (performance.now() - start) / 1000;
  const percentiles = { p50: at(0.5), p99: at(0.99) };
  return { answers, wrong, lost: total - answers, seconds: elapsed, latencies: percentiles };
}
