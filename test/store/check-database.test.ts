import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkDatabase } from "../../src/store/sqlite/check-database.ts";

const MIB = 2 ** 20;

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-check-"));
  file = join(directory, "x.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

function makeDatabase(mib: number): void {
  const database = new Database(file);
  database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX i ON t (text)");
  const insert = database.prepare("INSERT INTO t (text) VALUES (?)");
  database.transaction(() => {
    for (let i = 0; i < mib * 1024; i++) insert.run(String(i).padStart(500, "x"));
  })();
  database.close();
}

/** Small ones are checked in this thread, large ones in another. */
const SIZES = [{ mib: 1 }, { mib: 20 }];

test.for(SIZES)("a sound database of $mib MiB is sound", async ({ mib }) => {
  makeDatabase(mib);
  expect(statSync(file).size > 16 * MIB).toBe(mib > 16);
  expect(await checkDatabase(file).finding).toEqual({ kind: "sound" });
});

test.for(SIZES)("a damaged page of $mib MiB is found", async ({ mib }) => {
  makeDatabase(mib);
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.alloc(4096, 0xa5), 0, 4096, 64 * 4096);
  closeSync(descriptor);
  expect(await checkDatabase(file).finding).toMatchObject({ kind: "damaged" });
});

test("a check that is stopped finds nothing", async () => {
  makeDatabase(20);
  const check = checkDatabase(file);
  await check.stop();
  expect(await check.finding).toBeUndefined();
});

test("what cannot be opened was not checked", async () => {
  expect(await checkDatabase(file).finding).toMatchObject({ kind: "unchecked" });
});
