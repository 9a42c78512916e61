import { afterAll, beforeAll, expect, test } from "vitest";
import { pathAndQuery } from "../../src/http/request-head.ts";
import { RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal } from "./requests.ts";

let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.remove());

test.for([
  { target: "/update", routed: "/update" },
  { target: "//update", routed: "/update" },
  { target: "///api//v1/update//", routed: "/api/v1/update/" },
  { target: "/update?a=//b?c", routed: "/update?a=//b?c" },
  { target: "//evil.test/update", routed: "/evil.test/update" },
  { target: "http://auth.example.org/update", routed: "/update" },
  { target: "HTTPS://auth.example.org:8443//update?x=1", routed: "/update?x=1" },
  { target: "http://auth.example.org", routed: "/" },
  { target: "http://auth.example.org?x=http://b//c", routed: "/?x=http://b//c" },
  { target: "http://[::1", routed: "/" },
  { target: "/http://auth.example.org/update", routed: "/http:/auth.example.org/update" },
])("the target $target is $routed", ({ target, routed }) => {
  expect(pathAndQuery(target)).toBe(routed);
});

const HOST = "Host: auth.example.org";

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `X-${i}: 1`);
}

interface Head {
  readonly name: string;
  readonly line: string;
  readonly headers: readonly string[];
}

test.for<Head & { readonly status: number; readonly error: string }>([
  {
    name: "65 header lines",
    line: "POST /register HTTP/1.1",
    headers: [HOST, ...lines(64)],
    status: 431,
    error: "too_many_headers",
  },
  {
    name: "no Host",
    line: "GET /health HTTP/1.1",
    headers: [],
    status: 400,
    error: "missing_host_header",
  },
  {
    name: "two Hosts",
    line: "GET /health HTTP/1.1",
    headers: [HOST, "Host: b.test"],
    status: 400,
    error: "bad_request",
  },
  {
    name: "HTTP/0.9",
    line: "GET /health",
    headers: [],
    status: 400,
    error: "bad_request",
  },
  {
    name: "HTTP/2.0 without HTTP/2",
    line: "GET /health HTTP/2.0",
    headers: [HOST],
    status: 400,
    error: "bad_request",
  },
  {
    name: "a transfer coding besides chunked",
    line: "POST /register HTTP/1.1",
    headers: [HOST, "Transfer-Encoding: gzip, chunked"],
    status: 400,
    error: "bad_request",
  },
  {
    name: "a transfer coding in HTTP/1.0",
    line: "POST /register HTTP/1.0",
    headers: [HOST, "Transfer-Encoding: chunked"],
    status: 400,
    error: "bad_request",
  },
])("$name: $status and the end", async ({ line, headers, status, error }) => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(`${[line, ...headers].join("\r\n")}\r\n\r\n`);
  const { final } = await connection.response();
  expectRefusal(final, status, error);
  expect(final.headers.get("connection")).toBe("close");
  expect(await connection.rest()).toBe("");
});

test.for<Head & { readonly status: number }>([
  {
    name: "64 header lines",
    line: "POST /register HTTP/1.1",
    headers: [HOST, ...lines(63)],
    status: 201,
  },
  { name: "HTTP/1.0 without Host", line: "GET /health HTTP/1.0", headers: [], status: 200 },
  {
    name: "a whole URL",
    line: "POST http://auth.example.org//register HTTP/1.1",
    headers: [HOST],
    status: 201,
  },
  {
    name: "a whole URL with the path of getlocalcert",
    line: "POST http://auth.example.org/api/v1/acme-dns-compat/register HTTP/1.1",
    headers: [HOST],
    status: 201,
  },
  {
    name: "an offer to change to HTTP/2 (curl --http2)",
    line: "POST /register HTTP/1.1",
    headers: [HOST, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA"],
    status: 201,
  },
  { name: "a URL that is none", line: "GET http://[::1 HTTP/1.1", headers: [HOST], status: 404 },
])("$name: $status", async ({ line, headers, status }) => {
  const connection = await RawConnection.open(server.httpPort);
  await connection.send(`${[line, ...headers].join("\r\n")}\r\n\r\n`);
  const { final } = await connection.response();
  connection.close();
  expect(final.status).toBe(status);
  if (status === 404) expectRefusal(final, 404, "not_found");
});
