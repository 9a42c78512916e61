import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeReplaced } from "../../src/store/sqlite/merge-replaced.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { ORIGIN, register, type Writer, ZONE } from "./store-fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-restored-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (store: Store, { delegateId }: Writer, name: string) =>
  store.hostnames.create({
    ...{ delegateId, name, tenant: "t", labels: {}, edgeTargets: [] },
    timeMs: 1,
    origin: ORIGIN,
  });

test("a backup gets the host names that were added since, and all are looked at anew", async () => {
  const [old, backup] = [join(folder, "old.db"), join(folder, "backup.db")];
  let store = await openSqliteStore(old);
  await store.beginRun(ZONE, 1);
  const one = await register(store, "one");
  const two = await register(store, "two");
  await add(store, one, "a.example.com");
  await add(store, two, "b.example.com");
  await store.close();
  copyFileSync(old, backup);

  store = await openSqliteStore(old);
  const three = await register(store, "www.example.com");
  await add(store, three, "c.example.com");
  await add(store, one, "d.example.com");
  await store.disableDelegate({ delegateId: two.delegateId, timeMs: 2, origin: ORIGIN });
  await store.close();

  const database = new Database(backup);
  database.exec(`ATTACH '${old}' AS old`);
  const report = database.transaction(() => mergeReplaced(database, 3))();
  database.close();
  expect(report.lostDelegates).toEqual([`www.example.com.${ZONE}`]);

  store = await openSqliteStore(backup);
  const found = await store.hostnames.due({ nowMs: 0, latestMs: 1, most: 10 });
  const due = (await Promise.all(found.map(({ id }) => store.hostnames.find(id)))).filter(
    (record) => record !== undefined,
  );
  expect(
    due.map(({ name, subdomain, delegate }) => `${name} ${subdomain} ${delegate.state}`),
  ).toEqual([
    "a.example.com one live",
    "b.example.com two disabled",
    "c.example.com www.example.com deleted",
    "d.example.com one live",
  ]);
  await store.close();
});
