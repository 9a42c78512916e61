import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, postUpdate, publishedTexts } from "./requests.ts";

const OLD = { DNSVOUCH_DOMAIN: "old.example" };
const NEW = { DNSVOUCH_DOMAIN: "new.example" };
const AT_START =
  "zone old.example has 2 delegates in the database and is not served; add it to general.domain";
const AT_UPDATE =
  "an update was refused: its delegate is in the zone old.example, which is not served; add it to general.domain";

let server: ServerUnderTest;
let old: Delegate;

/** A database of another zone, with one value. */
beforeEach(async () => {
  server = await startServerUnderTest(OLD);
  old = await register(server.url);
  await register(server.url);
  expect((await postUpdate(server, old, digest(1))).status).toBe(200);
  server = await server.restart(NEW);
});
afterEach(() => server.remove());

/** All values and serials. */
function stored(): unknown {
  const database = new Database(join(server.folder, "dnsvouch.db"), { readonly: true });
  const tables = ["challenge_value", "zone", "delegate"].map((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  return tables;
}

test("the start says which delegates are not served", () => {
  expect(server.warnings).toEqual([AT_START]);
});

test("an update is refused like a wrong key, written nowhere and logged once", async () => {
  const before = stored();
  const stranger = { ...old, password: "A".repeat(40) };
  const reference = await postUpdate(server, stranger, digest(2));
  expectRefusal(reference, 401, "forbidden");
  expect(server.warnings).toEqual([AT_START]);

  for (const txt of [digest(2), "no digest", digest(3)]) {
    const response = await postUpdate(server, old, txt);
    expectRefusal(response, 401, "forbidden");
    expect([...response.headers.keys()]).toEqual([...reference.headers.keys()]);
  }
  expect(stored()).toEqual(before);
  expect(server.warnings).toEqual([AT_START, AT_UPDATE]);
});

test("the delegates of the new zone are not touched", async () => {
  const delegate = await register(server.url);
  expect(delegate.fulldomain).toBe(`${delegate.subdomain}.new.example`);
  expect((await postUpdate(server, delegate, digest(5))).status).toBe(200);
  expectRefusal(await postUpdate(server, old, digest(6)), 401, "forbidden");
  expect(await publishedTexts(server, delegate)).toEqual([digest(5)]);
});

test("a zone that is back is served as it was left", async () => {
  server = await server.restart(OLD);
  expect(server.warnings).toEqual([]);
  expect(await publishedTexts(server, old)).toEqual([digest(1)]);
  expect((await postUpdate(server, old, digest(2))).status).toBe(200);
  expect(await publishedTexts(server, old)).toEqual([digest(1), digest(2)]);
});
