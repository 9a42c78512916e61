/** The fuzzer must be able to fail: servers that answer wrongly, each in its own way, are found out. */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { frame } from "../support/dns-client.ts";
import { DIGEST_A } from "../support/exercise-zone.ts";
import { query, resourceRecord } from "../support/query.ts";
import { mustBeAnswered } from "./check-response.ts";
import { type Run, runMessages } from "./message-run.ts";
import { messagesIn } from "./stream-plan.ts";
import { runStreams } from "./stream-run.ts";
import { Tally } from "./tally.ts";

const NAME = "once.auth.example.";
/** Liveness aside, what a refusing server sees. */
const CORPUS = [query(`${NAME} A`), query("", { opcode: 5 })];
const LIVE_QUESTION = query(`${NAME} TXT`).subarray(12);
const MESSAGES = 2000;
const STREAMS = 60;

type Answerer = (query: Buffer) => readonly Buffer[];

/** FORMERR for all but the liveness query. */
function refuse(octets: Buffer): readonly Buffer[] {
  if (!mustBeAnswered(octets)) return [];
  const header = Buffer.alloc(12);
  octets.copy(header, 0, 0, 2);
  if (octets.subarray(12).equals(LIVE_QUESTION) && octets.readUInt16BE(2) === 0) {
    const rdata = Buffer.concat([Uint8Array.of(DIGEST_A.length), Buffer.from(DIGEST_A)]);
    const record = resourceRecord(NAME, 16, rdata);
    record.writeUInt32BE(1, record.length - rdata.length - 6);
    header.writeUInt16BE(0x8400, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(1, 6);
    return [Buffer.concat([header, LIVE_QUESTION, record])];
  }
  header.writeUInt16BE(0x8001 | (octets.readUInt16BE(2) & 0x7900), 2);
  return [header];
}

/** `refuse`, but for messages with this opcode. */
function except(opcode: number, wrong: Answerer): Answerer {
  return (octets) => {
    const isMeant = mustBeAnswered(octets) && ((octets.readUInt16BE(2) >>> 11) & 0xf) === opcode;
    return isMeant ? wrong(octets) : refuse(octets);
  };
}

function runAgainst(port: number): Run {
  return { port, seed: 1, corpus: CORPUS, tally: new Tally() };
}

async function udpServer(answer: Answerer): Promise<number> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  socket.on("message", (octets, { port }) => {
    for (const response of answer(octets)) socket.send(response, port, "127.0.0.1");
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  onTestFinished(() => void socket.close());
  return socket.address().port;
}

async function tcpServer(answer: Answerer, onEnd: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let stream: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      const { whole, rest } = messagesIn(Buffer.concat([stream, chunk]));
      stream = rest;
      for (const response of whole.flatMap(answer)) socket.write(frame(response));
    });
    socket.on("end", () => onEnd(socket));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function close(socket: Socket): void {
  socket.end();
}

function withOtherId(octets: Buffer): Buffer[] {
  return refuse(octets).map((response) => {
    const other = Buffer.from(response);
    other.writeUInt16BE(other.readUInt16BE(0) ^ 0x8000);
    return other;
  });
}

function withoutAnswer(response: Buffer): Buffer {
  const cut = Buffer.from(response.subarray(0, 12 + LIVE_QUESTION.length));
  cut.writeUInt16BE(0, 6);
  return cut;
}

test("a server that refuses everything is well by UDP", async () => {
  const run = runAgainst(await udpServer(refuse));
  await runMessages(run, 0, MESSAGES);
  expect(run.tally.messages).toBe(MESSAGES);
  expect(run.tally.responses()).toMatch(/^FORMERR 1[0-9]{3}/);
});

test.for<{ what: string; answer: Answerer; why: string }>([
  { what: "is silent", answer: except(5, () => []), why: "no response" },
  {
    what: "answers twice",
    answer: except(5, (octets) => [...refuse(octets), ...refuse(octets)]),
    why: "a second response",
  },
  { what: "answers with another ID", answer: except(5, withOtherId), why: "nothing" },
  {
    what: "answers what must not be answered",
    answer: (octets) => (octets.length === 11 ? [Buffer.concat([octets, octets])] : refuse(octets)),
    why: "silence",
  },
  {
    what: "has an octet too many",
    answer: except(5, (octets) => refuse(octets).map((each) => Buffer.concat([each, each]))),
    why: "trail",
  },
  {
    what: "forgets the answer",
    answer: (octets) => refuse(octets).map(withoutAnswer),
    why: "not right any more",
  },
])("a server that $what is found by UDP", async ({ answer, why }) => {
  const run = runAgainst(await udpServer(answer));
  await expect(runMessages(run, 0, MESSAGES)).rejects.toThrow(why);
});

test("datagrams that are lost are sent again", async () => {
  let count = 0;
  const run = runAgainst(await udpServer((octets) => (count++ % 7 === 0 ? [] : refuse(octets))));
  await runMessages(run, 0, 300);
  expect(run.tally.messages).toBe(300);
  expect(run.tally.lost).toBeGreaterThan(10);
});

test("a server that refuses everything is well by TCP", async () => {
  const run = runAgainst(await tcpServer(refuse, close));
  await runStreams(run, 0, STREAMS);
  expect(run.tally.streams).toBe(STREAMS);
});

test.for<{ what: string; answer: Answerer; onEnd: (socket: Socket) => void; why: string }>([
  { what: "is silent", answer: except(5, () => []), onEnd: close, why: "without a response" },
  {
    what: "answers twice",
    answer: except(5, (octets) => [...refuse(octets), ...refuse(octets)]),
    onEnd: close,
    why: "a response to nothing",
  },
  {
    what: "sets TC",
    answer: (octets) => refuse(octets).map((each) => each.fill((each[2] ?? 0) | 2, 2, 3)),
    onEnd: close,
    why: "TC over TCP",
  },
  {
    what: "ends in a response",
    answer: refuse,
    onEnd: (socket) => socket.end(Buffer.from("000c1234", "hex")),
    why: "half a response",
  },
  {
    what: "resets connections",
    answer: refuse,
    onEnd: (socket) => socket.resetAndDestroy(),
    why: "the connection failed",
  },
])("a server that $what is found by TCP", async ({ answer, onEnd, why }) => {
  const run = runAgainst(await tcpServer(answer, onEnd));
  await expect(runStreams(run, 0, STREAMS)).rejects.toThrow(why);
});
