import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { register } from "../support/api-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;
let config: string;

beforeEach(() => {
  folder = new ProcessFolder();
  config = folder.configFile({
    api: ['ip = "127.0.0.1"', "port = 0", 'registration = "token"'],
  });
});

afterEach(() => folder.remove());

async function started(): Promise<DnsvouchProcess> {
  const server = folder.start(["-c", config]);
  await server.ready();
  return server;
}

async function stop(server: DnsvouchProcess): Promise<void> {
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
}

/** Runs a command to its end. */
const run = (...args: string[]) => folder.run(...args, "-c", config);

async function createToken(): Promise<string> {
  const { code, out, err } = await run("token", "create", "--scope", "register", "--label", "web");
  expect({ code, err: err.includes("token 1") }).toEqual({ code: 0, err: true });
  return out.trim();
}

const registers = async (server: DnsvouchProcess, token: string) =>
  (await fetch(`${apiUrl(server)}/${token}/register`, { method: "POST" })).status;

test("a second server on the same data does not start, on whatever ports, and says why", async () => {
  const first = await started();
  const second = folder.start(["-c", config]);
  expect(await second.exit()).toBe(1);
  expect(second.stdout()).not.toContain("ready");
  expect(second.stderr()).toContain("is in use by");
  expect(second.stderr()).toContain(`process ${first.child.pid}`);
  expect(second.stderr()).toContain(folder.path);
  // The first one goes on.
  expect((await fetch(`${apiUrl(first)}/readyz`)).status).toBe(200);
  await stop(first);
  await stop(await started());
});

test("the lock goes with a process that is killed, and so does its socket", async () => {
  const first = await started();
  first.child.kill("SIGKILL");
  await first.exit();
  expect(existsSync(join(folder.path, "dnsvouch.sock"))).toBe(true);
  const second = await started();
  expect(await registers(second, await createToken())).toBe(201);
  await stop(second);
  expect(existsSync(join(folder.path, "dnsvouch.sock"))).toBe(false);
});

test("a token is made and revoked at a running server, which sees it at once", async () => {
  const server = await started();
  const { mode } = statSync(join(folder.path, "dnsvouch.sock"));
  expect(mode & 0o777).toBe(0o600);
  const token = await createToken();
  expect(token).toMatch(/^dv_[A-Za-z0-9_-]{40}$/);
  expect(await registers(server, token)).toBe(201);
  const listed = await run("token", "list");
  expect(listed.out).toMatch(/^1 +register .* no +web$/m);
  const revoked = await run("token", "revoke", "1");
  expect(revoked).toMatchObject({ code: 0, err: "" });
  expect(await registers(server, token)).toBe(401);
  expect((await run("token", "revoke", "1")).code).toBe(1);
  await stop(server);
  for (const text of [server.stdout(), server.stderr(), listed.out, revoked.out]) {
    expect(text).not.toContain(token);
  }
});

test("a token is made and revoked without a server, and holds when one starts", async () => {
  const token = await createToken();
  let server = await started();
  expect(await registers(server, token)).toBe(201);
  await stop(server);
  expect((await run("token", "revoke", "1")).code).toBe(0);
  server = await started();
  expect(await registers(server, token)).toBe(401);
  await stop(server);
  expect(readFileSync(join(folder.path, "db.sqlite")).includes(token)).toBe(false);
});

test("reading works beside a server", async () => {
  const server = await started();
  expect((await run("audit", "list")).code).toBe(0);
  expect((await run("audit", "verify")).code).toBe(0);
  expect((await run("token", "list")).code).toBe(0);
  await stop(server);
});

test("what is said to the socket that is no request of ours is refused, and the server goes on", async () => {
  const server = await started();
  const said = (text: string) =>
    new Promise<string>((done) => {
      const socket = connect(join(folder.path, "dnsvouch.sock"));
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("error", () => {});
      socket.on("close", () => done(answer));
      socket.write(text);
    });
  for (const text of ["\n", "[]\n", "{}\n", "null\n", '{"act":1}\n', '{"act":"x","args":[]}\n']) {
    expect(JSON.parse(await said(text))).toHaveProperty("refused");
  }
  expect(await said("x".repeat(100_000))).toBe("");
  expect(await registers(server, await createToken())).toBe(201);
  await stop(server);
});

test("as many tokens as are made at once by commands and none is lost", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => run("token", "create", "--scope", "register", "--label", "x")),
  );
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  const server = await started();
  for (const { out } of outcomes) expect(await registers(server, out.trim())).toBe(201);
  await stop(server);
});

test("an open registration needs none of it", async () => {
  const server = folder.start(["-c", folder.configFile()]);
  await server.ready();
  await register(apiUrl(server));
  await stop(server);
});

test("where the path of the socket is too long, it is said, and commands wait for the server to stop", async () => {
  const name = "d".repeat(120);
  config = folder.configFile({ database: [`connection = "${name}/db.sqlite"`] });
  const server = await started();
  expect(server.stdout()).toContain("put the data into a directory with a shorter one");
  const { code, err } = await run("token", "create");
  expect(code).toBe(1);
  expect(err).toContain(`is in use by process ${server.child.pid}`);
  expect(err).not.toContain("fault of dnsvouch");
  await stop(server);
  expect((await run("token", "create")).code).toBe(0);
});

test("a server that gives no answer is no fault of the command", async () => {
  const held = folder.start(["-c", config]);
  await held.ready();
  const path = join(folder.path, "dnsvouch.sock");
  rmSync(path);
  const mute = createServer((socket) => socket.resume().end());
  await new Promise<void>((done) => mute.listen(path, done));
  const { code, err } = await run("token", "create");
  expect(code).toBe(4);
  expect(err).toContain("it is not known whether it was done");
  expect(err).not.toContain("fault of dnsvouch");
  await new Promise((done) => mute.close(done));
  await stop(held);
});
