/** Mutated messages over TCP: streams cut, broken off and reset, many at a time. */
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { askTcp } from "../support/dns-client.ts";
import { checkResponse, mustBeAnswered } from "./check-response.ts";
import { Finding, orFinding } from "./finding.ts";
import { checkLiveness, livenessQuery } from "./liveness.ts";
import type { Run } from "./message-run.ts";
import { randomFor } from "./random.ts";
import { messagesIn, planStream, type StreamPlan } from "./stream-plan.ts";

const STREAMS_AT_A_TIME = 20;
const DEADLINE_MS = 20_000;

/** Rejects with a Finding. */
export async function runStreams(run: Run, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += STREAMS_AT_A_TIME) {
    const end = Math.min(at + STREAMS_AT_A_TIME, to);
    const indexes = Array.from({ length: end - at }, (_, i) => at + i);
    await Promise.all(indexes.map((index) => runStream(run, index)));
    await checkAlive(run, `behind stream ${end - 1}`);
  }
}

async function checkAlive({ port }: Run, where: string): Promise<void> {
  const octets = livenessQuery(0);
  try {
    const [response = Buffer.alloc(0)] = await askTcp(port, [octets]);
    checkLiveness(response);
  } catch (error) {
    throw new Finding(`no right answer by TCP: ${error}`, where, { query: octets });
  }
}

async function runStream(run: Run, index: number): Promise<void> {
  const plan = planStream(run.corpus, randomFor(run.seed, "stream", index));
  const received = await exchange(run.port, plan, `stream ${index}`);
  checkStream(run, plan, received, `stream ${index}`);
  run.tally.streams++;
}

/** What came back until the end of the connection. */
async function exchange(port: number, plan: StreamPlan, where: string): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const received: Buffer[] = [];
  let failure: Error | undefined;
  socket.on("data", (chunk) => received.push(chunk));
  socket.on("error", (error) => {
    failure = error;
  });
  if (plan.readsLate) socket.pause();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const deadline = setTimeout(() => {
    socket.destroy(new Error(`not done after ${DEADLINE_MS} ms`));
  }, DEADLINE_MS);
  await write(socket, plan);
  await closed;
  clearTimeout(deadline);
  const isExpected = plan.ending !== "half-close";
  if (failure !== undefined && !isExpected) {
    throw new Finding(`the connection failed: ${failure}`, where, {
      stream: Buffer.concat(plan.pieces),
    });
  }
  return Buffer.concat(received);
}

async function write(socket: Socket, { pieces, ending, readsLate }: StreamPlan): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", () => resolve());
  });
  for (const piece of pieces) {
    socket.write(piece);
    await nextTurn();
  }
  if (ending === "half-close") socket.end();
  else if (ending === "reset") socket.resetAndDestroy();
  else socket.destroy();
  if (readsLate) socket.resume();
}

/** Each response answers a message of the stream, and no message that must have one is without. */
function checkStream(run: Run, plan: StreamPlan, received: Buffer, where: string): void {
  const stream = Buffer.concat(plan.pieces);
  const waiting = messagesIn(stream).whole.filter(mustBeAnswered);
  const { whole, rest } = messagesIn(received);
  for (const response of whole) takeAnswered(run, waiting, { stream, response, where });
  if (plan.ending !== "half-close") return;
  if (rest.length > 0) throw new Finding("half a response", where, { stream, rest });
  const [missing] = waiting;
  if (missing === undefined) return;
  throw new Finding(`${waiting.length} messages without a response`, where, {
    first: missing,
    stream,
  });
}

/** Takes the message that this is the response to out of those that wait; they may come in any order. */
function takeAnswered(
  run: Run,
  waiting: Buffer[],
  { stream, response, where }: { stream: Buffer; response: Buffer; where: string },
): void {
  const sameId = waiting.filter((query) => query.subarray(0, 2).equals(response.subarray(0, 2)));
  const [first] = sameId;
  if (first === undefined) throw new Finding("a response to nothing", where, { response, stream });
  // Of several with one ID it must be right for one.
  const query = sameId.find((each) => isRight(each, response)) ?? first;
  const check = () => checkResponse(query, response, "tcp");
  run.tally.count(orFinding(check, where, { query, response, stream }));
  waiting.splice(waiting.indexOf(query), 1);
}

function isRight(query: Buffer, response: Buffer): boolean {
  try {
    checkResponse(query, response, "tcp");
    return true;
  } catch {
    return false;
  }
}
