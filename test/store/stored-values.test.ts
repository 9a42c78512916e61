import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { openStoredValues } from "../../src/store/sqlite/stored-values.ts";
import { digest, register, remove, update, ZONE } from "./store-fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-stored-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a name of several labels has its values, and those above it exist without any", async () => {
  const file = join(folder, "dnsvouch.db");
  const store = await openSqliteStore(file);
  await store.beginRun(ZONE, 1);
  const www = await register(store, "www.example.com");
  const gone = await register(store, "www.example.net");
  await update(store, www, 1);
  await remove(store, gone.delegateId);
  const values = openStoredValues(file);
  const at = (name: string) => values.digests(ZONE, name, 2);
  expect(at("www.example.com")).toEqual([digest(1)]);
  for (const name of ["example.com", "com"]) expect([name, at(name)]).toEqual([name, []]);
  for (const name of [
    "net",
    "example.net",
    "www.example.net",
    "xample.com",
    "example",
    "om",
    "x.com",
  ]) {
    expect([name, at(name)]).toEqual([name, undefined]);
  }
  values.close();
  await store.close();
});
