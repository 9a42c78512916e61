import type { Socket } from "node:net";
import express from "express";
import { expect, test } from "vitest";
import { createApiServer } from "../../src/http/api-server.ts";
import { ConnectionTable } from "../../src/limit/connection-table.ts";
import { exchange, RawConnection, type RawResponse } from "../support/raw-http.ts";
import { startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal } from "./requests.ts";

async function register(lines: readonly string[], body = ""): Promise<RawResponse> {
  const server = await startServerUnderTest();
  try {
    const request = `${["POST /register HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n${body}`;
    return (await exchange(server.httpPort, [request])).final;
  } finally {
    await server.remove();
  }
}

function headerLines(count: number): string[] {
  return ["Host: a", ...Array.from({ length: count - 1 }, (_, i) => `X-${i}: y`)];
}

test.for([
  { name: "65 times the same header", lines: ["Host: a", ...Array<string>(64).fill("X: y")] },
  { name: "several thousand short headers", lines: ["Host: a", ...Array<string>(2500).fill("X:")] },
])("$name are too many", async ({ lines }) => {
  expectRefusal(await register(lines), 431, "too_many_headers");
});

test("what comes behind many headers is not lost: a length that counts is seen or refused", async () => {
  const lines = [...headerLines(64).slice(0, 63), "Content-Length: 19"];
  const response = await register(lines, '{"allowfrom":["x"]}');
  expectRefusal(response, 400, "invalid_allowfrom_cidr");
});

test.for([
  { name: "one header", lines: ["Host: a", `X: ${"y".repeat(8192)}`] },
  { name: "a header name", lines: ["Host: a", `${"X".repeat(8192)}: y`] },
  {
    name: "all headers together",
    lines: ["Host: a", ...Array<string>(20).fill(`X: ${"y".repeat(450)}`)],
  },
])("more than 8 KiB in $name is refused", async ({ lines }) => {
  const response = await register(lines);
  expectRefusal(response, 431, "too_many_headers");
  expect(response.headers.get("connection")).toBe("close");
});

test("more than 8 KiB of path is refused", async () => {
  const server = await startServerUnderTest();
  const request = `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const { final } = await exchange(server.httpPort, [request]);
  expectRefusal(final, 431, "too_many_headers");
  await server.remove();
});

test("7 KiB of headers are read", async () => {
  expect((await register(["Host: a", `X: ${"y".repeat(7168)}`])).status).toBe(201);
});

const UNLIMITED = {
  table: new ConnectionTable<Socket>({ connections: 0, connectionsPerSource: 0 }),
  sourceOf: () => ({ key: "", isExempt: true }),
};

test("H23 the server's own limits on time", () => {
  const server = createApiServer(express(), UNLIMITED, () => {}).server;
  expect(server.keepAliveTimeout).toBeGreaterThanOrEqual(65_000);
  expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
  expect(server.requestTimeout).toBeLessThanOrEqual(15_000);
});

test.concurrent.for([
  { name: "its headers", sent: "POST /register HTTP/1.1\r\nHost:" },
  { name: "its body", sent: "POST /register HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{" },
])("who does not finish $name is told so and cut off", async ({ sent }) => {
  // The real server with its limits lowered, so that the test need not wait for them.
  const server = createApiServer(
    express().use((req) => void req.resume()),
    UNLIMITED,
    () => {},
  ).server;
  server.headersTimeout = 100;
  server.requestTimeout = 200;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const connection = await RawConnection.open(
    typeof address === "object" ? (address?.port ?? 0) : 0,
  );
  await connection.send(sent);
  expectRefusal((await connection.response()).final, 408, "request_timeout");
  expect(await connection.rest()).toBe("");
  server.close();
});
