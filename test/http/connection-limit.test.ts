import { afterEach, expect, test } from "vitest";
import { RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const IN_ALL = "DNSVOUCH_LIMITS_HTTP_CONNECTIONS";
const PER_SOURCE = "DNSVOUCH_LIMITS_HTTP_CONNECTIONS_PER_SOURCE";
const HEALTH = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
/** With the 100 the server has begun to wait for the body: the connection is at work. */
const UNFINISHED =
  "POST /register HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

let server: ServerUnderTest;
const opened: RawConnection[] = [];

afterEach(async () => {
  for (const connection of opened.splice(0)) connection.close();
  await server.remove();
});

/** A connection over which one request was answered. */
async function open(from = "127.0.0.1"): Promise<RawConnection> {
  const connection = await RawConnection.open(server.httpPort, { from });
  opened.push(connection);
  await expectAnswered(connection);
  return connection;
}

async function expectAnswered(connection: RawConnection): Promise<void> {
  await connection.send(HEALTH);
  expect((await connection.response()).final.status).toBe(200);
}

test("where all connections are taken, the one that was idle for longest goes", async () => {
  server = await startServerUnderTest({ [IN_ALL]: "3", [PER_SOURCE]: "0" });
  const [first, second, third] = [await open(), await open("127.0.0.2"), await open("127.0.0.3")];
  await expectAnswered(first);
  const fourth = await open("127.0.0.4");
  expect(await second.rest()).toBe("");
  for (const connection of [first, third, fourth]) await expectAnswered(connection);
});

test("where all of them are at work, one more is told so in JSON", async () => {
  server = await startServerUnderTest({ [IN_ALL]: "2", [PER_SOURCE]: "0" });
  const busy = [await open(), await open()];
  for (const connection of busy) {
    await connection.send(UNFINISHED);
    expect((await connection.message()).status).toBe(100);
  }
  const late = await RawConnection.open(server.httpPort);
  opened.push(late);
  const { final } = await late.response();
  expect({ status: final.status, body: final.body }).toEqual({
    status: 503,
    body: '{"error": "too_many_connections"}',
  });
  expect(final.headers.get("retry-after")).toBe("5");
  expect(await late.rest()).toBe("");
  for (const connection of busy) {
    await connection.send("{}");
    expect((await connection.response()).final.status).toBe(201);
  }
});

test("one source has so many, and takes none of the others'", async () => {
  server = await startServerUnderTest({ [IN_ALL]: "100", [PER_SOURCE]: "2" });
  const other = await open("127.0.0.2");
  const [first, second] = [await open(), await open()];
  const third = await open();
  expect(await first.rest()).toBe("");
  for (const connection of [other, second, third]) await expectAnswered(connection);
});

test("there is no such limit for proxies, for this machine by default, and where it is 0", async () => {
  server = await startServerUnderTest({
    [PER_SOURCE]: "2",
    DNSVOUCH_API_TRUSTED_PROXIES: "127.0.0.2",
  });
  const proxied = await Promise.all(Array.from({ length: 5 }, () => open("127.0.0.2")));
  for (const connection of proxied) await expectAnswered(connection);
  const limited = await open("127.0.0.3");
  await open("127.0.0.3");
  await open("127.0.0.3");
  expect(await limited.rest()).toBe("");

  for (const env of [{}, { [PER_SOURCE]: "0" }]) {
    server = await server.restart(env);
    const many = await Promise.all(Array.from({ length: 60 }, () => open()));
    for (const connection of many) await expectAnswered(connection);
    for (const connection of opened.splice(0)) connection.close();
  }
});
