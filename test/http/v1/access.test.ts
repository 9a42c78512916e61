import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestAct } from "../../../src/control/control-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type V1Client, v1Client } from "./v1-client.ts";

let server: ServerUnderTest;
let nowMs = Date.now();
let admin: V1Client;

beforeAll(async () => {
  server = await startServerUnderTest(
    { DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "60" },
    undefined,
    () => nowMs,
  );
  admin = v1Client(server.url, await newToken(server.folder, "admin"));
  await admin("POST", "/delegates", {});
  await admin("POST", "/delegates/1/hostnames", { name: "www.example.org" });
});
afterAll(() => server.remove());

/** One operation for each scope, and what it answers to who may. */
const OPERATIONS = [
  { scope: "read", method: "GET", path: "/delegates", done: 200 },
  { scope: "register", method: "POST", path: "/delegates", done: 201 },
  { scope: "delegates", method: "PATCH", path: "/delegates/1", done: 200 },
  { scope: "keys", method: "GET", path: "/delegates/1/keys", done: 200 },
  {
    scope: "checks",
    method: "GET",
    path: "/checks/00000000-0000-4000-8000-000000000000",
    done: 404,
  },
  { scope: "admin", method: "GET", path: "/tokens", done: 200 },
] as const;

interface Row {
  readonly result: string;
  readonly detail: string;
}

describe("scopes", () => {
  test.for(OPERATIONS)(
    "a token that allows $scope does that and nothing else",
    async ({ scope }) => {
      const call = v1Client(server.url, await newToken(server.folder, scope));
      for (const operation of OPERATIONS) {
        const { method, path, done } = operation;
        const isAllowed = scope === "admin" || operation.scope === scope;
        const { status } = await call(method, path, method === "GET" ? undefined : {});
        expect(`${operation.scope} ${status}`).toBe(`${operation.scope} ${isAllowed ? done : 403}`);
      }
    },
  );

  test("a token may allow several things, and /register takes those alone that allow it", async () => {
    server = await server.restart({ DNSVOUCH_REGISTRATION: "token" });
    const register = async (token: string): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/register`, { method: "POST", headers })).status;
    };
    expect(await register(await newToken(server.folder, "read,keys"))).toBe(401);
    expect(await register(await newToken(server.folder, "read,register"))).toBe(201);
    server = await server.restart({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "60" });
    admin = v1Client(server.url, await newToken(server.folder, "admin"));
  });

  test("a delegate that was deleted gives a new key to those alone that may make keys", async () => {
    const { id } = (await admin("POST", "/delegates", {})).body;
    const call = v1Client(server.url, await newToken(server.folder, "delegates"));
    expect((await call("DELETE", `/delegates/${id}`)).status).toBe(204);
    const refused = await call("POST", `/delegates/${id}/restore`);
    expect([refused.status, refused.body.code]).toEqual([403, "scope_required"]);
    expect(refused.body.detail).toContain("does not allow keys");
    const keys = v1Client(server.url, await newToken(server.folder, "keys"));
    expect((await keys("POST", `/delegates/${id}/restore`)).body.detail).toContain(
      "does not allow delegates",
    );
    const both = v1Client(server.url, await newToken(server.folder, "delegates,keys"));
    expect((await both("POST", `/delegates/${id}/restore`)).status).toBe(200);
  });

  test("what a token does not allow is counted, and in the trail with its number", async () => {
    server = await server.restart({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "2" });
    const call = v1Client(server.url, await newToken(server.folder, "checks"));
    const first = await call("GET", "/delegates");
    expect([first.status, first.headers.get("ratelimit")]).toEqual([403, '"token";r=1;t=30']);
    expect((await call("POST", "/tokens", { scopes: ["admin"] })).status).toBe(403);
    const late = await call("GET", "/delegates");
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "30"]);
    server = await server.restart({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "60" });
    const adminToken = await newToken(server.folder, "admin");
    admin = v1Client(server.url, adminToken);
    const tokens = (await admin("GET", "/tokens?limit=200")).body.items;
    const { id } = tokens.at(-2);
    const { items } = (await admin("GET", "/events?type=key.checked&limit=200")).body;
    const refusals = items.slice(-2).map(({ result, detail }: Row) => [result, detail]);
    expect(refusals).toEqual([
      ["scope_required", `v1 listDelegates; token ${id}`],
      ["scope_required", `v1 createToken; token ${id}`],
    ]);
  });

  test.for(["", "everything", "read,everything", "register;read"])(
    "there is no scope %j",
    async (scope) => {
      const outcome = await requestAct(`${server.folder}/dnsvouch.db`, "token.create", { scope });
      expect(outcome).toEqual({ refused: expect.stringContaining("scope: one or more of read") });
    },
  );
});

describe("who it is", () => {
  test("is said by Bearer alone", async () => {
    const token = await newToken(server.folder, "read");
    const basic = `Basic ${Buffer.from(`x:${token}`).toString("base64")}`;
    const nobody = v1Client(server.url, undefined);
    for (const headers of [{ Cookie: `token=${token}` }, { "X-Api-Key": token }, {}]) {
      const {
        status,
        body,
        headers: answered,
      } = await nobody("GET", "/delegates", undefined, headers);
      expect([status, body.code]).toEqual([401, "token_required"]);
      expect(answered.get("www-authenticate")).toBe('Bearer realm="dnsvouch"');
    }
    expect((await nobody("GET", "/delegates", undefined, { Authorization: basic })).status).toBe(
      401,
    );
    expect((await nobody("GET", `/delegates?access_token=${token}`)).status).toBe(401);
    expect((await nobody("GET", `/${token}/delegates`)).status).toBe(404);
    expect(
      (await nobody("GET", "/delegates", undefined, { Authorization: `bearer ${token}` })).status,
    ).toBe(200);
  });

  test("a token that is revoked or has expired is none, at once", async () => {
    const { body } = await admin("POST", "/tokens", { scopes: ["read"], lifetime_seconds: 60 });
    const call = v1Client(server.url, body.token);
    expect((await call("GET", "/stats")).status).toBe(200);
    nowMs += 60_000;
    expect((await call("GET", "/stats")).status).toBe(401);
    const other = (await admin("POST", "/tokens", { scopes: ["read"] })).body;
    expect((await admin("DELETE", `/tokens/${other.id}`)).status).toBe(204);
    expect((await v1Client(server.url, other.token)("GET", "/stats")).status).toBe(401);
    expect((await admin("DELETE", `/tokens/${other.id}`)).status).toBe(404);
    const listed = (await admin("GET", "/tokens?limit=200")).body.items;
    expect(JSON.stringify(listed)).not.toContain(other.token);
    expect(listed.find(({ id }: { id: number }) => id === other.id).revoked_at).not.toBeNull();
  });

  test("wrong tokens are limited by their source, and right ones are not", async () => {
    server = await server.restart({ DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "3" });
    const token = await newToken(server.folder, "read");
    const wrong = v1Client(server.url, `dv_${"x".repeat(40)}`);
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await wrong("GET", "/stats")).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await v1Client(server.url, token)("GET", "/stats")).status).toBe(200);
  });
});

describe("how often", () => {
  test("each answer says what is left, and beyond it there is 429", async () => {
    server = await server.restart({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "60" });
    const call = v1Client(server.url, await newToken(server.folder, "read"));
    const first = await call("GET", "/stats");
    expect(first.headers.get("ratelimit-policy")).toBe('"token";q=60;w=60');
    expect(first.headers.get("ratelimit")).toBe('"token";r=59;t=1');
    for (let i = 1; i < 60; i++) expect((await call("GET", "/stats")).status).toBe(200);
    const refused = await call("GET", "/stats");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    const other = v1Client(server.url, await newToken(server.folder, "read"));
    expect((await other("GET", "/stats")).status).toBe(200);
    nowMs += 1_000;
    expect((await call("GET", "/stats")).status).toBe(200);
  });
});

describe("Idempotency-Key", () => {
  let call: V1Client;
  let token: string;
  beforeAll(async () => {
    server = await server.restart({ DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "0" });
    token = await newToken(server.folder, "admin");
    call = v1Client(server.url, token);
  });

  const create = (key: string, body: object = { tenant: "once" }) =>
    call("POST", "/delegates", body, { "Idempotency-Key": key });
  const count = async (): Promise<number> =>
    (await call("GET", "/delegates?tenant=once&limit=200")).body.items.length;

  test("does it once and gives the same answer, with the secret, also after a restart", async () => {
    const first = await create("a");
    const again = await create("a");
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    server = await server.restart();
    call = v1Client(server.url, token);
    expect((await create("a")).body).toEqual(first.body);
    expect(await count()).toBe(1);
  });

  test.for(["bearer", "BEARER ", "Bearer  "])(
    "does it once, however %j writes the same token",
    async (scheme) => {
      const headers = { "Idempotency-Key": `spelt ${scheme}`.replaceAll(" ", "-") };
      const first = await call("POST", "/delegates", { tenant: "spelt" }, headers);
      const Authorization = `${scheme} ${token} `;
      const again = await call(
        "POST",
        "/delegates",
        { tenant: "spelt" },
        { ...headers, Authorization },
      );
      expect([again.status, again.body]).toEqual([201, first.body]);
    },
  );

  test("for another request is refused, and for another token is another one", async () => {
    await create("b");
    const other = await create("b", { tenant: "twice" });
    expect([other.status, other.body.code]).toEqual([422, "key_reused"]);
    const before = await count();
    const second = v1Client(server.url, await newToken(server.folder, "register"));
    const body = { tenant: "once" };
    expect((await second("POST", "/delegates", body, { "Idempotency-Key": "b" })).status).toBe(201);
    expect(await count()).toBe(before + 1);
  });

  test("with an answer that cannot be read any more, it is not done twice", async () => {
    const before = await count();
    expect((await create("damaged")).status).toBe(201);
    const database = new Database(join(server.folder, "dnsvouch.db"));
    database.exec("UPDATE answered_request SET answer = zeroblob(length(answer))");
    database.close();
    const again = await create("damaged");
    expect([again.status, again.body.code]).toEqual([409, "request_in_progress"]);
    expect(await count()).toBe(before + 1);
  });

  test("at the same moment does it once", async () => {
    const before = await count();
    const all = await Promise.all(Array.from({ length: 8 }, () => create("c")));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(await count()).toBe(before + 1);
  });

  test("of a request that was refused can be used again", async () => {
    expect((await create("d", { tenant: 1 })).status).toBe(400);
    expect((await create("d")).status).toBe(201);
    const name = { naming: "readable", name: "taken.example.org" };
    await create("e", name);
    expect((await create("f", name)).status).toBe(409);
    expect((await create("f")).status).toBe(201);
  });

  test("is forgotten after a day", async () => {
    await create("g");
    const before = await count();
    nowMs += 86_400_001;
    await server.upkeep();
    expect((await create("g")).status).toBe(201);
    expect(await count()).toBe(before + 1);
  });

  test("must be printable", async () => {
    expect((await create("")).status).toBe(400);
    expect((await create("x".repeat(256))).status).toBe(400);
  });
});

describe("what is no request of v1", () => {
  test.for([
    { method: "POST", body: "{", code: "malformed_json" },
    { method: "POST", body: "[]", code: "invalid_request" },
    { method: "POST", body: '{"tenant":"a","__proto__":{"tenant":"b"}}', code: "invalid_request" },
    { method: "POST", body: '{"Tenant":"a"}', code: "invalid_request" },
    { method: "POST", body: '{"tenant":"a","tenant":"a"}', code: "malformed_json" },
    { method: "POST", body: '{"tenant":"a","t\\u0065nant":"b"}', code: "malformed_json" },
    { method: "POST", body: '{"labels":{"a":"1","a":"2"}}', code: "malformed_json" },
    {
      method: "POST",
      body: `{"tenant":"${"x".repeat(9000)}"}`,
      code: "payload_too_large",
      status: 413,
    },
  ])("$method $body", async ({ method, body, code, status = 400 }) => {
    const token = await newToken(server.folder, "admin");
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/api/v1/delegates`, { method, headers, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test.for([
    "/delegates/%zz",
    "/delegates/1/",
    "/Delegates",
    "/delegates/0",
    "/delegates/1e3",
    "/delegates?limit=0",
    "/delegates?limit=1&limit=2",
    "/delegates?x=1",
    "/events?type=nothing",
  ])("%s", async (path) => {
    const call = v1Client(server.url, await newToken(server.folder, "admin"));
    const { status, headers } = await call("GET", path);
    expect([400, 404]).toContain(status);
    expect(headers.get("content-type")).toMatch(/json/);
  });

  test("pages of others cannot read it, whatever api.corsorigins says", async () => {
    server = await server.restart({ DNSVOUCH_API_CORSORIGINS: "*" });
    const headers = { Origin: "https://elsewhere.example" };
    const open = await fetch(`${server.url}/health`, { headers });
    expect(open.headers.get("access-control-allow-origin")).toBe("*");
    const token = await newToken(server.folder, "checks");
    for (const path of [
      "/api/v1/stats",
      "/api/v1/delegates/1/nothing",
      "/api/v1/hostnames/%zz",
      "/api/v1/tls-ask?domain=www.example.com",
      `/api/v1/${token}/tls-ask?domain=www.example.com`,
      `/${token}/api/v1/tls-ask?domain=www.example.com`,
      "/openapi.json",
      "/docs",
    ]) {
      const closed = await fetch(`${server.url}${path}`, { headers });
      expect([path, closed.headers.get("access-control-allow-origin")]).toEqual([path, null]);
    }
    const asks = { ...headers, "Access-Control-Request-Method": "POST" };
    for (const [path, allowed] of [
      ["/register", "*"],
      ["/api/v1/delegates", null],
      ["/api/v1/hostnames/www.example.com/recheck", null],
    ] as const) {
      const preflight = await fetch(`${server.url}${path}`, { method: "OPTIONS", headers: asks });
      const answer = preflight.headers.get("access-control-allow-origin");
      expect([path, answer]).toEqual([path, allowed]);
    }
  });

  test("api.path_prefix counts for more than a path of it", async () => {
    const server = await startServerUnderTest({ DNSVOUCH_API_PATH_PREFIX: "/docs" });
    const statuses = ["/docs/health", "/docs", "/health"].map(
      async (path) => (await fetch(`${server.url}${path}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
    const registered = await fetch(`${server.url}/docs/register`, { method: "POST" });
    expect(registered.status).toBe(201);
    await server.remove();
  });
});
