import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

/** What a browser is told, by header name without Access-Control-. */
function permissions({ headers }: RawResponse): Record<string, string> {
  const prefix = "access-control-";
  const told = [...headers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(told.map(([name, value]) => [name.slice(prefix.length), value]));
}

async function send(server: ServerUnderTest, method: string, headers: readonly string[]) {
  const lines = [`${method} /update HTTP/1.1`, "Host: a", ...headers, "Content-Length: 0"];
  return (await exchange(server.httpPort, [`${lines.join("\r\n")}\r\n\r\n`])).final;
}

function preflight(server: ServerUnderTest, origin: string, method: string, headers?: string) {
  const asked = headers === undefined ? [] : [`Access-Control-Request-Headers: ${headers}`];
  return send(server, "OPTIONS", [
    `Origin: ${origin}`,
    `Access-Control-Request-Method: ${method}`,
    ...asked,
  ]);
}

describe("without corsorigins", () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerUnderTest();
  });
  afterAll(() => server.remove());

  test("no page of another origin may read an answer", async () => {
    const response = await send(server, "POST", ["Origin: https://page.example"]);
    expect(permissions(response)).toEqual({});
    expect(response.headers.get("vary")).toBe("Origin");
  });

  test("a preflight permits nothing", async () => {
    const response = await preflight(server, "https://page.example", "POST");
    expect(response.status).toBe(204);
    expect(permissions(response)).toEqual({});
  });

  test("a request without an origin is answered as ever", async () => {
    const response = await send(server, "POST", []);
    expect(response.status).toBe(401);
    expect(response.headers.get("vary")).toBe("Origin");
  });
});

describe("with any origin", () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerUnderTest({ DNSVOUCH_API_CORSORIGINS: "*" });
  });
  afterAll(() => server.remove());

  test("every page may read an answer, without credentials", async () => {
    const response = await send(server, "POST", ["Origin: https://page.example"]);
    expect(permissions(response)).toEqual({ "allow-origin": "*" });
  });

  test.for([
    { method: "POST", asked: undefined, answer: { "allow-methods": "POST" } },
    { method: "GET", asked: undefined, answer: { "allow-methods": "GET" } },
    {
      method: "POST",
      asked: "content-type, accept",
      answer: { "allow-methods": "POST", "allow-headers": "Content-Type, Accept" },
    },
  ])("a preflight for $method with $asked is permitted", async ({ method, asked, answer }) => {
    const response = await preflight(server, "https://page.example", method, asked);
    expect(response.status).toBe(204);
    expect(permissions(response)).toEqual({ "allow-origin": "*", ...answer });
    expect(response.headers.get("vary")).toBe(
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    );
  });

  test.for([
    { method: "DELETE", asked: undefined },
    { method: "post", asked: undefined },
    { method: "POST", asked: "x-api-key" },
    { method: "POST", asked: "content-type,x-api-user" },
    { method: "POST", asked: "authorization" },
  ])("a preflight for $method with $asked is not", async ({ method, asked }) => {
    const response = await preflight(server, "https://page.example", method, asked);
    expect(response.status).toBe(204);
    expect(permissions(response)).toEqual({});
  });
});

describe("with a list of origins", () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    const origins = "https://page.example,https://*.pages.example,https://app*p.example";
    server = await startServerUnderTest({ DNSVOUCH_API_CORSORIGINS: origins });
  });
  afterAll(() => server.remove());

  test.for([
    { origin: "https://page.example", allowed: true },
    { origin: "HTTPS://Page.Example", allowed: true },
    { origin: "https://a.pages.example", allowed: true },
    { origin: "https://a.b.pages.example", allowed: true },
    { origin: "http://page.example", allowed: false },
    { origin: "https://page.example:8443", allowed: false },
    { origin: "https://page.example.evil.example", allowed: false },
    { origin: "https://evil-page.example", allowed: false },
    { origin: "https://pages.example", allowed: false },
    { origin: "https://a.pages.example.evil.example", allowed: false },
    { origin: "https://.pages.exampl", allowed: false },
    { origin: "https://app-1p.example", allowed: true },
    { origin: "https://app.example", allowed: false },
    { origin: "null", allowed: false },
  ])("$origin: $allowed", async ({ origin, allowed }) => {
    const expected = allowed ? { "allow-origin": origin } : {};
    const response = await send(server, "POST", [`Origin: ${origin}`]);
    expect(permissions(response)).toEqual(expected);
    expect(response.headers.get("vary")).toBe("Origin");
    const before = permissions(await preflight(server, origin, "POST"));
    expect(before["allow-origin"]).toBe(expected["allow-origin"]);
  });
});
