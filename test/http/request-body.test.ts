import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import {
  credentialHeaders,
  expectRefusal,
  post,
  postOctets,
  postUpdate,
  publishedTexts,
  updateBody,
} from "./requests.ts";

const LIMIT = 8192;
const TWO_MIB = Buffer.alloc(2 * 1024 * 1024, "a");

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
});
afterAll(() => server.remove());

/** JSON of exactly that many octets. */
function jsonOf(octets: number, members: object = {}): string {
  const bare = JSON.stringify({ ...members, x: "" });
  return JSON.stringify({ ...members, x: "a".repeat(octets - bare.length) });
}

function chunked(path: string, headers: readonly string[], ...chunks: readonly string[]): string {
  const lines = [`POST ${path} HTTP/1.1`, "Host: a", ...headers, "Transfer-Encoding: chunked"];
  const body = [...chunks, ""].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  return `${lines.join("\r\n")}\r\n\r\n${body.join("")}`;
}

describe("the limit of 8 KiB", () => {
  test("a body of exactly that size is read", async () => {
    expect((await post(server, "/register", [], jsonOf(LIMIT))).status).toBe(201);
    const body = jsonOf(LIMIT, { subdomain: delegate.subdomain, txt: digest(1) });
    expect((await post(server, "/update", credentialHeaders(delegate), body)).status).toBe(200);
  });

  test("so are chunks of exactly that size together", async () => {
    const body = jsonOf(LIMIT);
    const request = chunked("/register", [], body.slice(0, 4000), body.slice(4000));
    expect((await exchange(server.httpPort, [request])).final.status).toBe(201);
  });

  test.for([{ path: "/register" }, { path: "/update" }])(
    "one octet more is refused at $path, whole or in chunks, and the connection is closed",
    async ({ path }) => {
      const body = jsonOf(LIMIT + 1, { subdomain: delegate.subdomain, txt: digest(2) });
      const headers = credentialHeaders(delegate);
      const inChunks = chunked(path, headers, body.slice(0, 4000), body.slice(4000));
      for (const request of [postOctets(path, headers, body), inChunks]) {
        const connection = await RawConnection.open(server.httpPort);
        await connection.send(request);
        const { final } = await connection.response();
        expectRefusal(final, 413, "payload_too_large");
        expect(final.headers.get("connection")).toBe("close");
        expect(await connection.rest()).toBe("");
      }
      expect(await publishedTexts(server, delegate)).not.toContain(digest(2));
    },
  );

  test.for([
    { name: "a Content-Length", request: () => postOctets("/register", [], TWO_MIB) },
    { name: "one chunk", request: () => Buffer.from(chunked("/register", [], TWO_MIB.toString())) },
  ])("who sends 2 MiB with $name reads the 413 and is then cut off", async ({ request }) => {
    const connection = await RawConnection.open(server.httpPort);
    const octets = request();
    // The answer is there before the last octets have been sent.
    await connection.send(octets.subarray(0, octets.length / 2));
    expectRefusal((await connection.response()).final, 413, "payload_too_large");
    void connection.send(octets.subarray(octets.length / 2));
    expect(await connection.rest()).toBe("");
  });

  test("who never ends its body is cut off within seconds", async () => {
    const connection = await RawConnection.open(server.httpPort);
    await connection.send(
      "POST /register HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n{",
    );
    expectRefusal((await connection.response()).final, 413, "payload_too_large");
    expect(await connection.rest()).toBe("");
  });

  test("401 comes before 413, and reaches a client that sends 2 MiB", async () => {
    const connection = await RawConnection.open(server.httpPort);
    const octets = postOctets("/update", [], TWO_MIB);
    await connection.send(octets.subarray(0, octets.length / 2));
    expectRefusal((await connection.response()).final, 401, "forbidden");
    await connection.send(octets.subarray(octets.length / 2));
    // The rest was not taken for a request.
    await connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await connection.response()).final.status).toBe(200);
    connection.close();
  });

  test("limits.body_bytes sets another", async () => {
    const small = await startServerUnderTest({ DNSVOUCH_LIMITS_BODY_BYTES: "1024" });
    expect((await post(small, "/register", [], jsonOf(1024))).status).toBe(201);
    expectRefusal(await post(small, "/register", [], jsonOf(1025)), 413, "payload_too_large");
    await small.remove();
  });

  test("limits.body_bytes = 0 sets none", async () => {
    const unlimited = await startServerUnderTest({ DNSVOUCH_LIMITS_BODY_BYTES: "0" });
    expect((await post(unlimited, "/register", [], jsonOf(100_000))).status).toBe(201);
    const inChunks = chunked("/register", [], jsonOf(50_000));
    expect((await exchange(unlimited.httpPort, [inChunks])).final.status).toBe(201);
    await unlimited.remove();
  });
});

describe("a body that is not whole is never acted on", () => {
  test.for([
    { name: "half of it", cut: (whole: Buffer) => whole.subarray(0, whole.length - 20) },
    { name: "all but one octet", cut: (whole: Buffer) => whole.subarray(0, whole.length - 1) },
    { name: "nothing of it", cut: (whole: Buffer) => whole.subarray(0, whole.indexOf("{")) },
  ])("closed after $name", async ({ cut }) => {
    const own = await register(server.url);
    // Longer than its JSON, so that what has come would be valid.
    const body = `${updateBody(own, digest(3))}  `;
    const connection = await RawConnection.open(server.httpPort);
    await connection.send(cut(postOctets("/update", credentialHeaders(own), body)));
    connection.end();
    expect(await connection.rest()).not.toContain("200 OK");
    // A later update is the only one.
    expect((await postUpdate(server, own, digest(4))).status).toBe(200);
    expect(await publishedTexts(server, own)).toEqual([digest(4)]);
  });

  test("chunks without the last one", async () => {
    const own = await register(server.url);
    const request = chunked("/update", credentialHeaders(own), updateBody(own, digest(3)));
    const connection = await RawConnection.open(server.httpPort);
    await connection.send(request.slice(0, -"0\r\n\r\n".length));
    connection.end();
    expect(await connection.rest()).not.toContain("200 OK");
    expect((await postUpdate(server, own, digest(4))).status).toBe(200);
    expect(await publishedTexts(server, own)).toEqual([digest(4)]);
  });

  test("a client that has sent all and closes its side gets its answer", async () => {
    const connection = await RawConnection.open(server.httpPort);
    const body = updateBody(delegate, digest(5));
    await connection.send(postOctets("/update", credentialHeaders(delegate), body));
    connection.end();
    expect((await connection.response()).final.status).toBe(200);
  });
});

test("octet by octet, a body is the same", async () => {
  const own = await register(server.url);
  const request = postOctets("/update", credentialHeaders(own), updateBody(own, digest(6)));
  const pieces = Array.from(request, (octet) => Buffer.of(octet));
  expect((await exchange(server.httpPort, pieces)).final.status).toBe(200);
  expect(await publishedTexts(server, own)).toEqual([digest(6)]);
});
