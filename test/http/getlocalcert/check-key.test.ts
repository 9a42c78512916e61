import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRecords } from "../../../src/store/sqlite/open-records.ts";
import { type Delegate, register } from "../../support/api-client.ts";
import { exchange, type RawResponse } from "../../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { credentialHeaders, expectRefusal } from "../requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
});
afterAll(() => server.remove());

async function get(path: string, headers: readonly string[] = []): Promise<RawResponse> {
  const lines = [`GET ${path} HTTP/1.1`, "Host: auth.example.org", ...headers];
  return (await exchange(server.httpPort, [`${lines.join("\r\n")}\r\n\r\n`])).final;
}

const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString("base64")}`;

test("a key that works, by X-Api-* and by HTTP Basic", async () => {
  const { username, password, fulldomain } = delegate;
  for (const headers of [credentialHeaders(delegate), [basic(`${username}:${password}`)]]) {
    const { status, body } = await get("/api/v1/check", headers);
    expect({ status, body }).toEqual({
      status: 200,
      body: `{"status": "ok", "domain": "${fulldomain}"}`,
    });
  }
});

test("a wrong key, an unknown user and no key at all", async () => {
  const wrong = { ...delegate, password: "A".repeat(40) };
  expectRefusal(await get("/api/v1/check", credentialHeaders(wrong)), 401, "forbidden");
  expectRefusal(await get("/api/v1/check", [basic("nobody:nothing")]), 401, "forbidden");
  expectRefusal(await get("/api/v1/check"), 400, "credentials_required");
  expectRefusal(await get("/api/v1/check", [basic("")]), 400, "credentials_required");
});

test("a key from where it may not be used", async () => {
  const elsewhere = await register(server.url, ["192.0.2.0/24"]);
  expectRefusal(await get("/api/v1/check", credentialHeaders(elsewhere)), 401, "forbidden");
});

test("each check is in the trail", async () => {
  await get("/api/v1/check", credentialHeaders(delegate));
  const records = openRecords(join(server.folder, "dnsvouch.db"));
  const [row] = records.audit({ delegate: delegate.fulldomain, most: 1 });
  records.close();
  expect(row).toMatchObject({ action: "check", result: "accepted", peer: "127.0.0.1" });
});

test("wrong keys count as failures of their source", async () => {
  const limited = await startServerUnderTest({
    DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "2",
  });
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) {
    const headers = { "X-Api-User": delegate.username, "X-Api-Key": "A".repeat(40) };
    const response = await fetch(`${limited.url}/api/v1/check`, { headers });
    statuses.push(response.status);
    if (response.status === 429) expect(response.headers.get("Retry-After")).toMatch(/^\d+$/);
  }
  await limited.remove();
  expect(statuses).toEqual([401, 401, 429]);
});

test("health: 200 while values can be written and looked up", async () => {
  const { status, body } = await get("/api/v1/health");
  expect({ status, body }).toEqual({
    status: 200,
    body: '{"healthy": true, "a": true, "b": true}',
  });
});

test("what the paths do not take", async () => {
  expectRefusal(await get("/api/v1/nothing"), 404, "not_found");
  const lines = ["POST /api/v1/check HTTP/1.1", "Host: x", "Content-Length: 0"];
  const { final } = await exchange(server.httpPort, [`${lines.join("\r\n")}\r\n\r\n`]);
  expectRefusal(final, 405, "method_not_allowed");
  expect(final.headers.get("allow")).toBe("GET, OPTIONS");
});
