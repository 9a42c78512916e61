import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, post, postUpdate, publishedTexts } from "./requests.ts";

let server: ServerUnderTest;

beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.remove());

test("with disable_registration nobody registers, and delegates that exist go on", async () => {
  const open = await startServerUnderTest();
  const delegate = await register(open.url);
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-closed-"));
  cpSync(open.folder, folder, { recursive: true });
  await open.remove();

  const closed = await startServerUnderTest({ DNSVOUCH_API_DISABLE_REGISTRATION: "true" }, folder);
  for (const body of ["", "{}", "[", '{"allowfrom":["x"]}']) {
    expectRefusal(await post(closed, "/register", [], body), 404, "registration_disabled");
  }
  expect((await postUpdate(closed, delegate, digest(1))).status).toBe(200);
  expect(await publishedTexts(closed, delegate)).toEqual([digest(1)]);
  await closed.remove();
});

test("a registration is in DNS at once, without values", async () => {
  // publishedTexts rejects for a name that does not exist.
  expect(await publishedTexts(server, await register(server.url))).toEqual([]);
});

test("every registration has a name, a user and a key of its own", async () => {
  const delegates = await Promise.all(Array.from({ length: 50 }, () => register(server.url)));
  for (const field of ["username", "password", "subdomain"] as const) {
    expect(new Set(delegates.map((delegate) => delegate[field])).size).toBe(50);
  }
});

test.for([
  { name: "a text", allowfrom: '"10.0.0.0/8"', error: "malformed_json_payload" },
  { name: "an object", allowfrom: '{"0":"10.0.0.0/8"}', error: "malformed_json_payload" },
  { name: "a number", allowfrom: "10", error: "malformed_json_payload" },
  { name: "false", allowfrom: "false", error: "malformed_json_payload" },
  { name: "a number in the list", allowfrom: "[10]", error: "malformed_json_payload" },
  { name: "a list in the list", allowfrom: '[["10.0.0.0/8"]]', error: "malformed_json_payload" },
  { name: "null in the list", allowfrom: "[null]", error: "invalid_allowfrom_cidr" },
  { name: "a bare address", allowfrom: '["10.0.0.1"]', error: "invalid_allowfrom_cidr" },
  {
    name: "one bad entry of two",
    allowfrom: '["10.0.0.0/8"," b"]',
    error: "invalid_allowfrom_cidr",
  },
  {
    name: "33 entries",
    allowfrom: JSON.stringify(Array(33).fill("10.0.0.0/8")),
    error: "invalid_allowfrom_cidr",
  },
])("H7 allowfrom that is $name registers nobody", async ({ allowfrom, error }) => {
  const response = await post(server, "/register", [], `{"allowfrom":${allowfrom}}`);
  expectRefusal(response, 400, error);
});

test("32 entries are taken and come back", async () => {
  const allowfrom = Array.from({ length: 32 }, (_, i) => `10.${i}.0.0/16`);
  expect((await register(server.url, allowfrom)).allowfrom).toEqual(allowfrom);
});

test("a caller cannot choose its name, user or key", async () => {
  const chosen = {
    username: "eabcdb41-d89f-4580-826f-3e62e9755ef2",
    password: "A".repeat(40),
    subdomain: "eabcdb41-d89f-4580-826f-3e62e9755ef2",
    fulldomain: "www.example.org",
  };
  const response = await post(server, "/register", [], JSON.stringify(chosen));
  expect(response.status).toBe(201);
  for (const value of Object.values(chosen)) expect(response.body).not.toContain(value);
});
