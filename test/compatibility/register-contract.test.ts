import { afterAll, beforeAll, expect, test } from "vitest";
import { expectRefusal, post } from "../http/requests.ts";
import type { Delegate } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_GENERAL_DOMAIN: "Acme.Example.ORG" });
});
afterAll(() => server.remove());

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TYPES = [
  { type: "no type", headers: [] },
  { type: "application/json", headers: ["Content-Type: application/json"] },
  { type: "a form", headers: ["Content-Type: application/x-www-form-urlencoded"] },
  { type: "text/plain", headers: ["Content-Type: text/plain; charset=utf-8"] },
  { type: "an unknown charset", headers: ["Content-Type: application/json; charset=utf8"] },
  { type: "another charset", headers: ["Content-Type: application/json; charset=utf-16"] },
  { type: "multipart", headers: ["Content-Type: multipart/form-data; boundary=x"] },
  { type: "a type that is none", headers: ["Content-Type: ;;"] },
  { type: "gzip", headers: ["Content-Type: application/json", "Content-Encoding: gzip"] },
  { type: "an unknown coding", headers: ["Content-Encoding: x"] },
];

function registered({ status, body }: RawResponse): Delegate {
  expect(status).toBe(201);
  return JSON.parse(body);
}

test("H1 a request without a body, Content-Length and Content-Type registers", async () => {
  const request = "POST /register HTTP/1.1\r\nHost: a\r\n\r\n";
  registered((await exchange(server.httpPort, [request])).final);
});

test.for(TYPES)("H2 Content-Length 0 with $type registers", async ({ headers }) => {
  registered(await post(server, "/register", headers));
});

test.for([{ body: "null\n" }, { body: "null" }, { body: " null " }])(
  "H3 the body $body is as good as none",
  async ({ body }) => {
    const delegate = registered(
      await post(server, "/register", ["Content-Type: application/json"], body),
    );
    expect(delegate.allowfrom).toEqual([]);
  },
);

test.for(TYPES)("H4 the body {} with $type registers", async ({ headers }) => {
  expect(registered(await post(server, "/register", headers, "{}")).allowfrom).toEqual([]);
});

test.for(TYPES)("H5 a body is JSON whatever the headers say: $type", async ({ headers }) => {
  const body = '{"allowfrom":["10.0.0.0/8"]}';
  const delegate = registered(await post(server, "/register", headers, body));
  expect(delegate.allowfrom).toEqual(["10.0.0.0/8"]);
});

test.for([{ key: "allowfrom" }, { key: "AllowFrom" }, { key: "ALLOWFROM" }, { key: "allowFrom" }])(
  "H6 the key $key is read",
  async ({ key }) => {
    const body = `{"${key}":["10.0.0.0/8"],"unknown":{"allowfrom":[]}}`;
    const delegate = registered(await post(server, "/register", [], body));
    expect(delegate.allowfrom).toEqual(["10.0.0.0/8"]);
  },
);

test.for([
  { body: '{"allowfrom":["10.0.0.0/8"],"AllowFrom":[]}' },
  { body: '{"allowfrom":["10.0.0.0/8"],"allowfrom":[]}' },
  { body: '{"allowfrom":["10.0.0.0/8"],"allow\\u0066rom":[]}' },
])("H6 two keys that are one are refused: $body", async ({ body }) => {
  expectRefusal(await post(server, "/register", [], body), 400, "malformed_json_payload");
});

test.for(TYPES)("H7 a bad allowfrom is never dropped: $type", async ({ headers }) => {
  const response = await post(server, "/register", headers, '{"allowfrom":["10.0.0.0/8"," b"]}');
  expectRefusal(response, 400, "invalid_allowfrom_cidr");
});

test("H8 success is 201 and has no Location", async () => {
  const response = await post(server, "/register", []);
  expect(response.status).toBe(201);
  expect(response.headers.has("location")).toBe(false);
});

test("H9 the answer is one line with five texts in order and no escapes", async () => {
  const { body, headers } = await post(server, "/register", [], '{"allowfrom":["::1/128"]}');
  expect(body).toMatch(
    /^\{"username":"[^"\\]+","password":"[^"\\]+","fulldomain":"[^"\\]+","subdomain":"[^"\\]+","allowfrom":\["::1\/128"\]\}$/,
  );
  expect(body).not.toContain("\n");
  expect(headers.get("content-type")).toBe("application/json");
});

test("H10 the values are of the alphabet that shells and regular expressions expect", async () => {
  const delegate = registered(await post(server, "/register", []));
  expect(delegate.username).toMatch(UUID4);
  expect(delegate.subdomain).toMatch(UUID4);
  expect(delegate.password).toMatch(/^[A-Za-z0-9_-]{40}$/);
  expect(delegate.fulldomain).toMatch(/^[a-z0-9.-]+$/);
});

test("H11 fulldomain is the subdomain in the zone, lower case, without a dot at the end", async () => {
  const { fulldomain, subdomain } = registered(await post(server, "/register", []));
  expect(fulldomain).toBe(`${subdomain}.acme.example.org`);
});

test.for<{ allowfrom: readonly string[] | null; answer: readonly string[] }>([
  { allowfrom: null, answer: [] },
  { allowfrom: [], answer: [] },
  { allowfrom: ["10.1.2.3/8"], answer: ["10.1.2.3/8"] },
  { allowfrom: ["[2001:DB8::]/32", "10.0.0.0/8"], answer: ["2001:DB8::/32", "10.0.0.0/8"] },
])("H12 allowfrom $allowfrom is answered as the list $answer", async ({ allowfrom, answer }) => {
  const body = JSON.stringify({ allowfrom });
  expect(registered(await post(server, "/register", [], body)).allowfrom).toEqual(answer);
});

test("H13 the answer has five keys and no more", async () => {
  const delegate = registered(await post(server, "/register", []));
  expect(Object.keys(delegate)).toEqual([
    "username",
    "password",
    "fulldomain",
    "subdomain",
    "allowfrom",
  ]);
});

test.for([
  { body: "[]" },
  { body: "1" },
  { body: '"x"' },
  { body: "true" },
  { body: "{" },
  { body: "{}x" },
  { body: "null null" },
  { body: " " },
  { body: "allowfrom=10.0.0.0/8" },
  { body: '{"allowfrom":"10.0.0.0/8"}' },
  { body: '{"username":"x"}' },
])("H31 the body $body is malformed", async ({ body }) => {
  expectRefusal(await post(server, "/register", [], body), 400, "malformed_json_payload");
});

test("H31 where registration is disabled nobody gets 201", async () => {
  const closed = await startServerUnderTest({ DNSVOUCH_API_DISABLE_REGISTRATION: "true" });
  expectRefusal(await post(closed, "/register", []), 404, "registration_disabled");
  await closed.remove();
});
