import assert from "node:assert/strict";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { assertDocumented } from "./documented.ts";
import {
  type Document,
  type GeneratedRequest,
  type Operation,
  requestsOf,
} from "./generated-request.ts";
import { newToken, v1Client } from "./v1-client.ts";

const REQUESTS = 2_400;

let server: ServerUnderTest;
let document: Document;
let operations: ReadonlyMap<string, Operation>;
let tokens: readonly (string | undefined)[];

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "0" });
  document = (await v1Client(server.url, undefined)("GET", "/openapi.json")).body;
  operations = new Map(
    Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .map((operation) => [operation.operationId, operation]),
  );
  // What is generated revokes tokens of small numbers.
  for (let i = 0; i < 5; i++) await newToken(server.folder, "read");
  const admin = await newToken(server.folder, "admin");
  const call = v1Client(server.url, admin);
  for (let i = 0; i < 3; i++) await call("POST", "/delegates", { tenant: `t${i}` });
  await call("POST", "/delegates/1/hostnames", { name: "www.customer.invalid" });
  const reader = await newToken(server.folder, "read");
  const provider = await newToken(server.folder, "read,register,delegates,keys,checks");
  tokens = [
    admin,
    admin,
    provider,
    provider,
    provider,
    reader,
    undefined,
    "dv_none-of-those-that-there-are",
  ];
});
afterAll(() => server.remove());

async function expectDocumented(
  request: GeneratedRequest,
  token: string | undefined,
): Promise<number> {
  const { operationId, method, path, headers, body } = request;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    ...(body === undefined || method === "GET" ? {} : { body }),
  });
  const { status } = response;
  const text = await response.text();
  const said = `${method} ${path} ${body ?? ""}: ${status} ${text}`;
  expect(status, said).toBeLessThan(500);
  const operation = operations.get(operationId);
  assert(operation);
  const contentType = response.headers.get("content-type");
  assertDocumented(operation, { status, contentType, text }, said);
  return status;
}

test("whatever is requested, the answer is one that the document has, and none is a fault", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(requestsOf(document), fc.nat(7), async (request, who) => {
      const status = await expectDocumented(request, tokens[who]);
      const key = `${request.operationId} ${status < 300 ? "done" : status}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }),
    { numRuns: REQUESTS, endOnFailure: true },
  );
  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(
    REQUESTS,
  );
  // Most were done, too, and not only refused.
  const done = [...seen.keys()].filter((key) => key.endsWith(" done"));
  expect(done.length, JSON.stringify(Object.fromEntries(seen))).toBeGreaterThan(15);
  expect(server.errors).toEqual([]);
}, 120_000);
