import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { requestAct } from "../../src/control/control-client.ts";
import { type Delegate, digest } from "../support/api-client.ts";
import { exchange } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import {
  credentialHeaders,
  expectRefusal,
  post,
  postOctets,
  postUpdate,
  publishedTexts,
  updateBody,
} from "./requests.ts";

const TOKEN = "tok-0123456789abcdefghij._~";
const WRONG = "tok-0123456789abcdefghij._-";
const REGISTRATION = "DNSVOUCH_API_REGISTRATION";
const TOKENS = "DNSVOUCH_API_REGISTRATION_TOKENS";

let server: ServerUnderTest;

afterEach(() => server.remove());

const start = async (env: Record<string, string> = {}): Promise<void> => {
  server = await startServerUnderTest({ [REGISTRATION]: "token", [TOKENS]: TOKEN, ...env });
};
const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString("base64")}`;
const databasePath = () => join(server.folder, "dnsvouch.db");

async function createToken(args: object = {}): Promise<{ id: number; token: string }> {
  const outcome = await requestAct(databasePath(), "token.create", { scope: "register", ...args });
  expect(outcome).toHaveProperty("result");
  return (outcome as { result: { id: number; token: string } }).result;
}

/** The places where a client can be made to send a token: a path and headers for each. */
const WAYS: readonly {
  name: string;
  path: (t: string) => string;
  header: (t: string) => string;
}[] = [
  { name: "Bearer", path: () => "/register", header: (token) => `Authorization: Bearer ${token}` },
  { name: "the user", path: () => "/register", header: (token) => basic(`${token}:`) },
  { name: "the password", path: () => "/register", header: (token) => basic(`any:${token}`) },
  {
    name: "the password, as Certify writes it: base64 for URLs",
    path: () => "/register",
    header: (token) => `Authorization: Basic ${Buffer.from(`u?>:${token}`).toString("base64url")}`,
  },
  { name: "the path", path: (token) => `/${token}/register`, header: () => "X-Nothing: 1" },
  {
    name: "the path, with getlocalcert's",
    path: (token) => `/api/v1/acme-dns-compat/${token}/register`,
    header: () => "X-Nothing: 1",
  },
];

test.for(WAYS)(
  "a right token as $name registers, a wrong one does not",
  async ({ path, header }) => {
    await start();
    const right = await post(server, path(TOKEN), [header(TOKEN)]);
    expect(right.status).toBe(201);
    const delegate = JSON.parse(right.body) as Delegate;
    expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
    const refused = await post(server, path(WRONG), [header(WRONG)]);
    expectRefusal(refused, 401, "registration_token_required");
  },
);

test.for([
  { name: "no token", headers: [] },
  { name: "an empty one", headers: ["Authorization: Bearer "] },
  { name: "half of one", headers: [`Authorization: Bearer ${TOKEN.slice(0, 24)}`] },
  { name: "more than one", headers: [`Authorization: Bearer ${TOKEN}x`] },
  { name: "another scheme", headers: [`Authorization: Digest ${TOKEN}`] },
  { name: "one in X-Api-Key", headers: [`X-Api-Key: ${TOKEN}`] },
  { name: "an empty user and password", headers: [basic(":")] },
])("$name is 401, whatever the body", async ({ headers }) => {
  await start();
  for (const body of ["", "{}", "[", '{"allowfrom":["x"]}']) {
    const refused = await post(server, "/register", headers, body);
    expectRefusal(refused, 401, "registration_token_required");
  }
});

test("wrong tokens are wrong keys: too many from one source wait, and a right one does not", async () => {
  await start({ DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "5" });
  const wrong = () => post(server, "/register", [`Authorization: Bearer ${WRONG}`]);
  for (let i = 0; i < 5; i++) expect((await wrong()).status).toBe(401);
  expectRefusal(await wrong(), 429, "too_many_requests");
  expect((await post(server, "/register", [`Authorization: Bearer ${TOKEN}`])).status).toBe(201);
});

test("tokens of a file register", async () => {
  const other = await startServerUnderTest();
  const file = join(other.folder, "tokens");
  writeFileSync(file, `# for the web servers\n${TOKEN}\n\n`, { mode: 0o600 });
  server = await other.restart({
    [REGISTRATION]: "token",
    DNSVOUCH_API_REGISTRATION_TOKENS_FILE: file,
  });
  expect((await post(server, `/${TOKEN}/register`, [])).status).toBe(201);
  expect((await post(server, `/${WRONG}/register`, [])).status).toBe(401);
});

test("a token of the store registers until it is revoked, and renewals through it go on", async () => {
  await start({ [TOKENS]: "" });
  const { id, token } = await createToken();
  const registered = await post(server, `/${token}/register`, []);
  expect(registered.status).toBe(201);
  const delegate = JSON.parse(registered.body) as Delegate;
  const updateBehind = (number: number) =>
    post(
      server,
      `/${token}/update`,
      credentialHeaders(delegate),
      updateBody(delegate, digest(number)),
    );
  expect((await updateBehind(1)).status).toBe(200);
  expect(await requestAct(databasePath(), "token.revoke", { id })).toHaveProperty("result");
  expect((await post(server, `/${token}/register`, [])).status).toBe(401);
  expect((await updateBehind(2)).status).toBe(200);
  expect(await publishedTexts(server, delegate)).toEqual([digest(1), digest(2)]);
  server = await server.restart();
  expect((await post(server, `/${token}/register`, [])).status).toBe(401);
});

test("a token that has expired does not register", async () => {
  let nowMs = Date.now();
  server = await startServerUnderTest({ [REGISTRATION]: "token" }, undefined, () => nowMs);
  const { token } = await createToken({ lifetimeSeconds: 3600 });
  expect((await post(server, `/${token}/register`, [])).status).toBe(201);
  nowMs += 3_600_001;
  expect((await post(server, `/${token}/register`, [])).status).toBe(401);
});

test("any segment of token form leads to update and health, others do not", async () => {
  await start();
  const registered = await post(server, `/${TOKEN}/register`, []);
  const delegate = JSON.parse(registered.body) as Delegate;
  const update = (path: string) =>
    post(server, path, credentialHeaders(delegate), updateBody(delegate, digest(1)));
  expect((await update(`/${WRONG}/update`)).status).toBe(200);
  const health = await exchange(server.httpPort, [
    `GET /${WRONG}/health HTTP/1.1\r\nHost: x\r\n\r\n`,
  ]);
  expect(health.final.status).toBe(200);
  for (const path of ["/short/update", `/${TOKEN}%20/update`, `/${TOKEN}/${TOKEN}/update`]) {
    expectRefusal(await update(path), 404, "not_found");
  }
});

test("where registration is open or closed, a token changes nothing", async () => {
  server = await startServerUnderTest({ [REGISTRATION]: "open" });
  expect((await post(server, `/${WRONG}/register`, [])).status).toBe(201);
  server = await server.restart({ [REGISTRATION]: "closed", [TOKENS]: TOKEN });
  for (const path of ["/register", `/${TOKEN}/register`]) {
    const refused = await post(server, path, [`Authorization: Bearer ${TOKEN}`]);
    expectRefusal(refused, 404, "registration_disabled");
  }
});

test("only sources that are listed register, also with a right token", async () => {
  await start({ DNSVOUCH_API_REGISTRATION_SOURCES: "127.0.0.2,127.0.1.0/24" });
  const from = (address: string) =>
    post(server, "/register", [`Authorization: Bearer ${TOKEN}`], "", address);
  expectRefusal(await from("127.0.0.1"), 403, "registration_source_not_allowed");
  expect((await from("127.0.0.2")).status).toBe(201);
  expect((await from("127.0.1.9")).status).toBe(201);
});

test("tokens are in no file and no message", async () => {
  await start();
  const { token } = await createToken({ label: "for a test" });
  await post(server, `/${token}/register`, []);
  await post(server, `/${WRONG}/register`, []);
  await post(server, `/${WRONG}/nowhere`, []);
  await exchange(server.httpPort, [postOctets(`/${WRONG}/update`, [], "x")]);
  for (const name of readdirSync(server.folder)) {
    if (name.endsWith(".sock")) continue;
    const octets = readFileSync(join(server.folder, name));
    for (const secret of [TOKEN, WRONG, token]) {
      expect(octets.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  }
  expect(`${server.errors}${server.warnings}`).not.toMatch(/tok-|dv_/);
});
