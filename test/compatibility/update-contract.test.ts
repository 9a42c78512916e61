import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  credentialHeaders,
  expectRefusal,
  post,
  postOctets,
  postUpdate,
  publishedTexts,
  updateBody,
} from "../http/requests.ts";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, RawConnection } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

let server: ServerUnderTest;
let delegate: Delegate;
beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_PATH_PREFIX: "/acme" });
});
afterAll(() => server.remove());
beforeEach(async () => {
  delegate = await register(server.url);
});

test.for([
  { subdomain: "subdomain", txt: "txt" },
  { subdomain: "SubDomain", txt: "Txt" },
  { subdomain: "SUBDOMAIN", txt: "TXT" },
])("H6 the keys $subdomain and $txt are read, unknown ones are not", async (keys) => {
  const body = JSON.stringify({
    username: 1,
    [keys.subdomain]: delegate.subdomain,
    [keys.txt]: digest(1),
    nested: { txt: "x" },
  });
  expect((await post(server, "/update", credentialHeaders(delegate), body)).status).toBe(200);
});

test("H8, H14 success is exactly 200 with the value after a space", async () => {
  const response = await postUpdate(server, delegate, digest(1));
  expect(response.status).toBe(200);
  expect(response.body).toBe(`{"txt": "${digest(1)}"}`);
  expect(response.headers.get("content-type")).toBe("application/json");
});

test("H14 the answer is found by grep for the value in quotes", async () => {
  expect((await postUpdate(server, delegate, digest(1))).body).toContain(`"${digest(1)}"`);
});

test.for([
  { user: "X-Api-User", key: "X-Api-Key", more: [] },
  { user: "x-api-user", key: "x-api-key", more: [] },
  { user: "X-API-USER", key: "X-API-KEY", more: [] },
  { user: "X-Api-User", key: "X-Api-Key", more: ["Authorization: Basic"] },
  { user: "X-Api-User", key: "X-Api-Key", more: ["Authorization: Basic "] },
  { user: "X-Api-User", key: "X-Api-Key", more: ["Authorization: Basic dXNlcjpwYXNz"] },
  { user: "X-Api-User", key: "X-Api-Key", more: ["Authorization: Bearer x"] },
])("H17 $user and $key count, $more changes nothing", async ({ user, key, more }) => {
  const headers = [`${user}: ${delegate.username}`, `${key}: ${delegate.password}`, ...more];
  const response = await post(server, "/update", headers, updateBody(delegate, digest(1)));
  expect(response.status).toBe(200);
});

test.for([
  { name: "upper case", form: (username: string) => username.toUpperCase() },
  { name: "no hyphens", form: (username: string) => username.replaceAll("-", "") },
  { name: "braces", form: (username: string) => `{${username}}` },
  { name: "urn:uuid:", form: (username: string) => `urn:uuid:${username}` },
])("H18 the user name is accepted with $name", async ({ form }) => {
  const other = { ...delegate, username: form(delegate.username) };
  expect((await postUpdate(server, other, digest(1))).status).toBe(200);
});

test.for([
  { path: "//update" },
  { path: "/update/" },
  { path: "//update/" },
  { path: "/acme//update" },
])("H19 POST $path is answered at once, H20 without a redirect", async ({ path }) => {
  const body = updateBody(delegate, digest(1));
  const response = await post(server, path, credentialHeaders(delegate), body);
  expect(response.status).toBe(200);
  expect(response.headers.has("location")).toBe(false);
});

test.for([
  { path: "/register" },
  { path: "/register/" },
  { path: "/update" },
  { path: "/Update" },
  { path: "//health/" },
  { path: "/acme" },
  { path: "/nowhere" },
])("H20 no redirect, whatever the path and host: $path", async ({ path }) => {
  for (const method of ["GET", "POST"]) {
    const lines = [`${method} ${path} HTTP/1.1`, "Host: other.example:80", "Content-Length: 0"];
    const request = `${lines.join("\r\n")}\r\nUpgrade-Insecure-Requests: 1\r\n\r\n`;
    const { status, headers } = (await exchange(server.httpPort, [request])).final;
    expect([200, 201, 401, 404, 405]).toContain(status);
    expect(headers.has("location")).toBe(false);
    expect(headers.has("strict-transport-security")).toBe(false);
  }
});

const withCredential = (...lines: readonly string[]): string =>
  `${[...lines, ...credentialHeaders(delegate)].join("\r\n")}\r\n`;

test.for<{ name: string; request: (body: string) => readonly string[] }>([
  {
    name: "HTTP/1.0",
    request: (body) => [
      `${withCredential("POST /update HTTP/1.0", `Content-Length: ${body.length}`)}\r\n${body}`,
    ],
  },
  {
    name: "chunks",
    request: (body) => [
      `${withCredential("POST /update HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")}\r\n`,
      `${body.length.toString(16)}\r\n${body}\r\n`,
      "0\r\n\r\n",
    ],
  },
  {
    name: "a query",
    request: (body) => [postOctets("/update?x=%zz", credentialHeaders(delegate), body).toString()],
  },
  {
    name: "head and body in segments of their own",
    request: (body) => [
      `${withCredential("POST /update HTTP/1.1", "Host: a", `Content-Length: ${body.length}`)}\r\n`,
      body.slice(0, 10),
      body.slice(10),
    ],
  },
])("H22 $name", async ({ request }) => {
  const segments = request(updateBody(delegate, digest(1)));
  expect((await exchange(server.httpPort, segments)).final.status).toBe(200);
  expect(await publishedTexts(server, delegate)).toEqual([digest(1)]);
});

test("H23 a connection serves one POST after the other, and says for how long", async () => {
  const connection = await RawConnection.open(server.httpPort);
  for (const number of [1, 2, 3]) {
    const body = updateBody(delegate, digest(number));
    await connection.send(postOctets("/update", credentialHeaders(delegate), body));
    const { final } = await connection.response();
    expect(final.status).toBe(200);
    const seconds = /timeout=([0-9]+)/.exec(final.headers.get("keep-alive") ?? "")?.[1];
    expect(Number(seconds)).toBeGreaterThanOrEqual(65);
  }
  connection.close();
});

test.for([
  { txt: "-".repeat(43) },
  { txt: "_".repeat(43) },
  { txt: `-${digest(1).slice(1)}` },
  { txt: `_${digest(1).slice(1)}` },
])("H25 the value $txt is accepted", async ({ txt }) => {
  expect((await postUpdate(server, delegate, txt)).body).toBe(`{"txt": "${txt}"}`);
  expect(await publishedTexts(server, delegate)).toEqual([txt]);
});

test.for<{ name: string; wrong: (own: Delegate) => Delegate; txt: unknown }>([
  { name: "a wrong key", wrong: (own) => ({ ...own, password: "A".repeat(40) }), txt: "bad" },
  { name: "a wrong subdomain", wrong: (own) => ({ ...own, subdomain: "x" }), txt: "bad" },
  { name: "a wrong subdomain", wrong: (own) => ({ ...own, subdomain: "x" }), txt: null },
])("H26 $name comes before a bad value", async ({ wrong, txt }) => {
  expectRefusal(await postUpdate(server, wrong(delegate), txt), 401, "forbidden");
  expectRefusal(await postUpdate(server, delegate, txt), 400, "bad_txt");
});

test("H26 an address that may not write comes before a bad value", async () => {
  const elsewhere = await register(server.url, ["10.99.0.0/16"]);
  expectRefusal(await postUpdate(server, elsewhere, "bad"), 401, "forbidden");
});

test.for([{ body: "" }, { body: "null" }, { body: "{" }, { body: "[]" }, { body: "txt=x" }])(
  "H26 the body $body is forbidden",
  async ({ body }) => {
    const response = await post(server, "/update", credentialHeaders(delegate), body);
    expectRefusal(response, 401, "forbidden");
  },
);

test.for([
  { name: "upper case", form: (own: Delegate) => own.subdomain.toUpperCase() },
  { name: "the fulldomain", form: (own: Delegate) => own.fulldomain },
  { name: "without hyphens", form: (own: Delegate) => own.subdomain.replaceAll("-", "") },
])("H27 the subdomain is compared exactly: $name is forbidden", async ({ form }) => {
  const other = { ...delegate, subdomain: form(delegate) };
  expectRefusal(await postUpdate(server, other, digest(1)), 401, "forbidden");
});

test("H28 after each of 50 answers the value is in DNS already", async () => {
  for (let number = 0; number < 50; number++) {
    expect((await postUpdate(server, delegate, digest(number))).status).toBe(200);
    expect((await publishedTexts(server, delegate)).at(-1)).toBe(digest(number));
  }
});

test.for([
  { updates: [1, 2, 3], served: [2, 3] },
  { updates: [1, 1], served: [1] },
  { updates: [1, 2, 1], served: [2, 1] },
  { updates: [1, 2, 2], served: [2] },
  { updates: [1, 2, 2, 3], served: [2, 3] },
  { updates: [1, 2, 1, 3], served: [1, 3] },
])("H29 after the updates $updates $served are served", async ({ updates, served }) => {
  for (const number of updates) {
    expect((await postUpdate(server, delegate, digest(number))).status).toBe(200);
  }
  expect(await publishedTexts(server, delegate)).toEqual(served.map(digest));
});
