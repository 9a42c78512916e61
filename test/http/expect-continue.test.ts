import { afterAll, beforeAll, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { credentialHeaders, expectRefusal, publishedTexts, updateBody } from "./requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
});
afterAll(() => server.remove());

function head(headers: readonly string[], length: number, version = "1.1"): string {
  const lines = [
    `POST /update HTTP/${version}`,
    "Host: a",
    ...headers,
    `Content-Length: ${length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const EXPECT = "Expect: 100-continue";

test("H22 a client that waits for 100 gets it, sends its body and goes on with the connection", async () => {
  const connection = await RawConnection.open(server.httpPort);
  for (const txt of [digest(1), digest(2)]) {
    const body = updateBody(delegate, txt);
    await connection.send(head([EXPECT, ...credentialHeaders(delegate)], body.length));
    const { status } = await connection.message();
    expect(status).toBe(100);
    await connection.send(body);
    const { final } = await connection.response();
    expect(final.status).toBe(200);
    expect(final.headers.get("connection")).not.toBe("close");
  }
  connection.close();
  expect(await publishedTexts(server, delegate)).toEqual([digest(1), digest(2)]);
});

test("H22 a client that sends its body without waiting gets 100 and 200", async () => {
  const body = updateBody(delegate, digest(3));
  const request = head([EXPECT, ...credentialHeaders(delegate)], body.length) + body;
  const { interim, final } = await exchange(server.httpPort, [request]);
  expect(interim.map(({ status }) => status)).toEqual([100]);
  expect(final.status).toBe(200);
});

test("H22 the expectation is read in any letter case", async () => {
  const request = `POST /register HTTP/1.1\r\nHost: a\r\nEXPECT: 100-Continue\r\nContent-Length: 2\r\n\r\n{}`;
  const { interim, final } = await exchange(server.httpPort, [request]);
  expect(interim.map(({ status }) => status)).toEqual([100]);
  expect(final.status).toBe(201);
});

test("H22 a wrong key is refused at once: no 100, no wait for the body, closed", async () => {
  const connection = await RawConnection.open(server.httpPort);
  const wrong = credentialHeaders({ ...delegate, password: "A".repeat(40) });
  await connection.send(head([EXPECT, ...wrong], 100));
  const { interim, final } = await connection.response();
  expect(interim).toEqual([]);
  expectRefusal(final, 401, "forbidden");
  expect(await connection.rest()).toBe("");
});

test("a body that is announced as too long is refused at once: no 100, closed", async () => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(head([EXPECT, ...credentialHeaders(delegate)], 8193));
  const { interim, final } = await connection.response();
  expect(interim).toEqual([]);
  expectRefusal(final, 413, "payload_too_large");
  expect(await connection.rest()).toBe("");
});

test("a client that wants the connection closed has it closed, with 100 before", async () => {
  const connection = await RawConnection.open(server.httpPort);
  const body = updateBody(delegate, digest(4));
  const headers = ["Connection: close", EXPECT, ...credentialHeaders(delegate)];
  await connection.send(head(headers, body.length), body);
  const { interim, final } = await connection.response();
  expect(interim.map(({ status }) => status)).toEqual([100]);
  expect(final.headers.get("connection")).toBe("close");
  expect(await connection.rest()).toBe("");
});

test("HTTP/1.0 knows no 100: the expectation is ignored (RFC 9110 section 10.1.1)", async () => {
  const connection = await RawConnection.open(server.httpPort);
  const body = updateBody(delegate, digest(5));
  await connection.send(head([EXPECT, ...credentialHeaders(delegate)], body.length, "1.0"), body);
  const { interim, final } = await connection.response();
  expect(interim).toEqual([]);
  expect(final.status).toBe(200);
  expect(await connection.rest()).toBe("");
});

test.for([{ expectation: "something-else" }, { expectation: "200-ok" }, { expectation: "" }])(
  "another expectation ($expectation) is refused and nothing is done",
  async ({ expectation }) => {
    const own = await register(server.url);
    const body = updateBody(own, digest(6));
    const headers = [`Expect: ${expectation}`, ...credentialHeaders(own)];
    const { interim, final } = await exchange(server.httpPort, [head(headers, body.length), body]);
    expect(interim).toEqual([]);
    expectRefusal(final, 417, "expectation_failed");
    expect(final.headers.get("connection")).toBe("close");
    expect(await publishedTexts(server, own)).toEqual([]);
  },
);
