// A search looks at so many rows in one go: rare names among millions must not keep everybody else waiting.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { SCANNED_DELEGATES, SCANNED_ROWS } from "../../src/store/lists.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { newDelegate, ORIGIN, register, ZONE } from "./store-fixture.ts";

test("a search for host names says where to go on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-search-"));
  const file = join(folder, "dnsvouch.db");
  let store = await openSqliteStore(file);
  await store.beginRun(ZONE, 1);
  const { delegateId } = await register(store, "d");
  const add = async (name: string): Promise<number> => {
    const said = { tenant: "t", labels: {}, edgeTargets: [], timeMs: 1, origin: ORIGIN };
    const created = await store.hostnames.create({ delegateId, name, ...said });
    assert(typeof created === "object");
    return created.id;
  };
  await add("a.example.com");
  await store.close();
  // As if so many had come and gone.
  const database = new Database(file);
  database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'hostname'").run(SCANNED_ROWS);
  database.close();
  store = await openSqliteStore(file);
  expect(await add("b.example.com")).toBe(SCANNED_ROWS + 1);

  const page = { after: 0, most: 10 };
  for (const search of [{ q: "b.example" }, { tenant: "t", q: "b.example" }]) {
    const first = await store.hostnames.list({ ...page, ...search });
    expect(first).toEqual({ rows: [], lookedTo: SCANNED_ROWS });
    const { rows, lookedTo } = await store.hostnames.list({
      ...page,
      ...search,
      after: SCANNED_ROWS,
    });
    expect(rows.map(({ name }) => name)).toEqual(["b.example.com"]);
    expect(lookedTo).toBeUndefined();
  }
  const updated = { ...page, nowMs: 1 };
  expect(await store.hostnames.updatedSince(updated)).toEqual({ rows: [], lookedTo: SCANNED_ROWS });
  // What is few, or in an index, is looked at to the end.
  for (const query of [{}, { state: "pending" as const }, { delegateId, q: "b.example" }]) {
    const { rows, lookedTo } = await store.hostnames.list({ ...page, ...query });
    expect(rows.at(-1)?.name).toBe("b.example.com");
    expect(lookedTo).toBeUndefined();
  }
  await store.close();
  rmSync(folder, { recursive: true });
});

test("a search for delegates says where to go on, too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-search-"));
  const file = join(folder, "dnsvouch.db");
  const database = await openSqliteStore(file);
  await database.beginRun(ZONE, 1);
  await register(database, "a");
  await database.close();
  const raw = new Database(file);
  raw.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'delegate'").run(SCANNED_DELEGATES);
  raw.close();
  const store = await openSqliteStore(file);
  await register(store, "b");
  const search = { q: "b", most: 10, nowMs: 1 };
  const first = await store.lists.delegates({ ...search, after: 0 });
  expect(first).toEqual({ rows: [], lookedTo: SCANNED_DELEGATES });
  const { rows, lookedTo } = await store.lists.delegates({ ...search, after: SCANNED_DELEGATES });
  expect(rows.map(({ subdomain }) => subdomain)).toEqual(["b"]);
  expect(lookedTo).toBeUndefined();
  await store.close();
  rmSync(folder, { recursive: true });
});

test("delegates are found by whom to write to and by their names, but not by what all of them have", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-search-"));
  const store = await openSqliteStore(join(folder, "dnsvouch.db"));
  await store.beginRun(ZONE, 1);
  for (const [subdomain, contact] of Object.entries({ linden: "It@Museum.example", harbour: "" })) {
    assert.equal(await store.createDelegate(newDelegate(subdomain, { contact })), "created");
  }
  const found = async (name: string, after = 0): Promise<readonly number[]> =>
    (await store.lists.delegatesWith({ sought: { name, text: name }, after })).rows;
  expect(await found("museum")).toEqual([1]);
  expect(await found("arbo")).toEqual([2]);
  expect(await found(`r.${ZONE}`)).toEqual([2]);
  for (const common of ["rb", ZONE, `.${ZONE}`.slice(0, 6)])
    expect(await found(common)).toEqual([]);
  expect(await found("linden", 1)).toEqual([]);
  await store.close();
  rmSync(folder, { recursive: true });
});
