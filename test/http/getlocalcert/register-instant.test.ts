import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { requestAct } from "../../../src/control/control-client.ts";
import { digest, register, update } from "../../support/api-client.ts";
import { exchange } from "../../support/dns-exchange.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { expectRefusal, post, postUpdate } from "../requests.ts";

const ZONE = "instant.example.net";
const PATH = "/api/v1/register";
const HOUR_MS = 3_600_000;

let server: ServerUnderTest;
let nowMs = Date.UTC(2026, 0, 1);

afterEach(() => server.remove());

async function start(env: Record<string, string> = {}): Promise<void> {
  nowMs = Date.UTC(2026, 0, 1);
  const settings = { DNSVOUCH_INSTANT_DOMAIN: ZONE, ...env };
  server = await startServerUnderTest(settings, undefined, () => nowMs);
}

interface Instant {
  readonly username: string;
  readonly password: string;
  readonly fulldomain: string;
  readonly subdomain: string;
  readonly server_url: string;
  readonly allowfrom: readonly string[];
}

async function create(headers: readonly string[] = [], body = ""): Promise<Instant> {
  const response = await post(server, PATH, headers, body);
  expect(response.status).toBe(201);
  return JSON.parse(response.body);
}

async function dns(question: string): Promise<{ rcode: string; answer: readonly string[] }> {
  const { rcode, answer } = await exchange(server.dnsPort, "udp", question);
  return { rcode, answer: answer.map((line) => line.split(" IN ")[1] ?? "") };
}

const FORM = "Content-Type: application/x-www-form-urlencoded";
const multipart = (name: string, value: string, extra = "") =>
  [
    "--x-boundary",
    `Content-Disposition: form-data; name="${name}"${extra}`,
    "",
    value,
    "--x-boundary--",
    "",
  ].join("\r\n");
const MULTIPART = "Content-Type: multipart/form-data; boundary=x-boundary";

test.for([
  { name: "nothing at all", headers: [], body: "" },
  { name: "nothing, as a form (curl -X POST -d '')", headers: [FORM], body: "" },
  {
    name: "an empty multipart form (curl -F output_format=)",
    headers: [MULTIPART],
    body: multipart("output_format", ""),
  },
  { name: "an empty JSON object", headers: ["Content-Type: application/json"], body: "{}" },
  { name: "null", headers: ["Content-Type: application/json"], body: "null\n" },
  { name: "JSON as a form", headers: [FORM], body: "{}" },
  { name: "spaces", headers: [], body: " \r\n" },
])("a name for $name", async ({ headers, body }) => {
  await start();
  const response = await post(server, PATH, headers, body);
  expect(response.status).toBe(201);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const { username, password, subdomain } = JSON.parse(response.body) as Instant;
  expect(response.body).toBe(
    `{"username": "${username}", "password": "${password}", "fulldomain": "${subdomain}.${ZONE}", "subdomain": "${subdomain}", "server_url": "http://auth.example.org/api/v1/acme-dns-compat", "allowfrom": []}`,
  );
  // 122 random bits.
  expect(subdomain).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test.for([
  { name: "urlencoded", headers: [FORM], body: "output_format=lego" },
  { name: "multipart", headers: [MULTIPART], body: multipart("output_format", "lego") },
  {
    name: "JSON",
    headers: ["Content-Type: application/json"],
    body: '{"Output_Format": "lego"}',
  },
  { name: "no type", headers: [], body: "output_format=lego" },
])("lego's storage file for output_format=lego: $name", async ({ headers, body }) => {
  await start();
  const response = await post(server, PATH, headers, body);
  expect(response.status).toBe(201);
  const map: Record<string, Instant> = JSON.parse(response.body);
  const [[domain, entry] = ["", undefined]] = Object.entries(map);
  expect(entry?.fulldomain).toBe(domain);
  expect(response.body).toMatch(/^\{"[0-9a-f-]{36}\.instant\.example\.net": \{"username": "/);
});

test.for([
  { name: "another format", headers: [FORM], body: "output_format=x", word: "bad_output_format" },
  {
    name: "two formats",
    headers: [FORM],
    body: "output_format=lego&output_format=x",
    word: "bad_output_format",
  },
  { name: "JSON that is none", headers: [], body: "{", word: "bad_request" },
  { name: "a list", headers: [], body: "[]", word: "bad_request" },
  {
    name: "a form without an end",
    headers: [MULTIPART],
    body: "--x-boundary\r\n",
    word: "bad_request",
  },
  {
    name: "a file",
    headers: [MULTIPART],
    body: multipart("output_format", "lego", '; filename="x"'),
    word: "bad_request",
  },
  {
    name: "a network that is none",
    headers: [],
    body: '{"allowfrom": ["x"]}',
    word: "invalid_allowfrom_cidr",
  },
  {
    name: "a network of a form",
    headers: [FORM],
    body: "allowfrom=x",
    word: "invalid_allowfrom_cidr",
  },
])("refused: $name", async ({ headers, body, word }) => {
  await start();
  expectRefusal(await post(server, PATH, headers, body), 400, word);
});

test("a name is chosen by nobody, whatever a request asks for", async () => {
  await start();
  const wanted = '{"subdomain": "www", "fulldomain": "www.instant.example.net", "username": "x"}';
  const { subdomain, username } = await create([], wanted);
  expect([subdomain, username]).toEqual([
    expect.stringMatching(/^[0-9a-f-]{36}$/),
    expect.stringMatching(/^[0-9a-f-]{36}$/),
  ]);
});

test("allowfrom is honoured, never dropped", async () => {
  await start();
  const body = '{"allowfrom": ["192.0.2.0/24"]}';
  const instant = await create([], body);
  expect(instant.allowfrom).toEqual(["192.0.2.0/24"]);
  expectRefusal(await postUpdate(server, instant, digest(1)), 401, "forbidden");
});

test("it leads to the configured address at once, takes no mail, and its values are at _acme-challenge", async () => {
  await start({ DNSVOUCH_INSTANT_AAAA: "2001:db8::7" });
  const instant = await create();
  const { fulldomain } = instant;
  await update(server.url, instant, digest(1));
  await update(server.url, instant, digest(2));
  expect(await dns(`_acme-challenge.${fulldomain}. TXT`)).toEqual({
    rcode: "NOERROR",
    answer: [`TXT "${digest(1)}"`, `TXT "${digest(2)}"`],
  });
  expect((await dns(`${fulldomain}. TXT`)).answer).toEqual(['TXT "v=spf1 -all"']);
  expect((await dns(`${fulldomain}. A`)).answer).toEqual(["A 127.0.0.1"]);
  expect((await dns(`app.${fulldomain}. AAAA`)).answer).toEqual(["AAAA 2001:db8:0:0:0:0:0:7"]);
  expect((await dns(`${fulldomain}. MX`)).answer).toEqual(["MX 0 ."]);
  expect((await dns(`${fulldomain}. CAA`)).answer).toEqual([]);
});

test("its zone has SOA and NS from general.nsname, and is no zone of /register", async () => {
  await start({ DNSVOUCH_GENERAL_NSNAME: "ns1.auth.example.org" });
  expect((await dns(`${ZONE}. NS`)).answer).toEqual(["NS ns1.auth.example.org."]);
  expect((await dns(`${ZONE}. SOA`)).answer[0]).toMatch(
    /^SOA ns1\.auth\.example\.org\. hostmaster\./,
  );
  expect((await dns("ns1.auth.example.org. A")).answer).toEqual(["A 127.0.0.1"]);
  const delegate = await register(server.url);
  expect(delegate.fulldomain).toMatch(/\.auth\.example\.org$/);
  await update(server.url, delegate, digest(1));
  expect((await dns(`${delegate.fulldomain}. TXT`)).answer).toEqual([`TXT "${digest(1)}"`]);
  // The rules of other zones hold: nothing is below a delegate.
  for (const front of ["_acme-challenge", "x", "_dmarc"]) {
    expect((await dns(`${front}.${delegate.fulldomain}. TXT`)).rcode).toBe("NXDOMAIN");
  }
});

test("without [instant] there is no such path, and a name that was given out is kept", async () => {
  await start();
  const instant = await create();
  await update(server.url, instant, digest(1));
  server = await server.restart({});
  expectRefusal(await post(server, PATH, []), 404, "not_found");
  expectRefusal(await postUpdate(server, instant, digest(2)), 401, "forbidden");
  server = await server.restart({ DNSVOUCH_INSTANT_DOMAIN: ZONE });
  await update(server.url, instant, digest(2));
  const { answer } = await dns(`_acme-challenge.${instant.fulldomain}. TXT`);
  expect(answer).toEqual([`TXT "${digest(1)}"`, `TXT "${digest(2)}"`]);
});

test("a name that is locked publishes nothing and stays; one that is deleted is gone with all below it", async () => {
  await start();
  const instant = await create();
  const { fulldomain } = instant;
  await update(server.url, instant, digest(1));
  const database = join(server.folder, "dnsvouch.db");
  await requestAct(database, "delegate.disable", { delegate: fulldomain });
  expect(await dns(`_acme-challenge.${fulldomain}. TXT`)).toEqual({ rcode: "NOERROR", answer: [] });
  expect((await dns(`${fulldomain}. A`)).answer).toEqual(["A 127.0.0.1"]);
  expectRefusal(await postUpdate(server, instant, digest(2)), 401, "forbidden");
  await requestAct(database, "delegate.delete", { delegate: fulldomain });
  for (const front of ["", "_acme-challenge.", "x.", "_dmarc."]) {
    expect((await dns(`${front}${fulldomain}. TXT`)).rcode).toBe("NXDOMAIN");
  }
});

test("so many an hour, a day and a week, also over restarts; nobody else is limited by it", async () => {
  const quotas = {
    DNSVOUCH_INSTANT_DOMAIN: ZONE,
    DNSVOUCH_INSTANT_PER_HOUR: "2",
    DNSVOUCH_INSTANT_PER_DAY: "3",
    DNSVOUCH_INSTANT_PER_WEEK: "4",
  };
  await start(quotas);
  const statuses = async (count: number) => {
    const list: number[] = [];
    for (let i = 0; i < count; i++) list.push((await post(server, PATH, [])).status);
    return list;
  };
  const retryAfter = async () => {
    const limited = await post(server, PATH, []);
    expectRefusal(limited, 429, "too_many_requests");
    return Number(limited.headers.get("retry-after"));
  };
  expect(await statuses(3)).toEqual([201, 201, 429]);
  expect(await retryAfter()).toBeGreaterThan(3500);
  nowMs += 1.1 * HOUR_MS;
  expect(await statuses(2)).toEqual([201, 429]);
  expect(await retryAfter()).toBeGreaterThan(22 * 3600);
  await register(server.url);

  server = await server.restart(quotas);
  expect(await retryAfter()).toBeGreaterThan(22 * 3600);
  nowMs += 26 * HOUR_MS;
  expect(await statuses(2)).toEqual([201, 429]);
  expect(await retryAfter()).toBeGreaterThan(5 * 24 * 3600);
  nowMs += 7 * 24 * HOUR_MS + HOUR_MS;
  expect(await statuses(1)).toEqual([201]);
});

test("many at once get no more than one after the other", async () => {
  await start({ DNSVOUCH_INSTANT_PER_HOUR: "5" });
  const all = await Promise.all(Array.from({ length: 20 }, () => post(server, PATH, [])));
  expect(all.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(all.filter(({ status }) => status === 429)).toHaveLength(15);
});

test("one source cannot use up what there is for all", async () => {
  await start({ DNSVOUCH_LIMITS_REGISTER_PER_SOURCE_PER_HOUR: "3" });
  const from = async (address: string) => (await post(server, PATH, [], "", address)).status;
  for (const status of [201, 201, 201, 429]) expect(await from("127.0.0.2")).toBe(status);
  expect(await from("127.0.0.3")).toBe(201);
});

test("where registration needs a token, it does here, too", async () => {
  const token = "tok-0123456789abcdefghij._~";
  await start({
    DNSVOUCH_API_REGISTRATION: "token",
    DNSVOUCH_API_REGISTRATION_TOKENS: token,
  });
  expectRefusal(await post(server, PATH, []), 401, "registration_token_required");
  expect((await post(server, PATH, [`Authorization: Bearer ${token}`])).status).toBe(201);
  expect((await post(server, `/api/v1/${token}/register`, [])).status).toBe(201);
  server = await server.restart({
    DNSVOUCH_INSTANT_DOMAIN: ZONE,
    DNSVOUCH_API_REGISTRATION: "closed",
  });
  expectRefusal(await post(server, PATH, []), 404, "registration_disabled");
});

test.for([
  {
    name: "api.base_url",
    env: { DNSVOUCH_URL: "https://api.example.org" },
    headers: [],
    url: "https://api.example.org",
  },
  {
    name: "a proxy that is trusted",
    env: { DNSVOUCH_TRUSTED_PROXIES: "127.0.0.1" },
    headers: ["X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1"],
    url: "https://auth.example.org",
  },
  {
    name: "nobody else",
    env: {},
    headers: ["X-Forwarded-Proto: https"],
    url: "http://auth.example.org",
  },
])("server_url is what $name says", async ({ env, headers, url }) => {
  await start(env);
  expect((await create(headers)).server_url).toBe(`${url}/api/v1/acme-dns-compat`);
});

test("whatever the body and its type are, it is 201 or a refusal in JSON", async () => {
  // 0 is no limit.
  await start({
    DNSVOUCH_INSTANT_PER_HOUR: "0",
    DNSVOUCH_INSTANT_PER_DAY: "0",
    DNSVOUCH_INSTANT_PER_WEEK: "0",
  });
  const types = fc.constantFrom(
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=",
    "text/plain",
    "x",
  );
  const parts = fc.constantFrom(
    "--x\r\n",
    "--x--",
    "\r\n\r\n",
    'Content-Disposition: form-data; name="output_format"',
    "output_format=lego",
    "&",
    "%",
    "allowfrom=192.0.2.0/24",
    '{"output_format":',
    '"lego"}',
    "[",
    "\0",
  );
  const bodies = fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 });
  const property = fc.asyncProperty(types, bodies, async (type, pieces) => {
    const response = await post(server, PATH, [`Content-Type: ${type}`], pieces.join(""));
    expect([201, 400]).toContain(response.status);
    if (response.status === 400) expect(response.body).toMatch(/^\{"error": "[a-z_]+"\}$/);
    else expect(JSON.parse(response.body)).toBeTypeOf("object");
  });
  await fc.assert(property, { numRuns: 300 });
  expect(server.errors).toEqual([]);
}, 30_000);
