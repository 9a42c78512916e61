import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, post, postUpdate, publishedTexts } from "./requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;
/** Another writer that holds the database longer than the server waits for it. */
let holder: Database.Database;

beforeEach(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
  expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
  holder = new Database(join(server.folder, "dnsvouch.db"));
  holder.exec("BEGIN IMMEDIATE");
});
afterEach(async () => {
  holder.close();
  await server.remove();
});

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

test("who is refused anyway is not told of it, and health stays 200", async () => {
  const stranger = { ...delegate, password: "A".repeat(40) };
  expectRefusal(await postUpdate(server, stranger, digest(2)), 401, "forbidden");
  expectRefusal(await postUpdate(server, delegate, "x"), 400, "bad_txt");
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});
