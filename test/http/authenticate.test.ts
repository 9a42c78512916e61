import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import {
  credentialHeaders,
  expectRefusal,
  post,
  postUpdate,
  publishedTexts,
  updateBody,
} from "./requests.ts";

const GETLOCALCERT = "/api/v1/acme-dns-compat/update";

let server: ServerUnderTest;
let own: Delegate;
let other: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_PATH_PREFIX: "/acme" });
  own = await register(server.url);
  other = await register(server.url);
});
afterAll(() => server.remove());

function basic(user: string, key: string): string {
  return `Authorization: Basic ${Buffer.from(`${user}:${key}`, "latin1").toString("base64")}`;
}

describe("every refusal is the same, octet for octet", () => {
  const UNKNOWN_USER = "9c1e2a77-6a35-4f0e-9d6b-6a5f6f3c8b11";
  const WRONG_KEY = "A".repeat(40);

  test.for<{ name: string; headers: () => string[]; body?: () => string }>([
    { name: "no headers", headers: () => [] },
    { name: "no key", headers: () => [`X-Api-User: ${own.username}`] },
    { name: "no user", headers: () => [`X-Api-Key: ${own.password}`] },
    { name: "an empty user", headers: () => ["X-Api-User:", `X-Api-Key: ${own.password}`] },
    {
      name: "an unknown user",
      headers: () => credentialHeaders({ ...own, username: UNKNOWN_USER }),
    },
    { name: "a wrong key", headers: () => credentialHeaders({ ...own, password: WRONG_KEY }) },
    { name: "a key that is no key", headers: () => credentialHeaders({ ...own, password: "x" }) },
    {
      name: "the key of another user",
      headers: () => credentialHeaders({ ...own, password: other.password }),
    },
    {
      name: "a key with an encoded NUL",
      headers: () => credentialHeaders({ ...own, password: `${own.password.slice(1)}%00` }),
    },
    {
      name: "the subdomain as user",
      headers: () => credentialHeaders({ ...own, username: own.subdomain }),
    },
    {
      name: "the name of another delegate",
      headers: () => credentialHeaders(own),
      body: () => updateBody(other, digest(1)),
    },
    {
      name: "the fulldomain",
      headers: () => credentialHeaders(own),
      body: () => updateBody({ ...own, subdomain: own.fulldomain }, digest(1)),
    },
    {
      name: "no name",
      headers: () => credentialHeaders(own),
      body: () => JSON.stringify({ txt: digest(1) }),
    },
    { name: "a body that is no JSON", headers: () => credentialHeaders(own), body: () => "txt" },
  ])("$name", async ({ headers, body = () => updateBody(own, digest(1)) }) => {
    const reference = await post(server, "/update", [], updateBody(own, digest(1)));
    const response = await post(server, "/update", headers(), body());
    expectRefusal(response, 401, "forbidden");
    const withoutDate = (from: typeof response) =>
      [...from.headers].filter(([key]) => key !== "date");
    expect(withoutDate(response)).toEqual(withoutDate(reference));
    expect(await publishedTexts(server, own)).toEqual([]);
    expect(await publishedTexts(server, other)).toEqual([]);
  });
});

describe("several headers of one name", () => {
  test("the first X-Api-Key and the first X-Api-User count", async () => {
    const delegate = await register(server.url);
    const body = updateBody(delegate, digest(1));
    const wrong = [`X-Api-User: ${other.username}`, `X-Api-Key: ${"A".repeat(40)}`];
    const right = credentialHeaders(delegate);
    expect((await post(server, "/update", [...right, ...wrong], body)).status).toBe(200);
    expectRefusal(await post(server, "/update", [...wrong, ...right], body), 401, "forbidden");
  });

  test("two keys in one header are no key", async () => {
    const headers = [`X-Api-User: ${own.username}`, `X-Api-Key: ${own.password}, ${own.password}`];
    const response = await post(server, "/update", headers, updateBody(own, digest(1)));
    expectRefusal(response, 401, "forbidden");
  });
});

describe("HTTP Basic", () => {
  test.for([
    { name: "as RFC 7617 has it", line: (d: Delegate) => basic(d.username, d.password) },
    {
      name: "scheme in lower case",
      line: (d: Delegate) => basic(d.username, d.password).replace("Basic", "basic"),
    },
    {
      name: "several spaces",
      line: (d: Delegate) => basic(d.username, d.password).replace("Basic ", "Basic   "),
    },
    {
      name: "user in upper case",
      line: (d: Delegate) => basic(d.username.toUpperCase(), d.password),
    },
  ])("counts at the path of getlocalcert: $name", async ({ line }) => {
    const delegate = await register(server.url);
    const body = updateBody(delegate, digest(2));
    expect((await post(server, GETLOCALCERT, [line(delegate)], body)).status).toBe(200);
    expect(await publishedTexts(server, delegate)).toEqual([digest(2)]);
  });

  test.for([{ path: "/update" }, { path: "/acme/update" }])(
    "is ignored at $path",
    async ({ path }) => {
      const body = updateBody(own, digest(2));
      const response = await post(server, path, [basic(own.username, own.password)], body);
      expectRefusal(response, 401, "forbidden");
      const wrong = [basic("x", "y"), ...credentialHeaders(other)];
      expect((await post(server, path, wrong, updateBody(other, digest(2)))).status).toBe(200);
    },
  );

  test.for([
    { name: "a wrong key", line: () => basic(own.username, "A".repeat(40)) },
    {
      name: "no colon",
      line: () => `Authorization: Basic ${Buffer.from(own.username).toString("base64")}`,
    },
    { name: "a colon too many", line: () => basic(own.username, `${own.password}:`) },
    {
      name: "another scheme",
      line: () => basic(own.username, own.password).replace("Basic", "Bearer"),
    },
    { name: "no scheme", line: () => basic(own.username, own.password).replace("Basic ", "") },
    { name: "no value", line: () => "Authorization: Basic" },
    { name: "not encoded", line: () => `Authorization: Basic ${own.username}:${own.password}` },
    { name: "something after it", line: () => `${basic(own.username, own.password)} x` },
  ])("is refused at the path of getlocalcert with $name", async ({ line }) => {
    const body = updateBody(own, digest(3));
    expectRefusal(await post(server, GETLOCALCERT, [line()], body), 401, "forbidden");
  });

  test.for([
    { name: "X-Api-User", header: (d: Delegate) => `X-Api-User: ${d.username}` },
    { name: "X-Api-Key", header: (d: Delegate) => `X-Api-Key: ${d.password}` },
  ])("does not complete a lone $name", async ({ header }) => {
    const headers = [basic(own.username, own.password), header(own)];
    const response = await post(server, GETLOCALCERT, headers, updateBody(own, digest(3)));
    expectRefusal(response, 401, "forbidden");
  });
});

describe("allowfrom", () => {
  test.for([
    { allowfrom: ["127.0.0.0/8"], status: 200 },
    { allowfrom: ["10.0.0.0/8", "127.0.0.1/32"], status: 200 },
    { allowfrom: ["0.0.0.0/0"], status: 200 },
    { allowfrom: ["::ffff:127.0.0.0/104"], status: 200 },
    { allowfrom: ["10.0.0.0/8"], status: 401 },
    { allowfrom: ["127.0.0.2/32"], status: 401 },
    { allowfrom: ["::/0"], status: 401 },
    { allowfrom: ["::1/128"], status: 401 },
  ])("$allowfrom from 127.0.0.1: $status", async ({ allowfrom, status }) => {
    const delegate = await register(server.url, allowfrom);
    expect((await postUpdate(server, delegate, digest(4))).status).toBe(status);
    expect(await publishedTexts(server, delegate)).toEqual(status === 200 ? [digest(4)] : []);
  });

  test("no header of the client says where it is", async () => {
    const delegate = await register(server.url, ["10.0.0.0/8"]);
    const spoofs = ["X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "X-Real-IP: 10.0.0.1"];
    const headers = [...credentialHeaders(delegate), ...spoofs];
    const response = await post(server, "/update", headers, updateBody(delegate, digest(4)));
    expectRefusal(response, 401, "forbidden");
  });
});

describe("H32 on a socket that reports IPv4 peers as ::ffff:127.0.0.1", () => {
  test.for([
    { allowfrom: ["127.0.0.0/8"], status: 200 },
    { allowfrom: ["10.0.0.0/8"], status: 401 },
    { allowfrom: ["::/0"], status: 401 },
  ])("H32 $allowfrom: $status", async ({ allowfrom, status }) => {
    const dual = await startServerUnderTest({ DNSVOUCH_API_IP: "::ffff:127.0.0.1" });
    const delegate = await register(dual.url, allowfrom);
    expect((await postUpdate(dual, delegate, digest(5))).status).toBe(status);
    await dual.remove();
  });
});
