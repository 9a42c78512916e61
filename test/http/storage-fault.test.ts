import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { DatabaseFault } from "../support/database-fault.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, post, postUpdate, publishedTexts } from "./requests.ts";
import { newToken, v1Client } from "./v1/v1-client.ts";

let server: ServerUnderTest;
let delegate: Delegate;
/** Moves as a test says: what is tried once a second is tried again then. */
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  server = await startServerUnderTest({}, undefined, () => nowMs);
  delegate = await register(server.url);
  expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
});
afterEach(() => server.remove());

const openDirectly = () => new Database(join(server.folder, "dnsvouch.db"));

async function readiness(): Promise<{ status: number; body: string }> {
  nowMs += 1001;
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: await response.text() };
}

const READY = { status: 200, body: '{"status": "ready"}' };
const notReady = (word: string) => ({ status: 503, body: `{"error": "${word}"}` });

describe("another writer that holds the database longer than the server waits", () => {
  let holder: Database.Database;

  beforeEach(() => {
    holder = openDirectly();
    holder.exec("BEGIN IMMEDIATE");
  });
  afterEach(() => holder.close());

  test("an update that cannot be stored is 503, is not served, and works again later", async () => {
    const refused = await postUpdate(server, delegate, digest(2));
    expectRefusal(refused, 503, "storage_unavailable");
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await publishedTexts(server, delegate)).toEqual([digest(1)]);

    holder.exec("ROLLBACK");
    expect((await postUpdate(server, delegate, digest(3))).status).toBe(200);
    expect(await publishedTexts(server, delegate)).toEqual([digest(1), digest(3)]);
    server = await server.restart();
    expect(await publishedTexts(server, delegate)).toEqual([digest(1), digest(3)]);
  });

  test("a registration that cannot be stored is 503, and works again later", async () => {
    const refused = await post(server, "/register", [], "");
    expectRefusal(refused, 503, "storage_unavailable");
    expect(refused.headers.get("retry-after")).toBe("5");
    const count = () => holder.prepare("SELECT count(*) FROM delegate").pluck().get();
    expect(count()).toBe(1);

    holder.exec("ROLLBACK");
    expect((await post(server, "/register", [], "")).status).toBe(201);
    expect(count()).toBe(2);
  });

  test("a request of v1 that cannot be stored is 503, reading goes on, and the same key works later", async () => {
    holder.exec("ROLLBACK");
    const call = v1Client(server.url, await newToken(server.folder, "admin"));
    holder.exec("BEGIN IMMEDIATE");
    const create = () => call("POST", "/delegates", {}, { "Idempotency-Key": "a" });
    const refused = await create();
    expect([refused.status, refused.body.code]).toEqual([503, "storage_unavailable"]);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await call("GET", "/delegates")).body.items).toHaveLength(1);
    holder.exec("ROLLBACK");
    expect((await create()).status).toBe(201);
    expect((await call("GET", "/delegates")).body.items).toHaveLength(2);
  });

  test("who is refused anyway is not told of it, and health stays 200", async () => {
    const stranger = { ...delegate, password: "A".repeat(40) };
    expectRefusal(await postUpdate(server, stranger, digest(2)), 401, "forbidden");
    expectRefusal(await postUpdate(server, delegate, "x"), 400, "bad_txt");
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  test("it is not ready meanwhile, and ready again after", async () => {
    expect(await readiness()).toEqual(notReady("storage_unavailable"));
    holder.exec("ROLLBACK");
    expect(await readiness()).toEqual(READY);
  });
});

describe("a fault at each call of the database in turn", () => {
  let fault: DatabaseFault;

  beforeEach(() => {
    fault = new DatabaseFault();
  });
  afterEach(() => fault.remove());

  /** What another process reads of the delegates and their values. */
  function content(): unknown[] {
    const database = openDirectly();
    const rows = ["delegate", "credential", "challenge_value", "zone", "audit"].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
    database.close();
    return rows;
  }

  test.for([
    { name: "an update", request: () => postUpdate(server, delegate, digest(2)), done: 200 },
    { name: "a registration", request: () => post(server, "/register", []), done: 201 },
  ])("of $name is 503, and nothing has changed", async ({ request, done }) => {
    const before = content();
    const failed: string[] = [];
    for (;;) {
      fault.failAt(failed.length + 1);
      const response = await request();
      const source = fault.settle();
      if (source === "") {
        expect(response.status).toBe(done);
        break;
      }
      expectRefusal(response, 503, "storage_unavailable");
      expect(response.headers.get("retry-after")).toBe("5");
      expect(content(), source).toEqual(before);
      expect(await publishedTexts(server, delegate)).toEqual([digest(1)]);
      failed.push(source);
    }
    expect(failed.at(-1)).toBe("COMMIT");
    expect(content()).not.toEqual(before);
  });

  test("of a refusal changes nothing about it: its row is written later", async () => {
    const stranger = { ...delegate, password: "A".repeat(40) };
    fault.failAt(2);
    expectRefusal(await postUpdate(server, stranger, digest(2)), 401, "forbidden");
    await server.upkeep();
    expect(fault.settle()).not.toBe("");
    await server.upkeep();
    const database = openDirectly();
    const omitted = database.prepare("SELECT detail FROM audit WHERE action = 'audit.omit'").get();
    database.close();
    expect(omitted).toEqual({ detail: "1 refusals more" });
  });
});

describe("damage that SQLite meets", () => {
  test("stops all writing until a restart, and DNS goes on", async () => {
    const fault = new DatabaseFault("SQLITE_CORRUPT");
    fault.failAt(3);
    expectRefusal(await postUpdate(server, delegate, digest(2)), 503, "storage_unavailable");
    fault.remove();
    for (const request of [
      postUpdate(server, delegate, digest(3)),
      post(server, "/register", []),
    ]) {
      expectRefusal(await request, 503, "storage_unavailable");
    }
    expect(await readiness()).toEqual(notReady("database_damaged"));
    for (const path of ["/health", "/healthz"]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    }
    expect(await publishedTexts(server, delegate)).toEqual([digest(1)]);
    expect(server.errors.join("\n")).toContain("storage_unavailable");
  });
});

describe("readiness", () => {
  test("is one try a second, whoever asks", async () => {
    expect(await readiness()).toEqual(READY);
    const holder = openDirectly();
    holder.exec("BEGIN IMMEDIATE");
    // No time has passed.
    const asked = Array.from({ length: 50 }, () => fetch(`${server.url}/readyz`));
    for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
    expect(await readiness()).toEqual(notReady("storage_unavailable"));
    holder.close();
  });

  test("asks our own sockets", async () => {
    expect(await readiness()).toEqual(READY);
    await server.threads.close();
    expect(await readiness()).toEqual(notReady("dns_over_udp"));
    expect(server.warnings.at(-1)).toContain("dns_over_udp");
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("has no body for HEAD, and no other method", async () => {
    const head = await fetch(`${server.url}/readyz`, { method: "HEAD" });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: "" });
    for (const path of ["/readyz", "/healthz"]) {
      const refused = await fetch(`${server.url}${path}`, { method: "POST" });
      expect(refused.status).toBe(405);
      expect(await refused.json()).toEqual({ error: "method_not_allowed" });
    }
  });
});
