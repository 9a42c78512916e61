import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { credentialHeaders, post, postUpdate, publishedTexts } from "./requests.ts";

let server: ServerUnderTest;
let victim: Delegate;
let attacker: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest();
  victim = await register(server.url);
  attacker = await register(server.url);
  expect((await postUpdate(server, victim, digest(1))).status).toBe(200);
});
afterAll(() => server.remove());

/** 4xx or 503 with a JSON object that has an error and nothing of what was sent. */
function expectJsonRefusal(response: RawResponse): void {
  expect(response.status === 503 || (response.status >= 400 && response.status < 500)).toBe(true);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.body).toMatch(/^\{"error": "[a-z_]+"\}$/);
}

async function expectVictimUntouched(): Promise<void> {
  expect(await publishedTexts(server, victim)).toEqual([digest(1)]);
}

/** What an attacker with a delegate of his own writes in place of a name, JSON text by JSON text. */
const names = fc.oneof(
  fc.constantFrom(
    () => JSON.stringify(victim.subdomain),
    () => JSON.stringify(victim.subdomain.toUpperCase()),
    () => JSON.stringify(`${victim.subdomain}.`),
    () => JSON.stringify(victim.fulldomain),
    () => JSON.stringify(`${victim.subdomain}\0`),
    () => JSON.stringify(` ${victim.subdomain}`),
    () => JSON.stringify(`${attacker.subdomain}.${victim.subdomain}`),
    () => JSON.stringify(victim.subdomain.replace("-", "\u2010")),
    () => JSON.stringify([victim.subdomain]),
    () => JSON.stringify({ toString: victim.subdomain }),
    () => JSON.stringify({ subdomain: victim.subdomain }),
    () => "null",
    () => "true",
  ),
  fc.json({ maxDepth: 2 }).map((text) => () => text),
);
const memberNames = fc.constantFrom(
  '"subdomain"',
  '"SubDomain"',
  '"\\u0073ubdomain"',
  '"\u017fubdomain"',
  '"subdomain\\u0000"',
  '"sub.domain"',
  '"__proto__"',
  '"constructor"',
  '"prototype"',
  '"fulldomain"',
  '"username"',
);
const members = fc.array(fc.tuple(memberNames, names), { maxLength: 4 });

test("no body makes a key write another delegate's values", async () => {
  const property = fc.asyncProperty(members, fc.boolean(), async (given, isOwnFirst) => {
    const own = `"subdomain":${JSON.stringify(attacker.subdomain)}`;
    const txt = `"txt":${JSON.stringify(digest(2))}`;
    const others = given.map(([name, value]) => `${name}:${value()}`);
    const all = isOwnFirst ? [own, ...others, txt] : [...others, txt];
    const response = await post(
      server,
      "/update",
      credentialHeaders(attacker),
      `{${all.join(",")}}`,
    );
    // A body that names his own delegate, among members that mean nothing, is his right.
    if (response.status !== 200) expectJsonRefusal(response);
    else expect(isOwnFirst || others.some((each) => each.includes(attacker.subdomain))).toBe(true);
  });
  await fc.assert(property, { numRuns: 300 });
  await expectVictimUntouched();
});

/** Credentials that are almost the victim's. */
const CREDENTIALS: readonly (() => readonly string[])[] = [
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${attacker.password}`],
  () => [`X-Api-User: ${attacker.username}`, `X-Api-Key: ${victim.password}`],
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${victim.password}x`],
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${victim.password.slice(0, 39)}`],
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${victim.password.repeat(2)}`],
  // 72 octets are all that bcrypt looks at.
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${victim.password.padEnd(72, "x")}`],
  () => [`X-Api-User: ${victim.username}`, `X-Api-Key: ${victim.password}${"\u00e9".repeat(40)}`],
  () => [`X-Api-User: ${victim.username}`, "X-Api-Key: "],
  () => [`X-Api-User: ${victim.username}`, "X-Api-Key: undefined"],
  () => [`X-Api-User: ${victim.username}\u00a0`, `X-Api-Key: ${victim.password}`],
  () => [`X-Api-User: ${victim.username.slice(1)}`, `X-Api-Key: ${victim.password}`],
  () => [`X-Api-User: ' OR '1'='1`, `X-Api-Key: ${"A".repeat(40)}`],
  // The first of several headers counts: it must not be joined with, or replaced by, the second.
  () => [
    `X-Api-User: ${attacker.username}`,
    `X-Api-User: ${victim.username}`,
    `X-Api-Key: ${attacker.password}`,
    `X-Api-Key: ${victim.password}`,
  ],
];

test.for(CREDENTIALS.map((headers, number) => ({ number, headers })))(
  "credentials that are none: $number",
  async ({ headers }) => {
    const body = JSON.stringify({ subdomain: victim.subdomain, txt: digest(3) });
    expectJsonRefusal(await post(server, "/update", headers(), body));
    await expectVictimUntouched();
  },
);

const PATHS: readonly string[] = [
  "/update/../update",
  "//update",
  "/update%00",
  "/%75pdate",
  "/update;x=1",
  "/register/..%2fupdate",
  "/api/v1/acme-dns-compat/../../update",
  "/admin",
  "/.env",
  "/__proto__",
  `/${"a".repeat(2000)}`,
  "/update?__proto__[x]=1",
  "/%ff%fe",
  "/%",
];

test.for(PATHS)("no path leads to another answer than one in JSON: %s", async (path) => {
  for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"]) {
    const body = JSON.stringify({ subdomain: victim.subdomain, txt: digest(4) });
    const request = `${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expectJsonRefusal((await exchange(server.httpPort, [request])).final);
  }
  await expectVictimUntouched();
});

test("any octets as a body, with any label, are answered", async () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets)),
    fc.constant(Buffer.from("[".repeat(8000))),
    fc.constant(Buffer.from(`{"a":${"[".repeat(3000)}`)),
    fc.constant(Buffer.alloc(9000, 0x20)),
    fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text, "latin1")),
  );
  const labels = fc.constantFrom(
    "Content-Type: application/json; charset=utf-7",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Encoding: gzip",
    "Content-Encoding: deflate",
    "X-Nothing: 1",
  );
  const property = fc.asyncProperty(bodies, labels, async (body, label) => {
    const headers = [...credentialHeaders(attacker), label];
    expectJsonRefusal(await post(server, "/update", headers, body));
    const response = await post(server, "/register", [label], body);
    if (response.status !== 201) expectJsonRefusal(response);
  });
  await fc.assert(property, { numRuns: 200 });
  await expectVictimUntouched();
});

test("no key is in any file or message", () => {
  const secrets = [victim.password, attacker.password];
  for (const name of readdirSync(server.folder)) {
    if (name.endsWith(".sock")) continue;
    const octets = readFileSync(join(server.folder, name));
    for (const secret of secrets) expect(octets.includes(secret), name).toBe(false);
  }
  for (const secret of secrets) {
    expect([...server.errors, ...server.warnings].join("\n")).not.toContain(secret);
  }
});
