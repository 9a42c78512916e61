import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { ConnectionTable } from "../../src/limit/connection-table.ts";
import { type IdleLimits, serveConnection } from "../../src/server/served-connection.ts";
import { Turns } from "../../src/server/turns.ts";
import { frame, TcpConnection } from "../support/dns-client.ts";
import { listenAnywhere } from "../support/process-folder.ts";
import { responderOf } from "../support/responder-of.ts";

const REQUESTOR = { transport: "tcp", address: Uint8Array.of(127, 0, 0, 1) } as const;
const LIMITS: IdleLimits = { firstMessageSeconds: 2, idleSeconds: 8 };
const BIG_OCTETS = 60_000;

const open: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const close of open.splice(0)) close();
});

/** A connection that is served, seen from both of its ends. */
async function serve(
  responder: (octets: Uint8Array, served: Socket) => Uint8Array | undefined,
  { limits = LIMITS, turns = new Turns() }: { limits?: IdleLimits; turns?: Turns } = {},
): Promise<{ served: Socket; client: TcpConnection }> {
  const table = new ConnectionTable({ connections: 0, connectionsPerSource: 0 });
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  const port = await listenAnywhere(server);
  const accepted = once(server, "connection");
  const client = await TcpConnection.open(port);
  const [served]: unknown[] = await accepted;
  assert(served instanceof Socket);
  served.on("error", () => {});
  open.push(() => {
    client.destroy();
    served.destroy();
    server.close();
  });
  const answer = responderOf((octets) => responder(octets, served));
  serveConnection(served, REQUESTOR, answer, { limits, table, turns, coversLoopback: true });
  return { served, client };
}

/** Messages of four octets that count from 0. */
function numbered(count: number): Buffer {
  const messages = Array.from({ length: count }, (_, i) => {
    const message = Buffer.alloc(4);
    message.writeUInt32BE(i);
    return frame(message);
  });
  return Buffer.concat(messages);
}

/** Resolves once something holds; each try is one turn of the loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

/** The deadlines of connections move by `vi.advanceTimersByTime` alone. */
function takeTheClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

test("the responses to the messages of a chunk leave in one write (RFC 7766 section 8)", async () => {
  const { served, client } = await serve((octets) => octets);
  const write = vi.spyOn(served, "write");
  client.write(numbered(100));
  const responses = await client.responses(100);
  expect(Buffer.concat(responses.map(frame)).equals(numbered(100))).toBe(true);
  expect(write).toHaveBeenCalledTimes(1);
});

test("a chunk of many messages leaves turns to others", async () => {
  let answered = 0;
  let most = 0;
  const { client } = await serve((octets) => {
    answered++;
    return octets;
  });
  client.write(numbered(5000));
  for (let before = 0; before < 5000; ) {
    await nextTurn();
    most = Math.max(most, answered - before);
    before = answered;
  }
  expect(most).toBeGreaterThan(50);
  expect(most).toBeLessThanOrEqual(256);
  expect(await client.responses(5000)).toHaveLength(5000);
});

test("many connections with many messages leave turns to others, too", async () => {
  const turns = new Turns();
  let answered = 0;
  const begun = new Set<Socket>();
  const count = (octets: Uint8Array, served: Socket): Uint8Array => {
    answered++;
    begun.add(served);
    return octets;
  };
  const clients: TcpConnection[] = [];
  for (let i = 0; i < 8; i++) clients.push((await serve(count, { turns })).client);
  for (const client of clients) client.write(numbered(5000));
  // Each has one step at once, when its messages come.
  await until(() => begun.size === 8);
  let most = 0;
  for (let before = answered; before < 40_000; before = answered) {
    await nextTurn();
    most = Math.max(most, answered - before);
  }
  expect(most).toBeLessThanOrEqual(2 * 256);
  for (const client of clients) expect(await client.responses(5000)).toHaveLength(5000);
});

test("messages without a response leave turns to others, too", async () => {
  let seen = 0;
  const { client } = await serve(() => {
    seen++;
    return undefined;
  });
  // Empty messages: 20,000 of them fit into one chunk.
  client.write(Buffer.alloc(40_000));
  let most = 0;
  for (let before = 0; before < 20_000; ) {
    await nextTurn();
    most = Math.max(most, seen - before);
    before = seen;
  }
  expect(most).toBeLessThanOrEqual(256);
});

test("a peer that does not read is not answered beyond a chunk that waits for it", async () => {
  const count = 1500;
  let answered = 0;
  let mostBuffered = 0;
  const { served, client } = await serve((octets, socket) => {
    answered++;
    // Nothing is answered while something waits.
    expect(socket.writableLength).toBe(0);
    const response = Buffer.alloc(BIG_OCTETS);
    response.set(octets);
    return response;
  });
  client.stopReading();
  client.write(numbered(count));
  await until(() => served.writableLength > 0);
  // What the client sends by now waits unread.
  client.write(numbered(100));
  for (let turn = 0; turn < 100; turn++) {
    await nextTurn();
    mostBuffered = Math.max(mostBuffered, served.writableLength);
  }
  // What fills a step up, and the response that overfills it.
  expect(mostBuffered).toBeLessThanOrEqual(65_536 + BIG_OCTETS + 2);
  // The system takes some megabytes for a peer; all would be 90 MB.
  expect(answered).toBeLessThan(count / 2);
  expect(served.isPaused()).toBe(true);
  client.goOnReading();
  const responses = await client.responses(count + 100);
  const order = responses.map((response) => response.readUInt32BE(0));
  expect(order.slice(0, count)).toEqual(Array.from({ length: count }, (_, i) => i));
});

test("waiting for a peer again and again adds no listeners", async () => {
  const { served, client } = await serve(() => Buffer.alloc(BIG_OCTETS));
  const listeners = (): number[] => served.eventNames().map((name) => served.listenerCount(name));
  const before = listeners();
  for (let round = 0; round < 3; round++) {
    client.stopReading();
    client.write(numbered(300));
    await until(() => served.writableLength > 0);
    client.goOnReading();
    await client.responses(300);
  }
  expect(listeners()).toEqual(before);
});

test("all responses are written before our FIN, however slowly they are read", async () => {
  const count = 400;
  const { served, client } = await serve(() => Buffer.alloc(BIG_OCTETS));
  client.stopReading();
  client.write(numbered(count));
  client.end();
  await until(() => served.writableLength > 0);
  client.goOnReading();
  expect(await client.responses(count)).toHaveLength(count);
  await client.closed();
});

test("a FIN in the middle of a message closes, with the responses to the whole ones before", async () => {
  const { client } = await serve((octets) => octets);
  client.write(numbered(300));
  client.write(numbered(1).subarray(0, 5));
  client.end();
  expect(await client.responses(300)).toHaveLength(300);
  await client.closed();
});

test("a FIN without a message closes", async () => {
  const { client } = await serve((octets) => octets);
  client.end();
  await client.closed();
});

test("a reset while responses wait ends the connection", async () => {
  const { served, client } = await serve(() => Buffer.alloc(BIG_OCTETS));
  client.stopReading();
  client.write(numbered(300));
  await until(() => served.writableLength > 0);
  client.reset();
  await until(() => served.closed);
});

test("a connection that is closed between two steps answers no more", async () => {
  let answered = 0;
  const { client } = await serve((octets, served) => {
    if (++answered === 256) served.destroy();
    return octets;
  });
  client.write(numbered(5000));
  await client.closed();
  expect(answered).toBe(256);
});

test("octets that complete no message do not extend the time", async () => {
  takeTheClock();
  const { served, client } = await serve((octets) => octets);
  const stream = numbered(2);
  vi.advanceTimersByTime(1900);
  client.write(stream.subarray(0, 3));
  await until(() => served.bytesRead === 3);
  vi.advanceTimersByTime(99);
  expect(served.destroyed).toBe(false);
  client.write(stream.subarray(3, 6));
  expect(await client.responses(1)).toHaveLength(1);

  vi.advanceTimersByTime(7900);
  client.write(stream.subarray(6, 9));
  await until(() => served.bytesRead === 9);
  vi.advanceTimersByTime(99);
  expect(served.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(served.destroyed).toBe(true);
});

test("without a message the time runs from the accept", async () => {
  takeTheClock();
  const { served, client } = await serve((octets) => octets);
  client.write(Buffer.of(0));
  await until(() => served.bytesRead === 1);
  vi.advanceTimersByTime(1999);
  expect(served.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(served.destroyed).toBe(true);
});

test("each message begins the time anew, and one that has no response does too", async () => {
  takeTheClock();
  const { served, client } = await serve((octets) => (octets.length > 0 ? octets : undefined));
  for (let i = 1; i <= 5; i++) {
    client.write(Buffer.alloc(2));
    await until(() => served.bytesRead === 2 * i);
    vi.advanceTimersByTime(i === 1 ? 1900 : 7900);
  }
  expect(served.destroyed).toBe(false);
  vi.advanceTimersByTime(100);
  expect(served.destroyed).toBe(true);
});

test.for([
  { what: "0 seconds to the first message", firstMessageSeconds: 0, idleSeconds: 8 },
  { what: "0 idle seconds", firstMessageSeconds: 2, idleSeconds: 0 },
  { what: "both 0", firstMessageSeconds: 0, idleSeconds: 0 },
])("$what: no limit", async ({ firstMessageSeconds, idleSeconds }) => {
  takeTheClock();
  const limits = { firstMessageSeconds, idleSeconds };
  const { served, client } = await serve((octets) => octets, { limits });
  if (firstMessageSeconds === 0) vi.advanceTimersByTime(86_400_000);
  client.write(numbered(1));
  expect(await client.responses(1)).toHaveLength(1);
  vi.advanceTimersByTime(idleSeconds === 0 ? 86_400_000 : 7999);
  expect(served.destroyed).toBe(false);
  client.write(numbered(1));
  expect(await client.responses(1)).toHaveLength(1);
  vi.advanceTimersByTime(8000);
  expect(served.destroyed).toBe(idleSeconds !== 0);
});

test("a peer that reads nothing is closed after the idle time, one that reads slowly is not", async () => {
  takeTheClock();
  let answered = 0;
  const { served, client } = await serve(() => {
    answered++;
    return Buffer.alloc(BIG_OCTETS);
  });
  client.stopReading();
  client.write(numbered(1500));
  for (let round = 0; round < 5; round++) {
    await until(() => served.writableLength > 0);
    vi.advanceTimersByTime(7900);
    const before = answered;
    client.goOnReading();
    await until(() => answered > before);
    client.stopReading();
  }
  await until(() => served.writableLength > 0);
  vi.advanceTimersByTime(7999);
  expect(served.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(served.destroyed).toBe(true);
});

test("the idle time runs from when the last response has left", async () => {
  takeTheClock();
  const { served, client } = await serve((octets) => octets);
  // As if the peer did not read: what is written waits.
  served.cork();
  client.write(numbered(1));
  await until(() => served.writableLength > 0);
  vi.advanceTimersByTime(7900);
  served.uncork();
  expect(await client.responses(1)).toHaveLength(1);
  vi.advanceTimersByTime(7999);
  expect(served.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(served.destroyed).toBe(true);
});
