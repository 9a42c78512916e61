import { afterEach, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { askUdp, frame, TcpConnection } from "../support/dns-client.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const TXT = query("once.auth.example. TXT");
const open: TcpConnection[] = [];

afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});

function serveAtMost(connections: number, connectionsPerSource: number): Promise<number> {
  return serveDns(authorityOver(exerciseZone()), { connections, connectionsPerSource });
}

/** A connection that has had an answer, so its place in the order of activity is known. */
async function connect(port: number, source: string = "127.0.0.1"): Promise<TcpConnection> {
  const connection = await TcpConnection.open(port, "127.0.0.1", source);
  open.push(connection);
  await isAnswered(connection);
  return connection;
}

/** Whether a connection still answers; what is closed does not. */
async function isAnswered(connection: TcpConnection): Promise<boolean> {
  connection.write(frame(TXT));
  try {
    const [response] = await connection.responses(1);
    return response !== undefined && decodeStrictly(response).rcode === "NOERROR";
  } catch {
    return false;
  }
}

async function answered(...connections: readonly TcpConnection[]): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (const connection of connections) answers.push(await isAnswered(connection));
  return answers;
}

const threePort = await serveAtMost(3, 0);
const twoOfEachPort = await serveAtMost(0, 2);
const fourOrTwoOfEachPort = await serveAtMost(4, 2);
const defaults = loadConfig({ file: undefined, searched: [], env: {} }).dns;
const usualPort = await serveAtMost(defaults.tcpConnections, defaults.tcpConnectionsPerSource.most);

test("section 4.2: where as many are connected as may be, the next is served and the longest idle is closed", async () => {
  const first = await connect(threePort);
  const second = await connect(threePort);
  const third = await connect(threePort);
  expect(await isAnswered(first)).toBe(true);
  const fourth = await connect(threePort);
  await second.closed();
  expect(await answered(first, third, fourth)).toEqual([true, true, true]);
});

test("section 4.2: a connection that has said nothing yet is the longest idle after the others speak", async () => {
  const silent = await TcpConnection.open(threePort);
  const first = await connect(threePort);
  const second = await connect(threePort);
  const third = await connect(threePort);
  await silent.closed();
  expect(await answered(first, second, third)).toEqual([true, true, true]);
});

test("section 4.2: octets that complete no message are no activity", async () => {
  const stuck = await connect(threePort);
  const first = await connect(threePort);
  const second = await connect(threePort);
  stuck.write(frame(TXT).subarray(0, 10));
  expect(await answered(first, second)).toEqual([true, true]);
  stuck.write(frame(TXT).subarray(10, 20));
  const third = await connect(threePort);
  await stuck.closed();
  expect(await answered(first, second, third)).toEqual([true, true, true]);
});

test("section 4.2: a connection that is closed makes room", async () => {
  const first = await connect(threePort);
  const second = await connect(threePort);
  const third = await connect(threePort);
  third.end();
  await third.closed();
  const fourth = await connect(threePort);
  expect(await answered(first, second, fourth)).toEqual([true, true, true]);
});

test("section 4.2: who connects too often closes their own connections, not those of others", async () => {
  const other = await connect(twoOfEachPort, "127.0.0.2");
  const first = await connect(twoOfEachPort);
  const second = await connect(twoOfEachPort);
  const third = await connect(twoOfEachPort);
  await first.closed();
  expect(await answered(other, second, third)).toEqual([true, true, true]);
});

test("section 4.2: both limits at once", async () => {
  const first = await connect(fourOrTwoOfEachPort, "127.0.0.2");
  const second = await connect(fourOrTwoOfEachPort, "127.0.0.2");
  const third = await connect(fourOrTwoOfEachPort, "127.0.0.3");
  const fourth = await connect(fourOrTwoOfEachPort, "127.0.0.3");
  const fifth = await connect(fourOrTwoOfEachPort, "127.0.0.3");
  await third.closed();
  const sixth = await connect(fourOrTwoOfEachPort, "127.0.0.4");
  await first.closed();
  expect(await answered(second, fourth, fifth, sixth)).toEqual([true, true, true, true]);
});

test("section 4.2: with 100 connections of one source, one more is served at the usual limits", async () => {
  for (let i = 0; i < 100; i++) open.push(await TcpConnection.open(usualPort));
  const more = await connect(usualPort);
  expect(await isAnswered(more)).toBe(true);
  // All but the newest of that source are closed.
  const kept = defaults.tcpConnectionsPerSource.most - 1;
  const [stay, go] = [open.slice(100 - kept, 100), open.slice(0, 100 - kept)];
  for (const connection of go) await connection.closed();
  expect(await answered(...stay)).toEqual(stay.map(() => true));
});

test("section 4.2: 0 is no limit", async () => {
  const port = await serveAtMost(0, 0);
  const connections: TcpConnection[] = [];
  for (let i = 0; i < 250; i++) connections.push(await connect(port));
  expect(await answered(...connections)).toEqual(connections.map(() => true));
});

test("section 3: connections do not hinder UDP", async () => {
  for (let i = 0; i < 10; i++) await connect(threePort);
  expect(decodeStrictly(await askUdp(threePort, TXT)).rcode).toBe("NOERROR");
});
