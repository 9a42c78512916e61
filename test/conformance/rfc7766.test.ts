import { expect, test } from "vitest";
import { respond } from "../../src/server/respond.ts";
import { askTcp, frame, octetByOctet, TcpConnection } from "../support/dns-client.ts";
import { DIGEST_A, exerciseZone } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { responderOf } from "../support/responder-of.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import {
  authorityOver,
  requestorBy,
  serveDns,
  serveResponder,
  zoneUnderTest,
} from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const IDLE_SECONDS = 0.3;
const impatientPort = await serveDns(authorityOver(exerciseZone()), {
  firstMessageSeconds: IDLE_SECONDS,
  idleSeconds: IDLE_SECONDS,
});

const TXT = query("once.auth.example. TXT");
const ANSWER = [`once.auth.example. 1 IN TXT "${DIGEST_A}"`];

function queries(count: number): Buffer[] {
  return Array.from({ length: count }, (_, id) => query("once.auth.example. TXT", { id }));
}

/** IDs of right answers, sorted: responses may come in any order (section 7). */
function answeredIds(responses: readonly Uint8Array[]): number[] {
  const messages = responses.map(decodeStrictly);
  for (const message of messages) expect(message.answer).toEqual(ANSWER);
  return messages.map(({ id }) => id).sort((a, b) => a - b);
}

function idsUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, id) => id);
}

test.for([
  { what: "octet by octet", cut: octetByOctet },
  {
    what: "between the octets of a length",
    cut: (all: Buffer) => [all.subarray(0, 1), all.subarray(1)],
  },
  { what: "behind a length", cut: (all: Buffer) => [all.subarray(0, 2), all.subarray(2)] },
  {
    what: "inside the second message",
    cut: (all: Buffer) => [all.subarray(0, 50), all.subarray(50)],
  },
])("section 8: messages that come in pieces, cut $what", async ({ cut }) => {
  expect(answeredIds(await askTcp(port, queries(3), { cut }))).toEqual(idsUpTo(3));
});

test("section 6.2.1.1: 200 queries in one write are all answered", async () => {
  expect(answeredIds(await askTcp(port, queries(200)))).toEqual(idsUpTo(200));
});

test("section 6.2.1: a connection is used again and again", async () => {
  const connection = await TcpConnection.open(port);
  for (let i = 0; i < 20; i++) {
    connection.write(frame(TXT));
    expect(await connection.responses(1)).toHaveLength(1);
  }
  connection.destroy();
});

test("section 6.2.4: who closes their side still gets the responses", async () => {
  const responses = await askTcp(port, queries(50), { halfClose: true });
  expect(answeredIds(responses)).toEqual(idsUpTo(50));
});

test("section 6.2.4: the server closes its side then", async () => {
  const connection = await TcpConnection.open(port);
  connection.write(frame(TXT));
  connection.end();
  expect(await connection.responses(1)).toHaveLength(1);
  await connection.closed();
});

test("section 8: frames that hold no query are passed over", async () => {
  const connection = await TcpConnection.open(port);
  const response = query("once.auth.example. TXT", { flags: 0x8000 });
  for (const junk of [new Uint8Array(0), new Uint8Array(5), response])
    connection.write(frame(junk));
  connection.write(frame(TXT));
  expect(answeredIds(await connection.responses(1))).toEqual([0x4d2]);
  connection.destroy();
});

test("section 8: a frame of 65,535 octets of junk is one FORMERR, the next query is answered", async () => {
  const connection = await TcpConnection.open(port);
  connection.write(frame(Buffer.alloc(65_535)));
  connection.write(frame(TXT));
  const [first, second] = (await connection.responses(2)).map(decodeStrictly);
  expect(first?.rcode).toBe("FORMERR");
  expect(second?.answer).toEqual(ANSWER);
  connection.destroy();
});

test("section 6.2.2: 30 connections that are stuck in a message disturb nobody", async () => {
  const stuck = await openMany(30);
  for (const [i, connection] of stuck.entries()) connection.write(frame(TXT).subarray(0, i));
  expect(answeredIds(await askTcp(port, queries(5)))).toEqual(idsUpTo(5));
  // The last of them was stuck one octet before the middle, and can go on.
  stuck[29]?.write(frame(TXT).subarray(29));
  expect(answeredIds((await stuck[29]?.responses(1)) ?? [])).toEqual([0x4d2]);
  for (const connection of stuck) connection.destroy();
});

test("section 6.2.2: with 100 open connections one more is served", async () => {
  const open = await openMany(100);
  for (const connection of open) connection.write(frame(TXT));
  const responses = await Promise.all(open.map((connection) => connection.responses(1)));
  expect(responses).toHaveLength(100);
  expect(answeredIds(await askTcp(port, queries(1)))).toEqual([0]);
  for (const connection of open) connection.destroy();
});

test("section 6.2.4: resets at any time disturb nobody", async () => {
  const connections = await openMany(20);
  for (const [i, connection] of connections.entries()) {
    if (i % 2 === 0) connection.write(Buffer.concat(queries(i).map(frame)));
    connection.write(frame(TXT).subarray(0, i));
    connection.reset();
  }
  expect(answeredIds(await askTcp(port, queries(5)))).toEqual(idsUpTo(5));
});

test("section 6.2.1.1: who asks much and reads late gets all of it, and disturbs nobody", async () => {
  const count = 10_000;
  const connection = await TcpConnection.open(port);
  connection.stopReading();
  // Answers of 14 MB: more than fits into the buffers between us.
  const big = Array.from({ length: count }, (_, id) => query("big.auth.example. TXT", { id }));
  connection.write(Buffer.concat(big.map(frame)));
  for (let i = 0; i < 20; i++) expect(answeredIds(await askTcp(port, queries(1)))).toEqual([0]);
  connection.goOnReading();
  const ids = (await connection.responses(count)).map((response) => response.readUInt16BE(0));
  expect(new Set(ids).size).toBe(count);
  connection.destroy();
});

/** As large an RRset as there can be. */
const hugeAuthority = authorityOver(
  zoneUnderTest({
    apex: "huge.example.",
    records: Array.from({ length: 280 }, (_, i) => `all.huge.example. TXT "${`${i}`.padEnd(200)}"`),
  }),
);
let hugeAnswers = 0;
const hugeResponder = responderOf((octets) => {
  hugeAnswers++;
  return respond(hugeAuthority, octets, requestorBy("tcp"), 0);
});
const hugePort = await serveResponder(hugeResponder);

test("section 6.2.1.1: who asks for 90 MB and does not read gets a few, then all of it", async () => {
  const count = 1500;
  const connection = await TcpConnection.open(hugePort);
  connection.stopReading();
  const all = Array.from({ length: count }, (_, id) => query("all.huge.example. TXT", { id }));
  connection.write(Buffer.concat(all.map(frame)));
  // Others are answered meanwhile, each in a turn that the first could have had, too.
  for (let i = 0; i < 50; i++) await askTcp(hugePort, [query("huge.example. TXT")]);
  // What the system keeps for a peer is some megabytes; nothing more was made to wait in ours.
  expect(hugeAnswers - 50).toBeLessThan(count / 2);
  connection.goOnReading();
  const responses = await connection.responses(count);
  expect(responses.map((response) => response.readUInt16BE(0))).toEqual(idsUpTo(count));
  const sizes = new Set(responses.map(({ length }) => length));
  expect([...sizes].every((size) => size > 59_000)).toBe(true);
  connection.destroy();
});

test("section 6.2.3: octets that complete no message do not keep a connection open", async () => {
  const start = performance.now();
  const connection = await TcpConnection.open(impatientPort);
  connection.write(Buffer.of(0xff, 0xff));
  // An octet every hundredth of a second would take ten minutes.
  const trickle = setInterval(() => connection.write(Buffer.of(0)), 10);
  await connection.closed();
  clearInterval(trickle);
  expect(performance.now() - start).toBeGreaterThan(900 * IDLE_SECONDS);
});

test("section 6.2.4: a FIN in the middle of a message closes, whole ones are answered", async () => {
  const connection = await TcpConnection.open(port);
  connection.write(Buffer.concat([...queries(3).map(frame), frame(TXT).subarray(0, 20)]));
  connection.end();
  expect(answeredIds(await connection.responses(3))).toEqual(idsUpTo(3));
  await connection.closed();
});

test("section 6.2.3: a connection without a query is closed, not before its time", async () => {
  const start = performance.now();
  const connection = await TcpConnection.open(impatientPort);
  connection.write(frame(TXT).subarray(0, 10));
  await connection.closed();
  expect(performance.now() - start).toBeGreaterThan(900 * IDLE_SECONDS);
});

test("section 6.2.3: an idle connection is closed, its time counted from the last query", async () => {
  const connection = await TcpConnection.open(impatientPort);
  for (let i = 0; i < 3; i++) {
    connection.write(frame(TXT));
    await connection.responses(1);
  }
  const start = performance.now();
  await connection.closed();
  expect(performance.now() - start).toBeGreaterThan(900 * IDLE_SECONDS);
});

function openMany(count: number): Promise<TcpConnection[]> {
  return Promise.all(Array.from({ length: count }, () => TcpConnection.open(port)));
}
