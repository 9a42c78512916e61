import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { credentialHeaders, expectRefusal, post, postUpdate, publishedTexts } from "./requests.ts";

const TXT = digest(1);

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
});
afterAll(() => server.remove());

test.for<{ name: string; txt: unknown }>([
  { name: "a number", txt: 1 },
  { name: "a number of 43 digits", txt: 1e42 },
  { name: "null", txt: null },
  { name: "true", txt: true },
  { name: "a list with a digest", txt: [TXT] },
  { name: "a nested list", txt: [[TXT]] },
  { name: "an object", txt: { txt: TXT } },
  { name: "an object with a length", txt: { length: 43 } },
  { name: "an empty text", txt: "" },
  { name: "NUL in it", txt: `${TXT.slice(1)}\0` },
  { name: "NUL after it", txt: `${TXT}\0` },
  { name: "a quote in it", txt: `${TXT.slice(1)}"` },
  { name: "a line end after it", txt: `${TXT}\n` },
  { name: "half a surrogate pair in it", txt: `${TXT.slice(1)}\ud800` },
  { name: "43 characters that are no ASCII", txt: "é".repeat(43) },
])("txt: $name is bad_txt, and nothing is published", async ({ txt }) => {
  expectRefusal(await postUpdate(server, delegate, txt), 400, "bad_txt");
  expect(await publishedTexts(server, delegate)).toEqual([]);
});

test.for<{ name: string; subdomain: (own: string) => unknown }>([
  { name: "a list with the name", subdomain: (own) => [own] },
  { name: "an object", subdomain: (own) => ({ subdomain: own }) },
  { name: "null", subdomain: () => null },
  { name: "a number", subdomain: () => 1 },
  { name: "upper case", subdomain: (own) => own.toUpperCase() },
  { name: "a space after it", subdomain: (own) => `${own} ` },
  { name: "a dot after it", subdomain: (own) => `${own}.` },
  { name: "NUL after it", subdomain: (own) => `${own}\0` },
  { name: "a label before it", subdomain: (own) => `x.${own}` },
  { name: "a prefix of it", subdomain: (own) => own.slice(0, 8) },
  { name: "without hyphens", subdomain: (own) => own.replaceAll("-", "") },
  { name: "a wildcard", subdomain: () => "*" },
])("subdomain: $name is forbidden, and nothing is published", async ({ subdomain }) => {
  const body = JSON.stringify({ subdomain: subdomain(delegate.subdomain), txt: TXT });
  const response = await post(server, "/update", credentialHeaders(delegate), body);
  expectRefusal(response, 401, "forbidden");
  expect(await publishedTexts(server, delegate)).toEqual([]);
});

describe("keys that could be taken for others", () => {
  const own = () => delegate.subdomain;

  test.for<{ name: string; body: () => string }>([
    { name: "txt twice", body: () => `{"subdomain":"${own()}","txt":"${TXT}","txt":"${TXT}"}` },
    {
      name: "subdomain twice",
      body: () => `{"subdomain":"x","subdomain":"${own()}","txt":"${TXT}"}`,
    },
    {
      name: "in two letter cases",
      body: () => `{"SubDomain":"x","subdomain":"${own()}","txt":"${TXT}"}`,
    },
    {
      name: "escaped",
      body: () => `{"subdomain":"x","sub\\u0064omain":"${own()}","txt":"${TXT}"}`,
    },
    {
      name: "both escaped",
      body: () => `{"sub\\u0064omain":"x","sub\\u0064omain":"${own()}","txt":"${TXT}"}`,
    },
    {
      name: "inherited by __proto__",
      body: () => `{"__proto__":{"subdomain":"${own()}"},"txt":"${TXT}"}`,
    },
    {
      name: "under constructor",
      body: () => `{"constructor":{"prototype":{"subdomain":"${own()}"}},"txt":"${TXT}"}`,
    },
    { name: "folded by Unicode", body: () => `{"\u017fubdomain":"${own()}","txt":"${TXT}"}` },
    { name: "in a list", body: () => `[{"subdomain":"${own()}","txt":"${TXT}"}]` },
    {
      name: "after a byte order mark",
      body: () => `\ufeff{"subdomain":"${own()}","txt":"${TXT}"}`,
    },
    { name: "below 4000 levels", body: () => `{"a":${"[".repeat(4000)}"${TXT}"` },
  ])("H6, H26 $name: forbidden, and nothing is published", async ({ body }) => {
    const response = await post(server, "/update", credentialHeaders(delegate), body());
    expectRefusal(response, 401, "forbidden");
    expect(await publishedTexts(server, delegate)).toEqual([]);
  });

  test("4000 levels under a key that nobody reads change nothing", async () => {
    const another = await register(server.url);
    const deep = "[".repeat(4000) + "]".repeat(4000);
    const body = `{"subdomain":"${another.subdomain}","txt":"${TXT}","a":${deep}}`;
    const response = await post(server, "/update", credentialHeaders(another), body);
    expect(response.status).toBe(200);
  });
});

test("octets that are not UTF-8 are refused at both endpoints", async () => {
  const bad = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]);
  expectRefusal(await post(server, "/register", [], bad), 400, "malformed_json_payload");
  const headers = credentialHeaders(delegate);
  expectRefusal(await post(server, "/update", headers, bad), 401, "forbidden");
});

describe("no error has the submitted value in quotes", () => {
  const path = (name: string) => `POST ${name} HTTP/1.1`;
  const key = () => credentialHeaders(delegate).join("\r\n");
  const good = () => `{"subdomain":"${delegate.subdomain}","txt":"${TXT}"}`;

  test.for<{ name: string; line: string; headers?: () => string; body?: () => string }>([
    { name: "wrong key", line: path("/update") },
    {
      name: "value too long",
      line: path("/update"),
      headers: key,
      body: () => good().replace(TXT, `${TXT}A`),
    },
    {
      name: "value in a list",
      line: path("/update"),
      headers: key,
      body: () => good().replace(`"${TXT}"`, `["${TXT}"]`),
    },
    {
      name: "two values",
      line: path("/update"),
      headers: key,
      body: () => good().replace("{", `{"txt":"${TXT}",`),
    },
    {
      name: "other name",
      line: path("/update"),
      headers: key,
      body: () => `{"subdomain":"${TXT}","txt":"${TXT}"}`,
    },
    {
      name: "malformed JSON",
      line: path("/update"),
      headers: key,
      body: () => good().slice(0, -1),
    },
    {
      name: "too long",
      line: path("/update"),
      headers: key,
      body: () => good() + " ".repeat(8192),
    },
    {
      name: "register with the value as network",
      line: path("/register"),
      body: () => `{"allowfrom":["${TXT}"]}`,
    },
    {
      name: "register with the value as user",
      line: path("/register"),
      body: () => `{"username":"${TXT}"}`,
    },
    { name: "register with the value alone", line: path("/register"), body: () => `"${TXT}"` },
    { name: "unknown path", line: path(`/"${TXT}"`) },
    { name: "unknown path, encoded", line: path(`/%22${TXT}%22%zz`) },
    { name: "other method", line: `PUT /update?"${TXT}" HTTP/1.1`, headers: key },
    { name: "unknown method", line: `"${TXT}" /update HTTP/1.1`, headers: key },
    { name: "bad header", line: path("/update"), headers: () => `"${TXT}"` },
    { name: "the value as key", line: path("/update"), headers: () => `X-Api-Key: "${TXT}"` },
    { name: "expectation", line: path("/update"), headers: () => `Expect: "${TXT}"` },
    { name: "coding", line: path("/update"), headers: () => `Transfer-Encoding: "${TXT}"` },
    {
      name: "many headers",
      line: path("/update"),
      headers: () => `X: "${TXT}"\r\n`.repeat(70) + key(),
    },
  ])("H15 $name", async ({ line, headers = () => "X: y", body = good }) => {
    const content = body();
    const head = `${line}\r\nHost: a\r\nContent-Length: ${content.length}\r\n${headers()}\r\n\r\n`;
    const { final } = await exchange(server.httpPort, [head + content]);
    expect(final.status).toBeGreaterThanOrEqual(400);
    expect(final.body).toMatch(/^\{"error": "[a-z_]+"\}$/);
    expect(final.headers.get("content-type")).toBe("application/json");
    expect([...final.headers.values()].join("\n") + final.body).not.toContain(TXT);
  });
});

test.for<{ status: number; line: string; headers?: readonly string[]; body?: string }>([
  { status: 400, line: "POST /register", body: "{" },
  { status: 400, line: "POST /register", headers: ["X"] },
  { status: 401, line: "POST /update" },
  { status: 404, line: "POST /registers" },
  { status: 405, line: "GET /register" },
  { status: 405, line: "DELETE /update" },
  { status: 413, line: "POST /register", body: "a".repeat(8193) },
  { status: 417, line: "POST /update", headers: ["Expect: x"] },
  { status: 431, line: "POST /update", headers: [`X: ${"y".repeat(8192)}`] },
])("H16 $status to $line is a JSON object", async ({ status, line, headers = [], body = "" }) => {
  const lines = [`${line} HTTP/1.1`, "Host: a", ...headers, `Content-Length: ${body.length}`];
  const { final } = await exchange(server.httpPort, [`${lines.join("\r\n")}\r\n\r\n${body}`]);
  expect(final.status).toBe(status);
  expect(final.headers.get("content-type")).toBe("application/json");
  expect(JSON.parse(final.body)).toEqual({ error: expect.stringMatching(/^[a-z_]+$/) });
});
