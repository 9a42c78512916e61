import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MIGRATIONS, migrate } from "../../src/store/sqlite/migrations.ts";
import { prepareRestore } from "../../src/store/sqlite/restore-database.ts";
import { APPLICATION_ID } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { UserRole } from "../../src/store/users.ts";
import { ORIGIN, register, ZONE } from "./store-fixture.ts";

let folder: string;
let file: string;
let store: SqliteStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-restored-"));
  file = join(folder, "dnsvouch.db");
  store = await openSqliteStore(file);
  await store.beginRun(ZONE, 1);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const act = { timeMs: 5, origin: ORIGIN };
const oneTime = (number: number) =>
  ({ scheme: "one-time", hash: new Uint8Array(32).fill(number) }) as const;
const create = (name: string, role: UserRole = "admin", number = 1) =>
  store.users.create({ ...act, name, role, password: oneTime(number) });
const setPassword = (name: string, number: number) =>
  store.users.setPassword({ ...act, name, password: oneTime(number) });
const users = async () =>
  (await store.users.list()).map(
    ({ id, name, role, password, passwordNumber }) =>
      `${id} ${name} ${role} ${password?.hash[0]} ${passwordNumber}`,
  );

/** A backup of what there is now. */
async function backUp(name: string): Promise<string> {
  await store.close();
  const backup = join(folder, name);
  copyFileSync(file, backup);
  store = await openSqliteStore(file);
  return backup;
}

async function restore(backup: string): Promise<void> {
  await store.close();
  const keptAs = join(mkdtempSync(join(folder, "kept-")), "kept.db");
  (await prepareRestore({ backup, path: file, nowMs: 9, keptAs })).complete();
  store = await openSqliteStore(file);
}

test("users who were deleted since stay so, and no password or role of before works again", async () => {
  await create("alice");
  await create("bob");
  await create("carol");
  const backup = await backUp("backup.db");
  await setPassword("alice", 2);
  await store.users.delete({ ...act, name: "bob" });
  await store.users.setRole({ ...act, name: "carol", role: "viewer" });
  await create("dave", "viewer");
  await store.users.delete({ ...act, name: "dave" });
  const before = await users();
  await restore(backup);
  expect(await users()).toEqual(before);
  expect(before).toEqual(["1 alice admin 2 2", "3 carol viewer 1 1"]);
  // A number that was given out is not given out again.
  await create("erin");
  expect((await store.users.find("erin"))?.id).toBe(5);
});

test("users of a newer backup stay as they are there, also what was undone in it", async () => {
  await create("alice");
  const monday = await backUp("monday.db");
  await setPassword("alice", 2);
  await create("bob", "viewer");
  const noon = await backUp("noon.db");
  await store.users.delete({ ...act, name: "bob" });
  await setPassword("alice", 3);
  const tuesday = await backUp("tuesday.db");
  for (const backup of [monday, noon, tuesday]) {
    await restore(backup);
    expect(await users()).toEqual(["1 alice admin 3 3"]);
  }
  await store.close();
  copyFileSync(noon, file);
  store = await openSqliteStore(file);
  expect(await users()).toEqual(["1 alice admin 2 2", "2 bob viewer 1 1"]);
  await restore(tuesday);
  expect(await users()).toEqual(["1 alice admin 3 3"]);
});

test.for([
  { name: "is new", version: MIGRATIONS.length },
  { name: "has none yet", version: 7 },
])("users and links of a backup stay where the replaced database $name", async ({ version }) => {
  await create("alice");
  const hash = await link("www.example.com", 1);
  const backup = await backUp("backup.db");
  await store.close();
  rmSync(file);
  const replaced = new Database(file);
  replaced.pragma(`application_id = ${APPLICATION_ID}`);
  migrate(replaced, file, MIGRATIONS.slice(0, version));
  replaced.close();
  await restore(backup);
  expect(await users()).toEqual(["1 alice admin 1 1"]);
  expect(await store.customerLinks.find(hash)).toBe(1);
});

test("a newer backup counts where the replaced database has forgotten what was done to its users", async () => {
  await create("alice");
  await create("bob");
  await register(store, "later");
  const snapshot = await backUp("snapshot.db");
  await store.users.delete({ ...act, name: "bob" });
  await setPassword("alice", 2);
  const newer = await backUp("newer.db");
  await store.close();
  copyFileSync(snapshot, file);
  store = await openSqliteStore(file);
  await store.pruneAudit({ beforeMs: act.timeMs + 1, octets: undefined, rows: 100, nowMs: 6 });
  const left = await store.lists.newestEvents({ before: undefined, most: 100 });
  expect(left.rows.filter(({ action }) => action.startsWith("user."))).toEqual([]);
  await restore(newer);
  expect(await users()).toEqual(["1 alice admin 2 2"]);
});

test("users of a backup stay on a new server that was started, and used, before it was restored", async () => {
  await create("alice");
  await create("bob");
  await create("carol");
  const backup = await backUp("backup.db");
  await store.close();
  rmSync(file);
  rmSync(join(folder, "dnsvouch.id"));
  store = await openSqliteStore(file);
  await store.users.create({
    ...act,
    timeMs: 7,
    name: "alice",
    role: "admin",
    password: oneTime(9),
  });
  for (const number of [10, 11, 12, 13]) await setPassword("alice", number);
  await restore(backup);
  expect(await users()).toEqual(["1 alice admin 1 1", "2 bob admin 1 1", "3 carol admin 1 1"]);
});

test("the number of a link that ended is not given out again after a restore of before there were links", async () => {
  const before = await backUp("before.db");
  const ended = await link("www.example.com", 1);
  const backup = await backUp("backup.db");
  const hostname = await store.hostnames.findNamed("www.example.com");
  await store.customerLinks.revoke({ ...act, hostnameId: hostname?.id ?? 0 });
  await restore(before);
  await restore(backup);
  expect(await store.customerLinks.find(ended)).toBeUndefined();
});

test("links that were revoked or replaced since do not come back, nor those of host names that moved", async () => {
  const kept = await link("kept.example.com", 1);
  const ended = [
    await link("revoked.example.com", 2),
    await link("replaced.example.com", 3),
    await link("deleted.example.com", 4),
    await link("moved.example.com", 5),
  ];
  const idOf = async (name: string) => {
    const hostname = await store.hostnames.findNamed(name);
    assert(hostname);
    return hostname.id;
  };
  const backup = await backUp("backup.db");
  await store.customerLinks.revoke({ ...act, hostnameId: await idOf("revoked.example.com") });
  const other = { hostnameId: await idOf("replaced.example.com"), tokenHash: hashOf(6) };
  await store.customerLinks.create({ ...act, ...other });
  await store.hostnames.delete({ ...act, id: await idOf("deleted.example.com") });
  const moved = await store.hostnames.findNamed("moved.example.com");
  await store.deleteDelegate({ ...act, delegateId: moved?.delegateId ?? 0 });
  await link("moved.example.com", 7);
  await restore(backup);
  expect(await store.customerLinks.find(kept)).toBe(1);
  for (const hash of ended) expect(await store.customerLinks.find(hash)).toBeUndefined();
});

const hashOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** A host name with a delegate of its own and a link. */
async function link(name: string, number: number): Promise<Uint8Array> {
  const { delegateId } = await register(store, `d${number}`);
  const said = { tenant: "t", labels: {}, edgeTargets: [] };
  const created = await store.hostnames.create({ ...act, ...said, delegateId, name });
  assert(typeof created === "object", String(created));
  const tokenHash = hashOf(number);
  await store.customerLinks.create({ ...act, hostnameId: created.id, tokenHash });
  return tokenHash;
}
