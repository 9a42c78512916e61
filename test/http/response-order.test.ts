import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import {
  credentialHeaders,
  expectRefusal,
  postOctets,
  publishedTexts,
  updateBody,
} from "./requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;
beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.remove());
beforeEach(async () => {
  delegate = await register(server.url);
});

function updateOctets(number: number, ...headers: string[]): Buffer {
  const body = updateBody(delegate, digest(number));
  return postOctets("/update", [...credentialHeaders(delegate), ...headers], body);
}

test("updates sent without waiting take effect in their order, the slow first one too", async () => {
  const connection = await RawConnection.open(server.httpPort);
  const chunked = [
    "POST /update HTTP/1.1",
    "Host: auth.example.org",
    ...credentialHeaders(delegate),
    "Transfer-Encoding: chunked",
  ].join("\r\n");
  const chunks = [...updateBody(delegate, digest(1))].map((octet) => `1\r\n${octet}\r\n`);
  const first = `${chunked}\r\n\r\n${chunks.join("")}0\r\n\r\n`;
  await connection.send(Buffer.concat([Buffer.from(first), updateOctets(2), updateOctets(3)]));
  for (const number of [1, 2, 3]) {
    const { final } = await connection.response();
    expect(final.body).toBe(`{"txt": "${digest(number)}"}`);
  }
  connection.close();
  expect((await publishedTexts(server, delegate)).sort()).toEqual([digest(2), digest(3)].sort());
});

test.for([
  { name: "a client's last request", first: () => updateOctets(1, "Connection: close") },
  { name: "a body that is too long", first: tooLong },
  { name: "a head that is refused", first: () => postOctets("/register", ["Host: b.test"]) },
])("nothing is done with what follows $name", async ({ first }) => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(Buffer.concat([first(), updateOctets(2)]));
  const { final } = await connection.response();
  expect(final.headers.get("connection")).toBe("close");
  expect(await connection.rest()).toBe("");
  expect(await publishedTexts(server, delegate)).not.toContain(digest(2));
});

/** Chunked, so that the server learns of it by reading. */
function tooLong(): Buffer {
  const head = "POST /register HTTP/1.1\r\nHost: auth.example.org\r\nTransfer-Encoding: chunked";
  const length = 9000;
  return Buffer.from(`${head}\r\n\r\n${length.toString(16)}\r\n${"a".repeat(length)}\r\n0\r\n\r\n`);
}

test("a request before octets that are none gets its own answer", async () => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(Buffer.concat([updateOctets(1), Buffer.from("no request\r\n\r\n")]));
  expect((await connection.response()).final.body).toBe(`{"txt": "${digest(1)}"}`);
  expectRefusal((await connection.response()).final, 400, "bad_request");
  expect(await connection.rest()).toBe("");
});

test("who goes away from a refused body gets no second answer", async () => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(
    "POST /register HTTP/1.1\r\nHost: auth.example.org\r\nContent-Length: 9000\r\n\r\n{",
  );
  expectRefusal((await connection.response()).final, 413, "payload_too_large");
  connection.end();
  expect(await connection.rest()).toBe("");
});

test("who goes on after octets that were no request gets no second answer", async () => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send("no request\r\n\r\n", "still none\r\n\r\n", Buffer.alloc(1_000_000));
  expectRefusal((await connection.response()).final, 400, "bad_request");
  expect(await connection.rest()).toBe("");
});
