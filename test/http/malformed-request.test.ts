import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { RawConnection, type RawResponse } from "../support/raw-http.ts";
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
  delegate = await register(server.url);
});
afterAll(() => server.remove());

/** The one response on a connection that the server then closes. */
async function onlyResponse(request: string | Buffer): Promise<RawResponse> {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(request);
  const { final } = await connection.response();
  expect(await connection.rest()).toBe("");
  return final;
}

const POST = "POST /register HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

test.for([
  { name: "a bare LF after the request line", request: "POST /register HTTP/1.1\nHost: a\r\n\r\n" },
  { name: "a bare LF after a header", request: "POST /register HTTP/1.1\r\nHost: a\n\r\n" },
  { name: "bare LFs everywhere", request: "POST /register HTTP/1.1\nHost: a\n\n" },
  { name: "a bare CR in a header", request: `${POST}X: a\rb\r\n\r\n` },
  { name: "a folded header (RFC 9112 section 5.2)", request: `${POST}X: a\r\n b\r\n\r\n` },
  {
    name: "a space before the colon (RFC 9112 section 5.1)",
    request: `${POST}Content-Length : 0\r\n\r\n`,
  },
  { name: "a header without a colon", request: `${POST}Content-Length\r\n\r\n` },
  { name: "a header without a name", request: `${POST}: 0\r\n\r\n` },
  { name: "NUL in a header", request: `${POST}X: a\0b\r\n\r\n` },
  { name: "a negative Content-Length", request: `${POST}Content-Length: -1\r\n\r\n` },
  { name: "a Content-Length with a sign", request: `${POST}Content-Length: +0\r\n\r\n` },
  { name: "a Content-Length in hexadecimal", request: `${POST}Content-Length: 0x0\r\n\r\n` },
  { name: "a list as Content-Length", request: `${POST}Content-Length: 0, 0\r\n\r\n` },
  {
    name: "Content-Length twice",
    request: `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`,
  },
  {
    name: "an overlong Content-Length",
    request: `${POST}Content-Length: 99999999999999999999\r\n\r\n`,
  },
  { name: "a chunk size that is no number", request: `${CHUNKED}zz\r\n{}\r\n0\r\n\r\n` },
  { name: "a chunk size with a sign", request: `${CHUNKED}+2\r\n{}\r\n0\r\n\r\n` },
  { name: "a chunk size with 0x", request: `${CHUNKED}0x2\r\n{}\r\n0\r\n\r\n` },
  { name: "an overlong chunk size", request: `${CHUNKED}${"f".repeat(17)}\r\n{}\r\n0\r\n\r\n` },
  { name: "a chunk size with a bare LF", request: `${CHUNKED}2\n{}\r\n0\r\n\r\n` },
  { name: "a chunk longer than its size", request: `${CHUNKED}1\r\n{}\r\n0\r\n\r\n` },
  { name: "a chunk shorter than its size", request: `${CHUNKED}3\r\n{}\r\n0\r\n\r\n` },
  {
    name: "a transfer coding other than chunked",
    request: `${POST}Transfer-Encoding: gzip\r\n\r\n`,
  },
  {
    name: "a transfer coding after chunked",
    request: `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
  },
  { name: "a method that no standard knows", request: "FOO /register HTTP/1.1\r\nHost: a\r\n\r\n" },
  { name: "a method in lower case", request: "post /register HTTP/1.1\r\nHost: a\r\n\r\n" },
  { name: "HTTP/1.2", request: "POST /register HTTP/1.2\r\nHost: a\r\n\r\n" },
  { name: "the preface of HTTP/2", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { name: "a TLS greeting", request: Buffer.from("16030100c8010000c40303", "hex") },
  { name: "a path without a slash", request: "POST register HTTP/1.1\r\nHost: a\r\n\r\n" },
  { name: "a space in the path", request: "POST /reg ister HTTP/1.1\r\nHost: a\r\n\r\n" },
])("$name is refused with 400, and the connection is closed", async ({ request }) => {
  const response = await onlyResponse(request);
  expectRefusal(response, 400, "bad_request");
  expect(response.headers.get("connection")).toBe("close");
});

test("CONNECT is refused with 405, and the connection is closed", async () => {
  const response = await onlyResponse("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
  expectRefusal(response, 405, "method_not_allowed");
  // RFC 9110 section 15.5.6: a 405 has an Allow header, empty where nothing is allowed.
  expect(response.headers.get("allow")).toBe("");
});

describe("a request that hides in another is not executed", () => {
  const smuggled = () =>
    postOctets("/update", credentialHeaders(delegate), updateBody(delegate, digest(1)));

  test.for([
    {
      name: "Content-Length, then chunked",
      lines: ["Content-Length: 5", "Transfer-Encoding: chunked"],
    },
    {
      name: "chunked, then Content-Length",
      lines: ["Transfer-Encoding: chunked", "Content-Length: 5"],
    },
    { name: "chunked in another case", lines: ["Content-Length: 5", "transfer-encoding: CHUNKED"] },
    {
      name: "a disguised header name",
      lines: ["Content-Length: 5", "Transfer-Encoding : chunked"],
    },
    { name: "a disguised coding", lines: ["Content-Length: 5", "Transfer-Encoding: xchunked"] },
    { name: "two lengths", lines: ["Content-Length: 5", "Content-Length: 0"] },
  ])("behind $name", async ({ lines }) => {
    const head = `${POST}${lines.join("\r\n")}\r\n\r\n0\r\n\r\n`;
    const response = await onlyResponse(Buffer.concat([Buffer.from(head), smuggled()]));
    expectRefusal(response, 400, "bad_request");
    expect(await publishedTexts(server, delegate)).toEqual([]);
  });

  test("behind a body that was too long", async () => {
    const length = "Content-Length: 9000";
    const head = `${POST}${length}\r\n\r\n${"a".repeat(9000)}`;
    const response = await onlyResponse(Buffer.concat([Buffer.from(head), smuggled()]));
    expectRefusal(response, 413, "payload_too_large");
    expect(await publishedTexts(server, delegate)).toEqual([]);
  });

  test("in the body of a refused request", async () => {
    const connection = await RawConnection.open(server.httpPort);
    await connection.send(postOctets("/nowhere", [], smuggled()));
    expectRefusal((await connection.response()).final, 404, "not_found");
    await connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await connection.response()).final.status).toBe(200);
    connection.close();
    expect(await publishedTexts(server, delegate)).toEqual([]);
  });
});

test("chunk extensions and trailers are read over", async () => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(`${CHUNKED}2;a=b\r\n{}\r\n0\r\nX-Api-Key: x\r\n\r\n`);
  expect((await connection.response()).final.status).toBe(201);
  connection.close();
});
