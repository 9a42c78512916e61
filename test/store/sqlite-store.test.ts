import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { MIGRATIONS, migrate } from "../../src/store/sqlite/migrations.ts";
import { APPLICATION_ID } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { SQL } from "../../src/store/sqlite/statements.ts";
import { StoreError } from "../../src/store/store.ts";
import { describeStore } from "./store-contract.ts";
import {
  allPublished,
  digest,
  newDelegate,
  ORIGIN,
  register,
  update,
  ZONE,
} from "./store-fixture.ts";

const SCHEMA_VERSION = MIGRATIONS.length;

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-store-"));
  file = join(directory, "dnsvouch.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

describeStore("SqliteStore", async () => {
  const opened = [await openSqliteStore(file)];
  const [store] = opened;
  assert(store);
  const closeAll = async () => {
    for (const one of opened.splice(0)) await one.close();
  };
  return {
    store,
    reopen: async () => {
      await closeAll();
      const again = await openSqliteStore(file);
      opened.push(again);
      return again;
    },
    close: closeAll,
  };
});

describe("a connection", () => {
  beforeEach(async () => (await openSqliteStore(file)).close());

  test.for([
    { pragma: "journal_mode", reads: "wal" },
    { pragma: "synchronous", reads: 2 },
    { pragma: "foreign_keys", reads: 1 },
    { pragma: "trusted_schema", reads: 0 },
    { pragma: "journal_size_limit", reads: 16 * 1024 * 1024 },
    { pragma: "busy_timeout", reads: 1_000 },
  ])("reads back $pragma = $reads", ({ pragma, reads }) => {
    const database = openConnection(file);
    expect(database.pragma(pragma, { simple: true })).toBe(reads);
    database.close();
  });

  test.for(Object.entries(SQL))("searches by an index: %s", ([name, text]) => {
    const database = openConnection(file);
    const unbound = text.replaceAll(/@\w+/g, "?");
    const plan = database
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${unbound}`)
      .all(...Array.from(unbound.matchAll(/\?/g), () => 1));
    const scans = plan.filter(({ detail }) =>
      /SCAN (c|d|v|z|zone|delegate|credential|challenge_value)\b/.test(detail),
    );
    // The zones are few, and the delegates of each are counted by an index.
    const overZones = expect.objectContaining({ detail: expect.stringMatching(/^SCAN zone\b/) });
    expect(scans).toEqual(name === "countDelegates" ? [overZones] : []);
    database.close();
  });
});

describe("a new database", () => {
  test("is private and marked, in directories that are made for it", async () => {
    const umask = process.umask(0o022);
    file = join(directory, "state", "dnsvouch", "new.db");
    const store = await openSqliteStore(relative(process.cwd(), file));
    await store.beginRun(ZONE, 1);
    process.umask(umask);

    const modes = [dirname(file), file, `${file}-wal`, `${file}-shm`].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    expect(readFileSync(file).readUInt32BE(68)).toBe(APPLICATION_ID);
    expect(readdirSync(dirname(file)).toSorted()).toEqual([
      "dnsvouch.id",
      "new.db",
      "new.db-shm",
      "new.db-wal",
    ]);
    await store.close();
    expect(readdirSync(dirname(file)).toSorted()).toEqual(["dnsvouch.id", "new.db"]);
  });

  test.for([
    { name: "an empty file", leftovers: { "": "" } },
    {
      name: "an unfinished database of an earlier crash",
      leftovers: { ".dnsvouch-new": "half", ".dnsvouch-new-journal": "half" },
    },
    { name: "empty side files", leftovers: { "-wal": "" } },
  ])("replaces $name", async ({ leftovers }) => {
    for (const [suffix, text] of Object.entries(leftovers)) writeFileSync(file + suffix, text);
    const store = await openSqliteStore(file);
    await store.beginRun(ZONE, 1);
    await store.close();
    expect(readdirSync(directory).toSorted()).toEqual(["dnsvouch.db", "dnsvouch.id"]);
    expect(readFileSync(file).readUInt32BE(60)).toBe(SCHEMA_VERSION);
  });

  test("is not made beside the -wal file of one that is missing", async () => {
    writeFileSync(`${file}-wal`, "may hold the newest data");
    await expectFault("storage_unavailable", `${file}-wal`);
    expect(readdirSync(directory)).toEqual(["dnsvouch.db-wal"]);
  });
});

describe("a file of something else is left byte for byte and alone:", () => {
  test.for([
    {
      name: "an acme-dns database",
      make: makeSqlite(`
        CREATE TABLE acmedns (Name TEXT, Value TEXT);
        CREATE TABLE records (Username TEXT UNIQUE NOT NULL PRIMARY KEY, Password TEXT);
        CREATE TABLE txt (Subdomain TEXT NOT NULL, Value TEXT, LastUpdate INT);`),
      message:
        "an acme-dns database, so it was not touched. Take its accounts over with: dnsvouch import acme-dns --db",
    },
    {
      name: "a SQLite database",
      make: makeSqlite("CREATE TABLE records (id); PRAGMA application_id = 42;"),
      message: "a SQLite database of another program (application_id 0x0000002a)",
    },
    {
      name: "a SQLite database in WAL mode",
      make: makeSqlite("PRAGMA journal_mode = WAL; CREATE TABLE t (id);"),
      message: "(application_id 0x00000000)",
    },
    {
      name: "a long text",
      make: () => writeFileSync(file, "dear diary ".repeat(1000)),
      message: "not a SQLite database",
    },
    { name: "one octet", make: () => writeFileSync(file, "\n"), message: "not a SQLite database" },
    {
      name: "a torn SQLite header",
      make: () => writeFileSync(file, "SQLite format 3\0"),
      message: "not a SQLite database",
    },
  ])("$name", async ({ make, message }) => {
    make();
    const before = readFileSync(file);
    const error = await expectFault("foreign_database", message);
    expect(error.message).toContain(file);
    expect(error.message).toContain("database.connection");
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(directory)).toEqual(["dnsvouch.db"]);
  });
});

describe("the schema", () => {
  test("of a newer version is not opened", async () => {
    await (await openSqliteStore(file)).close();
    makeSqlite("PRAGMA user_version = 99")();
    const before = readFileSync(file);
    await expectFault("newer_schema", "schema version 99");
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(directory).toSorted()).toEqual(["dnsvouch.db", "dnsvouch.id"]);
  });

  test("of a newer version is noticed while it is only in the -wal file", async () => {
    await (await openSqliteStore(file)).close();
    const newer = openConnection(file);
    newer.pragma("user_version = 99");
    expect(readFileSync(file).readUInt32BE(60)).toBe(SCHEMA_VERSION);
    await expectFault("newer_schema", "schema version 99");
    newer.close();
  });

  test("is migrated step by step; a step that fails changes nothing", () => {
    const database = new Database(file);
    const steps = [
      "CREATE TABLE one (id)",
      "CREATE TABLE two (id)",
      "CREATE TABLE three (id); fail",
    ];
    expect(() => migrate(database, file, steps)).toThrow("fail");
    expect(database.pragma("user_version", { simple: true })).toBe(2);
    expect(database.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual([
      "one",
      "two",
    ]);

    migrate(database, file, [...steps.slice(0, 2), "CREATE TABLE three (id)"]);
    expect(database.pragma("user_version", { simple: true })).toBe(3);
    database.close();
  });
});

describe("inside the database", () => {
  test("a credential that somebody has revoked in the file writes nothing", async () => {
    const store = await openSqliteStore(file);
    await store.beginRun(ZONE, 1);
    const writer = await register(store, "a");
    await update(store, writer, 1);
    makeSqlite("UPDATE credential SET revoked_ms = 0")();

    const late = { ...writer, digest: digest(2), slots: 2, createdMs: 0, origin: ORIGIN };
    expect(await store.addChallengeDigest(late)).toBe("gone");
    expect((await allPublished(store))[0]?.digests).toEqual([digest(1)]);
    await store.close();
  });

  test("a deleted delegate leaves its name and nothing that opens it", async () => {
    const store = await openSqliteStore(file);
    await store.beginRun(ZONE, 1);
    const writer = await register(store, "a");
    await update(store, writer, 1);
    const delegateId = writer.delegateId;
    await store.deleteDelegate({ delegateId, timeMs: 1_700_000_000_000, origin: ORIGIN });
    await store.close();

    const database = openConnection(file);
    const count = (table: string) =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(["credential", "challenge_value"].map(count)).toEqual([0, 0]);
    const tombstone = database.prepare("SELECT subdomain, deleted_ms FROM delegate").all();
    expect(tombstone).toEqual([{ subdomain: "a", deleted_ms: 1_700_000_000_000 }]);
    database.close();
  });
});

describe("a fault of the storage says what, where and what to do:", () => {
  test("the path is a directory", async () => {
    mkdirSync(file);
    await expectFault("storage_unavailable", "EISDIR");
  });

  test("the directory is a file", async () => {
    writeFileSync(file, "");
    file = join(file, "dnsvouch.db");
    await expectFault("storage_unavailable", "may read and write the file and its directory");
  });

  test("the pages are damaged", async () => {
    await (await openSqliteStore(file)).close();
    const octets = readFileSync(file);
    writeFileSync(file, octets.fill(0xff, 100));
    await expectFault("storage_unavailable", "restore a backup");
  });

  test("another process holds the write lock; afterwards the same call succeeds", async () => {
    const store = await openSqliteStore(file);
    await store.beginRun(ZONE, 1);
    const other = openConnection(file);
    other.exec("BEGIN IMMEDIATE");
    const created = store.createDelegate(newDelegate("a"));
    await expect(created).rejects.toMatchObject({
      name: "StoreError",
      code: "storage_unavailable",
      message: expect.stringContaining("Stop the other process"),
      cause: expect.objectContaining({ code: "SQLITE_BUSY" }),
    });
    other.exec("ROLLBACK");
    other.close();
    expect(await store.createDelegate(newDelegate("a"))).toBe("created");
    await store.close();
  });
});

/** Runs SQL on the file of the test as another program would. */
function makeSqlite(sql: string): () => void {
  return () => {
    const database = new Database(file);
    database.exec(sql);
    database.close();
  };
}

async function expectFault(code: string, message: string): Promise<StoreError> {
  const error: unknown = await openSqliteStore(file).then(
    () => assert.fail("the store opened"),
    (reason: unknown) => reason,
  );
  assert(error instanceof StoreError, String(error));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
  return error;
}
