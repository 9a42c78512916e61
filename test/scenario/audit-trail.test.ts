import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;
let config: string;
let server: DnsvouchProcess;

beforeEach(async () => {
  folder = new ProcessFolder();
  config = folder.configFile();
  server = folder.start(["-c", config]);
  await server.ready();
});

afterEach(() => folder.remove());

async function stop(): Promise<void> {
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
}

async function audit(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const command = folder.start(["audit", ...args, "-c", config]);
  const code = await command.exit();
  return { code, out: command.stdout(), err: command.stderr() };
}

async function rows(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, out } = await audit("list", "--json", ...args);
  expect(code).toBe(0);
  return out
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

async function refusedUpdate(delegate: Delegate, username: string, password: string) {
  const response = await fetch(`${apiUrl(server)}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": password },
    body: JSON.stringify({ subdomain: delegate.subdomain, txt: digest(1) }),
  });
  expect(response.status).toBe(401);
}

/** A delegate, three updates of it, and a wrong key. */
async function history(): Promise<Delegate> {
  const delegate = await register(apiUrl(server));
  for (let i = 0; i < 3; i++) await update(apiUrl(server), delegate, digest(i));
  await refusedUpdate(delegate, delegate.username, "w".repeat(40));
  return delegate;
}

/** Changes the database as somebody with the right to write its file can, who knows what stands in the way. */
function tamper(sql: string): void {
  const database = new Database(join(folder.path, "db.sqlite"));
  expect(() => database.prepare(sql).run()).toThrow("append-only");
  database.exec("DROP TRIGGER audit_is_not_changed");
  database.exec("DROP TRIGGER audit_is_pruned_up_to_its_anchor");
  expect(database.prepare(sql).run().changes).toBeGreaterThan(0);
  database.close();
}

test("who did what is written down, in order, with where it came from", async () => {
  const delegate = await history();
  const stranger = "no\nsuch user\u001b[31m".padEnd(80, "x");
  await refusedUpdate(delegate, encodeURIComponent(stranger), delegate.password);
  await refusedUpdate(delegate, delegate.password, delegate.password);
  await stop();
  const list = (await rows()).toSorted((a, b) => Number(a["sequence"]) - Number(b["sequence"]));
  expect(list.map(({ action, result }) => `${action} ${result}`)).toEqual([
    "register accepted",
    "update accepted",
    "update accepted",
    "update accepted",
    "update wrong_key",
    "update unknown_user",
    "update unknown_user",
  ]);
  for (const row of list) expect(row).toMatchObject({ peer: "127.0.0.1", forwarded: null });
  for (const row of list.slice(0, 5)) expect(row["delegate"]).toBe(delegate.fulldomain);
  expect(String(list[5]?.["detail"]).length).toBeLessThanOrEqual(64);
  // Nothing that was sent as a key is in it, not even as a user name.
  expect(JSON.stringify(list)).not.toContain(delegate.password);
  expect(JSON.stringify(list)).not.toContain("w".repeat(40));
  expect(await rows("--delegate", `${delegate.fulldomain}.`)).toHaveLength(5);
  expect(await rows("--limit", "2")).toHaveLength(2);
  expect((await audit("list")).out).toMatch(/^sequence +time +action/);
});

test("it is whole while the server runs and after, and its head is what was written down", async () => {
  await history();
  const while1 = await audit("verify");
  expect(while1.code).toBe(0);
  const head = /head (\S+)$/m.exec(while1.out)?.[1] ?? "";
  expect(head).toMatch(/^[0-9]+:[0-9a-f]{64}$/);
  await history();
  await stop();
  expect((await audit("verify", "--head", head)).code).toBe(0);
  expect((await audit("verify", "--json")).out).toContain('"intact":true');
  const forged = `${head.slice(0, -1)}${head.endsWith("0") ? "1" : "0"}`;
  expect((await audit("verify", "--head", forged)).code).toBe(1);
  expect((await audit("verify", "--head", head.replace(/^[0-9]+/, "999"))).code).toBe(1);
});

test("what is written while it is looked at is no change", async () => {
  const delegate = await register(apiUrl(server));
  let isDone = false;
  const writers = Array.from({ length: 8 }, async () => {
    for (let i = 0; !isDone; i++) await update(apiUrl(server), delegate, digest(i));
  });
  for (let i = 0; i < 5; i++) expect(await audit("verify")).toMatchObject({ code: 0, err: "" });
  isDone = true;
  await Promise.all(writers);
});

test.for(["12", "12:abc", `x:${"a".repeat(64)}`, ":"])(
  "a head that is none, %s, is a mistake in the command line",
  async (head) => {
    const { code, err } = await audit("verify", "--head", head);
    expect(code).toBe(3);
    expect(err).toContain("SEQUENCE:HASH");
    expect(err).not.toContain("was changed");
  },
);

test.for([
  {
    what: "a row is changed",
    sql: "UPDATE audit SET result = 'accepted' WHERE result = 'wrong_key'",
  },
  { what: "a time is changed", sql: "UPDATE audit SET time_ms = time_ms + 1 WHERE sequence = 2" },
  { what: "a peer is changed", sql: "UPDATE audit SET peer = '192.0.2.1' WHERE sequence = 3" },
  { what: "a row is removed", sql: "DELETE FROM audit WHERE sequence = 3" },
  { what: "the last row is removed", sql: "DELETE FROM audit WHERE sequence = 5" },
  { what: "the first rows are removed", sql: "DELETE FROM audit WHERE sequence < 3" },
  {
    what: "a hash is changed",
    sql: "UPDATE audit SET previous_hash = zeroblob(32) WHERE sequence = 4",
  },
])("where $what, it is told", async ({ sql }) => {
  await history();
  await history();
  await stop();
  const head = /head (\S+)$/m.exec((await audit("verify")).out)?.[1] ?? "";
  tamper(sql);
  const { code, err } = await audit("verify", "--head", head);
  expect(code).toBe(1);
  expect(err).toMatch(/^dnsvouch: the audit trail was changed: .*row/);
});

test("a wrong last row is told by the head that was written down", async () => {
  await history();
  await stop();
  const head = /head (\S+)$/m.exec((await audit("verify")).out)?.[1] ?? "";
  tamper("UPDATE audit SET detail = 'x' WHERE sequence = (SELECT max(sequence) FROM audit)");
  expect((await audit("verify", "--head", head)).code).toBe(1);
});

test("a flood of refusals leaves a few rows, and their number", async () => {
  const delegate = await register(apiUrl(server));
  const flood = Array.from({ length: 300 }, async () => {
    const response = await fetch(`${apiUrl(server)}/update`, {
      method: "POST",
      headers: { "X-Api-User": delegate.username, "X-Api-Key": "w".repeat(40) },
    });
    expect([401, 429]).toContain(response.status);
  });
  await Promise.all(flood);
  await stop();
  const list = await rows("--limit", "1000");
  const refused = list.filter(({ result }) => result === "wrong_key").length;
  expect(refused).toBeGreaterThanOrEqual(10);
  expect(refused).toBeLessThan(60);
  const omitted = list.filter(({ action }) => action === "audit.omit");
  const told = omitted.reduce((sum, { detail }) => sum + Number.parseInt(String(detail), 10), 0);
  expect(refused + told).toBe(300);
  expect((await audit("verify")).code).toBe(0);
});
