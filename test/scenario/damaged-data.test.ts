import assert from "node:assert/strict";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { allPublished, newDelegate, ORIGIN, ZONE } from "../store/store-fixture.ts";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { lookUpTexts } from "../support/look-up.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

const DELEGATES = 3000;

let folder: ProcessFolder;
let config: string;
let file: string;

beforeEach(() => {
  folder = new ProcessFolder();
  config = folder.configFile();
  file = join(folder.path, "db.sqlite");
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

/** A delegate with a value, in a database that a server has closed. */
async function makeData(): Promise<Delegate> {
  const server = await started();
  const delegate = await register(apiUrl(server));
  await update(apiUrl(server), delegate, digest(1));
  await stop(server);
  return delegate;
}

describe("a start on a database that is not what it was", () => {
  test.for([
    { name: "missing", spoil: () => rmSync(file), says: "is missing" },
    { name: "empty", spoil: () => writeFileSync(file, ""), says: "is empty" },
    {
      name: "damaged in its header",
      spoil: () => overwrite(0, Buffer.alloc(100, 0x5a)),
      says: "put a backup in its place",
    },
    {
      name: "of another program",
      spoil: () => overwrite(68, Buffer.alloc(4, 1)),
      says: "put a backup in its place",
    },
    {
      name: "cut after its first pages",
      spoil: () => truncateSync(file, 8192),
      says: "It is damaged: restore a backup",
    },
  ])("that is $name is refused, and nothing is changed", async ({ spoil, says }) => {
    await makeData();
    spoil();
    const before = contents();
    const server = folder.start(["-c", config]);
    expect(await server.exit()).toBe(1);
    expect(server.stdout()).not.toContain("ready");
    expect(server.stderr()).toContain(says);
    expect(server.stderr()).toContain(file);
    expect(contents()).toEqual(before);
  });

  test("that is missing is a new installation once the marker is gone as well", async () => {
    const old = await makeData();
    for (const name of ["db.sqlite", "dnsvouch.id"]) rmSync(join(folder.path, name));
    const server = await started();
    await expect(update(apiUrl(server), old, digest(2))).rejects.toThrow("401");
    await register(apiUrl(server));
    await stop(server);
  });
});

test.for(["audit", "credential", "challenge_value_of_delegate"])(
  "damage in the pages of %s: nothing is written, and DNS goes on",
  async (part) => {
    const delegate = await makeData();
    await makeMore();
    spoilLastPageOf(part);
    const server = await started();
    const url = apiUrl(server);
    await logged(server, "is damaged");
    const readiness = await fetch(`${url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({ error: "database_damaged" });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await expect(register(url)).rejects.toThrow("503");
    await expect(update(url, delegate, digest(2))).rejects.toThrow("503");
    expect(await lookUpTexts(server, delegate.fulldomain)).toEqual([digest(1)]);
    const damaged = lookUpTexts(server, `d${DELEGATES - 1}.${ZONE}`);
    // Where nobody knows the truth, nobody is told an untruth.
    if (part === "challenge_value_of_delegate") await expect(damaged).rejects.toThrow("ESERVFAIL");
    else expect(await damaged).toEqual([]);
    await stop(server);
  },
);

function overwrite(at: number, octets: Buffer): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, octets, 0, octets.length, at);
  closeSync(descriptor);
}

/** What is in the files, but for the lock. */
function contents(): Record<string, string> {
  const names = readdirSync(folder.path).filter((name) => name !== "dnsvouch.lock");
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(folder.path, name)).toString("base64")]),
  );
}

/** As many delegates as fill some pages of each table. */
async function makeMore(): Promise<void> {
  const store = await openSqliteStore(file);
  const names = Array.from({ length: DELEGATES }, (_, number) => `d${number}`);
  await Promise.all(names.map((name) => store.createDelegate(newDelegate(name))));
  await Promise.all(
    names.slice(0, DELEGATES / 2).map(async (name) => {
      const credential = await store.findCredential(`user-of-${name}`);
      assert(credential);
      const delegateId = credential.delegate.id;
      const value = { digest: digest(1) as never, slots: 2, createdMs: 0, origin: ORIGIN };
      await store.addChallengeDigest({ ...value, credentialId: credential.id, delegateId });
    }),
  );
  expect(await allPublished(store)).toHaveLength(DELEGATES + 1);
  await store.close();
}

/** A page that holds rows, so that the structure of the table is found without it. */
function spoilLastPageOf(part: string): void {
  const database = new Database(file, { readonly: true });
  const page = database
    .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path DESC")
    .pluck()
    .get(part);
  const size = database.pragma("page_size", { simple: true });
  database.close();
  assert(typeof page === "number" && typeof size === "number", `no page of ${part}`);
  expect(page).toBeGreaterThan(1);
  overwrite((page - 1) * size, Buffer.alloc(size, 0xa5));
}

/** Resolves when the server has logged that. */
function logged(server: DnsvouchProcess, text: string): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      if (!`${server.stdout()}${server.stderr()}`.includes(text)) return;
      server.child.stdout?.off("data", look);
      done();
    };
    server.child.stdout?.on("data", look);
    look();
  });
}
