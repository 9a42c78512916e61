import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { requestAct } from "../../src/control/control-client.ts";
import { openRecords } from "../../src/store/sqlite/open-records.ts";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal } from "./requests.ts";

const ONE = `dv_${"a".repeat(40)}`;
const OTHER = `dv_${"b".repeat(40)}`;
const BASE = "/api/v1/lego-storage";

let secrets: string;
let server: ServerUnderTest;

let refusing: ServerUnderTest;

beforeAll(async () => {
  refusing = await startServerUnderTest({ DNSVOUCH_DOMAIN: "refusing.test" });
});
afterAll(() => refusing.remove());

beforeEach(async () => {
  secrets = mkdtempSync(join(tmpdir(), "dnsvouch-secrets-"));
  writeSecrets([ONE, OTHER], ["1".repeat(64)]);
  server = await startServerUnderTest(settings());
});
afterEach(async () => {
  await server.remove();
  rmSync(secrets, { recursive: true });
});

function writeSecrets(tokens: readonly string[], keys: readonly string[]): void {
  writeFileSync(join(secrets, "tokens"), `${tokens.join("\n")}\n`, { mode: 0o600 });
  writeFileSync(join(secrets, "key"), `${keys.join("\n")}\n`, { mode: 0o600 });
}

function settings(env: Record<string, string> = {}): Record<string, string> {
  return {
    DNSVOUCH_LEGO_STORAGE_TOKEN_FILE: join(secrets, "tokens"),
    DNSVOUCH_LEGO_STORAGE_KEY_FILE: join(secrets, "key"),
    // It refuses whatever it is asked for, so that nothing of the outside decides.
    DNSVOUCH_CHECKS_RESOLVERS: `127.0.0.1:${refusing.dnsPort}`,
    ...env,
  };
}

/** As lego sends it: goacmedns's account with a line feed behind it. */
function accountOf({ fulldomain, subdomain, username, password }: Delegate): string {
  return `${JSON.stringify({ fulldomain, subdomain, username, password, server_url: server.url })}\n`;
}

function request(
  method: string,
  path: string,
  { user, body = "" }: { user?: string; body?: string } = {},
): Promise<RawResponse> {
  const authorization = Buffer.from(user ?? "").toString("base64");
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: auth.example.org",
    "User-Agent: Go-http-client/1.1",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Accept: application/json",
    ...(user === undefined ? [] : [`Authorization: Basic ${authorization}`]),
    ...(body === "" ? [] : ["Content-Type: application/json"]),
    "Accept-Encoding: gzip",
  ];
  const octets = `${lines.join("\r\n")}\r\n\r\n${body}`;
  return exchange(server.httpPort, [octets]).then(({ final }) => final);
}

const get = (path: string, user?: string) =>
  request("GET", path, user === undefined ? {} : { user });
const post = (path: string, body: string, user?: string) =>
  request("POST", path, user === undefined ? { body } : { body, user });

test.for([
  { name: "in the path", at: (rest: string) => [`${BASE}/${ONE}/${rest}`] },
  { name: "as the user", at: (rest: string) => [`${BASE}/${rest}`, `${ONE}:`] },
  { name: "as the password", at: (rest: string) => [`${BASE}/${rest}`, `lego:${ONE}`] },
])("lego finds nothing, registers, stores, and finds it again: the token $name", async ({ at }) => {
  const [path = "", user] = at("www.example.com");
  expectRefusal(await get(path, user), 404, "not_found");
  const delegate = await register(server.url);
  const stored = await post(path, accountOf(delegate), user);
  expect([stored.status, stored.body]).toEqual([200, '{"cname": false}']);

  server = await server.restart();
  const found = await get(path, user);
  expect(found.status).toBe(200);
  expect(found.headers.get("cache-control")).toBe("no-store");
  const account = JSON.parse(found.body);
  const { allowfrom: _, ...answered } = delegate;
  expect(account).toMatchObject(answered);
  await update(server.url, { ...delegate, ...account }, digest(1));

  const [root = "", rootUser] = at("");
  const all = await get(root, rootUser);
  expect(JSON.parse(all.body)).toEqual({ "www.example.com": account });
});

test("a token sees what was stored with it, and nothing else", async () => {
  const delegate = await register(server.url);
  await post(`${BASE}/${ONE}/www.example.com`, accountOf(delegate));
  expectRefusal(await get(`${BASE}/${OTHER}/www.example.com`), 404, "not_found");
  expect((await get(`${BASE}/${OTHER}`)).body).toBe("{}");
  const other = await register(server.url);
  await post(`${BASE}/${OTHER}/www.example.com`, accountOf(other));
  const kept = await get(`${BASE}/${ONE}/www.example.com`);
  expect(JSON.parse(kept.body).username).toBe(delegate.username);
});

test("without a right token nothing, and never the 404 that makes lego register", async () => {
  const wrong = `dv_${"c".repeat(40)}`;
  const body = accountOf(await register(server.url));
  for (const response of [
    await get(`${BASE}/${wrong}/www.example.com`),
    await get(`${BASE}/www.example.com`),
    await get(`${BASE}/www.example.com`, `${wrong}:`),
    await get(BASE),
    await post(`${BASE}/${wrong}/www.example.com`, body),
  ]) {
    expectRefusal(response, 401, "storage_token_required");
  }
});

test("guessing is limited by its source", async () => {
  server = await server.restart(
    settings({ DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "2" }),
  );
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) {
    statuses.push((await get(`${BASE}/dv_${`${i}`.repeat(40)}/www.example.com`)).status);
  }
  expect(statuses).toEqual([401, 401, 429]);
  expectRefusal(await get(`${BASE}/${ONE}/www.example.com`), 404, "not_found");
});

test("what is on the disk and in the trail tells no key and no token", async () => {
  const delegate = await register(server.url);
  await post(`${BASE}/${ONE}/www.example.com`, accountOf(delegate));
  await get(`${BASE}/${ONE}/www.example.com`);
  await get(`${BASE}/dv_${"c".repeat(40)}/www.example.com`);
  const files = readdirSync(server.folder).filter((file) => file.startsWith("dnsvouch.db"));
  for (const file of files) {
    const octets = readFileSync(join(server.folder, file));
    for (const secret of [delegate.password, ONE, "c".repeat(40)]) {
      expect(octets.includes(secret)).toBe(false);
    }
  }
  const records = openRecords(join(server.folder, "dnsvouch.db"));
  const rows = records.audit({ delegate: undefined, most: 3 });
  records.close();
  expect(rows.map(({ action, result, detail }) => [action, result, detail?.slice(15)])).toEqual([
    ["storage.put", "accepted", " www.example.com"],
    ["storage.get", "accepted", " www.example.com"],
    ["storage.get", "token_required", undefined],
  ]);
  expect([...server.warnings, ...server.errors].join("\n")).not.toContain(ONE);
});

test("a wildcard, letter case and a final dot are the same domain", async () => {
  const delegate = await register(server.url);
  await post(`${BASE}/${ONE}/WWW.Example.com.`, accountOf(delegate));
  expect((await get(`${BASE}/${ONE}/*.www.example.com`)).status).toBe(200);
  expect((await get(`${BASE}/${ONE}/%2A.www.example.com`)).status).toBe(200);
});

test.for([
  { name: "no account", domain: "a.example", body: "{}", word: "bad_account" },
  { name: "no JSON", domain: "a.example", body: "x", word: "bad_account" },
  {
    name: "a number for a text",
    domain: "a.example",
    body: '{"fulldomain":"a","subdomain":"a","username":1,"password":"a"}',
    word: "bad_account",
  },
  {
    name: "what JSON must escape",
    domain: "a.example",
    body: '{"fulldomain":"a\\"b","subdomain":"a","username":"a","password":"a"}',
    word: "bad_account",
  },
  { name: "no domain", domain: "", body: "{}", word: "bad_domain" },
  { name: "spaces", domain: "a%20b.example", body: "{}", word: "bad_domain" },
  { name: "a broken escape", domain: "a%zz", body: "{}", word: "bad_domain" },
  { name: "an empty label", domain: "a..example", body: "{}", word: "bad_domain" },
  { name: "a long label", domain: `${"a".repeat(64)}.example`, body: "{}", word: "bad_domain" },
])("refused: $name", async ({ domain, body, word }) => {
  expectRefusal(await post(`${BASE}/${ONE}/${domain}`, body), 400, word);
});

test("paths and methods that there are not", async () => {
  expectRefusal(await get(`${BASE}/${ONE}/a.example/b`), 404, "not_found");
  expectRefusal(await request("DELETE", `${BASE}/${ONE}/a.example`), 405, "method_not_allowed");
});

test("an account whose delegate was deleted is not there: lego makes a new one", async () => {
  const delegate = await register(server.url);
  const path = `${BASE}/${ONE}/www.example.com`;
  await post(path, accountOf(delegate));
  const database = join(server.folder, "dnsvouch.db");
  await requestAct(database, "delegate.delete", { delegate: delegate.fulldomain });
  expectRefusal(await get(path), 404, "not_found");
  const next = await register(server.url);
  expect((await post(path, accountOf(next))).status).toBe(200);
  expect(JSON.parse((await get(path)).body).username).toBe(next.username);
});

test("an account of another server is kept as it is", async () => {
  const account = {
    fulldomain: "x.auth.acme-dns.example",
    subdomain: "x",
    username: "u",
    password: "p",
    server_url: "",
  };
  await post(`${BASE}/${ONE}/www.example.com`, JSON.stringify(account));
  expect(JSON.parse((await get(`${BASE}/${ONE}/www.example.com`)).body)).toEqual(account);
});

test("1,000 accounts a token, and no more", async () => {
  const body = accountOf(await register(server.url));
  const put = (i: number) => post(`${BASE}/${ONE}/${i}.example`, body);
  for (let i = 0; i < 1000; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => put(i + j)));
  }
  expectRefusal(await put(1000), 403, "too_many_accounts");
  expect((await put(7)).status).toBe(200);
  expect((await post(`${BASE}/${OTHER}/a.example`, body)).status).toBe(200);
}, 60_000);

test("with another key nothing can be opened, and a further line opens it again", async () => {
  const path = `${BASE}/${ONE}/www.example.com`;
  await post(path, accountOf(await register(server.url)));
  const key = randomBytes(32).toString("hex");
  writeSecrets([ONE, OTHER], [key]);
  server = await server.restart();
  expectRefusal(await get(path), 500, "internal_error");
  expect(server.errors).toHaveLength(1);
  writeSecrets([ONE, OTHER], [key, "1".repeat(64)]);
  server = await server.restart();
  expect((await get(path)).status).toBe(200);
});

test("an entry that was moved in the database does not open", async () => {
  await post(`${BASE}/${ONE}/www.example.com`, accountOf(await register(server.url)));
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(join(server.folder, "dnsvouch.db"));
  database.exec("UPDATE sealed_entry SET name = 'victim.example'");
  database.close();
  expectRefusal(await get(`${BASE}/${ONE}/victim.example`), 500, "internal_error");
});

test("201 once the CNAME is there, also over another one", async () => {
  const delegate = await register(server.url);
  // The customer's name server, asked as a resolver would be.
  const customer = await startServerUnderTest({
    DNSVOUCH_DOMAIN: "customer.test",
    DNSVOUCH_GENERAL_RECORDS: [
      `_acme-challenge.www.customer.test. CNAME ${delegate.fulldomain}.`,
      "_acme-challenge.far.customer.test. CNAME _acme-challenge.www.customer.test.",
      "_acme-challenge.else.customer.test. CNAME other.example.",
      "_acme-challenge.loop.customer.test. CNAME _acme-challenge.loop2.customer.test.",
      "_acme-challenge.loop2.customer.test. CNAME _acme-challenge.loop.customer.test.",
    ].join("\n"),
  });
  onTestFinished(() => customer.remove());
  const resolvers = `127.0.0.1:${refusing.dnsPort},127.0.0.1:${customer.dnsPort}`;
  server = await server.restart(settings({ DNSVOUCH_CHECKS_RESOLVERS: resolvers }));
  const put = async (domain: string) => {
    const { status, body } = await post(`${BASE}/${ONE}/${domain}`, accountOf(delegate));
    return `${status} ${body}`;
  };
  expect(await put("www.customer.test")).toBe('201 {"cname": true}');
  expect(await put("*.www.customer.test")).toBe('201 {"cname": true}');
  expect(await put("far.customer.test")).toBe('201 {"cname": true}');
  expect(await put("else.customer.test")).toBe('200 {"cname": false}');
  expect(await put("loop.customer.test")).toBe('200 {"cname": false}');
  expect(await put("nothing.customer.test")).toBe('200 {"cname": false}');
}, 60_000);

test("without the two files there is no such path", async () => {
  server = await server.restart({});
  expectRefusal(await get(`${BASE}/${ONE}/www.example.com`), 404, "not_found");
});
