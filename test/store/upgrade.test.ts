import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MIGRATIONS, migrate } from "../../src/store/sqlite/migrations.ts";
import { APPLICATION_ID } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { StoreError } from "../../src/store/store.ts";
import { DatabaseFault } from "../support/database-fault.ts";
import { allPublished, digest, ORIGIN, update, ZONE } from "./store-fixture.ts";

const UPGRADING_PROCESS = join(import.meta.dirname, "upgrading-process.ts");
/** More than opening a database makes. */
const MOST_CALLS = 100;

/** Every version that has to be brought up to date. */
const OLD_VERSIONS = Array.from(MIGRATIONS.keys())
  .slice(1)
  .map((version) => ({ version }));

/** Goes through every step there is. */
const OLDEST = 1;

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-upgrade-"));
  file = join(directory, "dnsvouch.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A database as that version has left it when it was killed: its newest value is in the -wal file alone. */
function makeOld(version: number): void {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-old-"));
  const database = new Database(join(folder, "dnsvouch.db"));
  database.pragma("journal_mode = WAL");
  database.pragma(`application_id = ${APPLICATION_ID}`);
  migrate(database, file, MIGRATIONS.slice(0, version));
  database.exec(`
    INSERT INTO zone (id, apex, serial) VALUES (1, '${ZONE}', 5);
    INSERT INTO delegate (id, zone_id, subdomain, allow_from, created_ms) VALUES (1, 1, 'a', '[]', 0);
    INSERT INTO credential (id, delegate_id, username, key_scheme, key_hash, created_ms)
      VALUES (1, 1, 'user-of-a', 'sha256', zeroblob(32), 0);
    INSERT INTO challenge_value (delegate_id, digest, created_ms) VALUES (1, '${digest(1)}', 0)`);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.exec(
    `INSERT INTO challenge_value (delegate_id, digest, created_ms) VALUES (1, '${digest(2)}', 0)`,
  );
  for (const name of readdirSync(folder)) {
    if (!name.endsWith("-shm")) cpSync(join(folder, name), join(directory, name));
  }
  database.close();
  rmSync(folder, { recursive: true });
}

async function expectWhole(): Promise<void> {
  const store = await openSqliteStore(file);
  expect(await allPublished(store)).toMatchObject([
    { subdomain: "a", digests: [digest(1), digest(2)] },
  ]);
  const credential = await store.findCredential("user-of-a");
  expect(credential).toMatchObject({ state: "live", keyScheme: "sha256" });
  await store.beginRun(ZONE, 1);
  const updated = await update(store, { credentialId: 1 as never, delegateId: 1 as never }, 3);
  expect(updated.digests).toEqual([digest(2), digest(3)]);
  expect(updated.serial).toBeGreaterThan(5);
  await store.close();
}

function copyPath(version: number): string {
  return `${file}.schema-${version}`;
}

function expectCopy(version: number): void {
  const copy = new Database(copyPath(version), { readonly: true });
  expect(copy.pragma("user_version", { simple: true })).toBe(version);
  expect(copy.pragma("application_id", { simple: true })).toBe(APPLICATION_ID);
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  const digests = copy.prepare("SELECT digest FROM challenge_value ORDER BY sequence").pluck();
  expect(digests.all()).toEqual([digest(1), digest(2)]);
  copy.close();
}

describe.for(OLD_VERSIONS)("a database of schema version $version", ({ version }) => {
  test("is copied, told of, and brought up to date", async () => {
    makeOld(version);
    const notices: string[] = [];
    await (await openSqliteStore(file, (text) => notices.push(text))).close();
    expect(notices.join()).toContain(copyPath(version));
    expect(statSync(copyPath(version)).mode & 0o777).toBe(0o600);
    expectCopy(version);
    await expectWhole();
    // Once only.
    const before = readFileSync(copyPath(version));
    await (await openSqliteStore(file, (text) => notices.push(text))).close();
    expect(notices).toHaveLength(1);
    expect(readFileSync(copyPath(version))).toEqual(before);
  });

  test("is as it was after a fault at any call of the upgrade", async () => {
    const fault = new DatabaseFault();
    let faults = 0;
    try {
      makeOld(version);
      for (let call = 1; call < MOST_CALLS; call++) {
        fault.failAt(call);
        const outcome = await openSqliteStore(file).catch((error: unknown) => error);
        if (fault.settle() === "") {
          await (outcome as Awaited<ReturnType<typeof openSqliteStore>>).close();
          break;
        }
        expect(outcome).toBeInstanceOf(StoreError);
        faults++;
      }
    } finally {
      fault.remove();
    }
    expect(faults).toBeGreaterThan(4);
    await expectWhole();
    expectCopy(version);
  });
});

test("a host name of schema version 6 has its next report in the newest", async () => {
  makeOld(6);
  const old = new Database(file);
  old.exec(`
    INSERT INTO hostname (id, name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms,
      reason, advice, facts, checked_ms, next_check_ms, report)
    VALUES (1, 'www.example.com', 1, 't', '{}', '[]', 1, 'active', 2, '', '',
      '{"passes":0,"failures":0,"misses":0,"readyMs":2}', 3, 4, '{"domain":"www.example.com"}')`);
  old.close();
  const store = await openSqliteStore(file);
  expect(await store.hostnames.findNamed("www.example.com")).toMatchObject({
    tenant: "t",
    state: "active",
    facts: { readyMs: 2 },
    checkedMs: 3,
    nextCheckMs: 4,
  });
  const report = { domain: "www.example.com", result: "pass", steps: [] } as const;
  await store.hostnames.judge({
    id: 1,
    timeMs: 5,
    origin: ORIGIN,
    checked: { report },
    judge: ({ state, facts }) => ({ state, facts, reason: "", advice: "", nextCheckMs: 9 }),
  });
  expect((await store.hostnames.story(1)).report).toEqual(report);
  await store.close();
});

test("what schema version 7 has is there in the newest, with users, links and the trail of each delegate", async () => {
  makeOld(7);
  const old = new Database(file);
  old.exec(`
    INSERT INTO hostname (id, name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms,
      reason, advice, facts, next_check_ms)
    VALUES (4, 'www.example.com', 1, 't', '{}', '[]', 1, 'active', 2, '', '', '{}', 4);
    INSERT INTO audit (sequence, time_ms, action, result, delegate_id, peer, previous_hash)
    VALUES (1, 5, 'register', 'accepted', 1, '192.0.2.1', zeroblob(32)),
      (2, 6, 'check', 'accepted', NULL, '192.0.2.1', zeroblob(32));
    UPDATE audit_anchor SET newest = 2`);
  old.close();
  const store = await openSqliteStore(file);
  const act = { timeMs: 7, origin: ORIGIN };
  const delegate = { before: undefined, most: 9, delegateId: 1 };
  const ofDelegate = async () =>
    (await store.lists.newestEvents(delegate)).rows.map(({ sequence }) => sequence);
  expect(await ofDelegate()).toEqual([1]);
  const tokenHash = new Uint8Array(32).fill(1);
  expect(await store.customerLinks.create({ ...act, hostnameId: 4, tokenHash })).toBe("created");
  const user = { ...act, name: "alice", role: "admin", password: undefined } as const;
  expect(await store.users.create(user)).toBe("created");
  expect(await ofDelegate()).toEqual([3, 1]);
  expect(await store.customerLinks.find(tokenHash)).toBe(4);
  expect(await store.users.list()).toMatchObject([{ name: "alice", role: "admin" }]);
  expect(await store.activity.since(0)).toEqual([]);
  await store.close();
});

// The oldest goes through the steps of all others.
test("loses nothing to a kill at any call of the upgrade", async () => {
  let kills = 0;
  for (let call = 1; call < MOST_CALLS; call++) {
    makeOld(OLDEST);
    const child = spawn(process.execPath, [UPGRADING_PROCESS, file, String(call)], {
      stdio: "inherit",
    });
    const [code, signal] = await once(child, "close");
    await expectWhole();
    expectCopy(OLDEST);
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), "dnsvouch-upgrade-"));
    file = join(directory, "dnsvouch.db");
    if (code === 0) break;
    expect(signal).toBe("SIGKILL");
    kills++;
  }
  // The version, the copy, and four calls for each step at least.
  expect(kills).toBeGreaterThan(2 + 4 * (MIGRATIONS.length - OLDEST));
  expect(kills).toBeLessThan(MOST_CALLS - 1);
}, 60_000);

test("a copy that cannot be made leaves the database as it is", async () => {
  makeOld(2);
  // Where the copy is to be built, and not a file.
  const inTheWay = `${file}.schema-2`;
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-in-the-way-"));
  cpSync(folder, inTheWay, { recursive: true });
  cpSync(folder, join(inTheWay, "full"), { recursive: true });
  rmSync(folder, { recursive: true });
  await expect(openSqliteStore(file)).rejects.toThrow("Nothing was changed");
  const database = new Database(file, { readonly: true });
  expect(database.pragma("user_version", { simple: true })).toBe(2);
  database.close();
  rmSync(inTheWay, { recursive: true });
  await expectWhole();
});
