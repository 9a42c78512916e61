import supertest from "supertest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { credentialHeaders, expectRefusal, post, publishedTexts, updateBody } from "./requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_PATH_PREFIX: "/acme/dns" });
  delegate = await register(server.url);
});
afterAll(() => server.remove());

async function send(line: string, isHead = false): Promise<RawResponse> {
  const request = `${line} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
  return (await exchange(server.httpPort, [request], { isHead })).final;
}

describe("another method", () => {
  const methods = ["GET", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY"];
  const onPost = ["/register", "/update"].flatMap((path) =>
    methods.map((method) => ({ method, path, allow: "OPTIONS, POST" })),
  );
  const onGet = ["POST", ...methods.slice(1)].map((method) => {
    return { method, path: "/health", allow: "GET, OPTIONS" };
  });

  test.for([...onPost, ...onGet])("$method $path: 405, allowed is $allow", async (given) => {
    const response = await send(`${given.method} ${given.path}`);
    expectRefusal(response, 405, "method_not_allowed");
    expect(response.headers.get("allow")).toBe(given.allow);
  });

  test.for([{ path: "/register" }, { path: "/update" }])("HEAD $path: 405", async ({ path }) => {
    const response = await send(`HEAD ${path}`, true);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("OPTIONS, POST");
  });

  test.for([
    { path: "/register", allow: "OPTIONS, POST" },
    { path: "/update", allow: "OPTIONS, POST" },
    { path: "/health", allow: "GET, OPTIONS" },
  ])("OPTIONS $path: 200, allowed is $allow", async ({ path, allow }) => {
    const response = await send(`OPTIONS ${path}`);
    expect({ status: response.status, body: response.body }).toEqual({ status: 200, body: "" });
    expect(response.headers.get("allow")).toBe(allow);
  });

  test("OPTIONS * is answered for the server as a whole (RFC 9110 section 9.3.7)", async () => {
    const response = await send("OPTIONS *");
    expect({ status: response.status, body: response.body }).toEqual({ status: 200, body: "" });
  });
});

test.for([
  { line: "GET /" },
  { line: "GET /registe" },
  { line: "POST /register/x" },
  { line: "POST /registerx" },
  { line: "POST /./register" },
  { line: "POST /x/../register" },
  { line: "POST /%72egister" },
  { line: "POST /register%00" },
  { line: "POST /register%2f" },
  { line: "POST /register;x" },
  { line: "POST /%zz" },
  { line: "POST /%" },
  { line: "POST /%c0%af" },
  { line: "POST /update%zz" },
  { line: "POST /acme/register" },
  { line: "POST /acme/dns" },
  { line: "POST /acme/dns/acme/dns/register" },
  { line: "POST /api/v1/acme-dns-compat" },
  { line: "POST /api/v1/register" },
  { line: "POST *" },
  { line: "OPTIONS /nowhere" },
  { line: "GET /favicon.ico" },
  { line: "GET /.well-known/security.txt" },
  { line: "GET /__proto__" },
])("$line is not found, in JSON", async ({ line }) => {
  expectRefusal(await send(line), 404, "not_found");
});

test.for([
  { line: "/register" },
  { line: "/register/" },
  { line: "//register" },
  { line: "///register//" },
  { line: "/REGISTER" },
  { line: "/register?a=b" },
  { line: "/register?a=%zz&b=//" },
  { line: "http://auth.example.org/register" },
  { line: "/acme/dns/register" },
  { line: "//acme//dns//register/" },
  { line: "/ACME/DNS/Register" },
  { line: "/api/v1/acme-dns-compat/register" },
  { line: "//api/v1/acme-dns-compat/register/" },
])("H19, H21: POST $line registers", async ({ line }) => {
  expect((await send(`POST ${line}`)).status).toBe(201);
});

test.for([
  { prefix: "", name: "at the root" },
  { prefix: "/acme/dns", name: "under the path prefix" },
  { prefix: "/api/v1/acme-dns-compat", name: "where getlocalcert has it" },
])("H21 all three endpoints work $name", async ({ prefix }) => {
  const own = await register(server.url + prefix);
  const body = updateBody(own, digest(1));
  const response = await post(server, `${prefix}/update`, credentialHeaders(own), body);
  expect({ status: response.status, body: response.body }).toEqual({
    status: 200,
    body: `{"txt": "${digest(1)}"}`,
  });
  expect(await publishedTexts(server, own)).toEqual([digest(1)]);
  expect((await send(`GET ${prefix}/health`)).status).toBe(200);
});

test("a prefix that is not configured does not exist", async () => {
  const plain = await startServerUnderTest();
  expectRefusal(await post(plain, "/acme/dns/register", []), 404, "not_found");
  await plain.remove();
});

describe("/health", () => {
  test("H30 GET is 200 with an empty body", async () => {
    const response = await send("GET /health");
    expect({ status: response.status, body: response.body }).toEqual({ status: 200, body: "" });
    expect(response.headers.get("content-length")).toBe("0");
    expect(response.headers.has("content-type")).toBe(false);
  });

  test("H30 HEAD is 200", async () => {
    expect((await send("HEAD /health", true)).status).toBe(200);
  });
});

test("an answer names no software and is not cached", async () => {
  const agent = supertest(server.url);
  const answers = await Promise.all([
    agent.post("/register").expect(201),
    agent.post("/update").expect(401),
    agent.get("/nowhere").expect(404),
  ]);
  for (const { headers } of answers) {
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("etag");
    expect(headers).not.toHaveProperty("server");
    expect(headers).not.toHaveProperty("set-cookie");
  }
});

test.for([{ upgrade: "h2c" }, { upgrade: "websocket" }])(
  "an offer to upgrade to $upgrade is not taken up, the request is answered",
  async ({ upgrade }) => {
    const headers = [
      ...credentialHeaders(delegate),
      `Upgrade: ${upgrade}`,
      "Connection: Upgrade, HTTP2-Settings",
      "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
    ];
    const response = await post(server, "/update", headers, updateBody(delegate, digest(2)));
    expect(response.status).toBe(200);
  },
);
