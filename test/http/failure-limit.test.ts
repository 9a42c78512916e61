import { join } from "node:path";
import bcrypt from "bcrypt";
import Database from "better-sqlite3";
import { afterEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, postUpdate, publishedTexts } from "./requests.ts";

const PER_MINUTE = "DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE";

let server: ServerUnderTest;

afterEach(() => server.remove());

const withWrongKey = (delegate: Delegate): Delegate => ({
  ...delegate,
  password: "w".repeat(40),
});

/** The delegate's key as acme-dns has stored it. */
async function makeImported({ username, password }: Delegate): Promise<void> {
  const hash = await bcrypt.hash(password, 10);
  const database = new Database(join(server.folder, "dnsvouch.db"));
  const { changes } = database
    .prepare("UPDATE credential SET key_scheme = 'bcrypt', key_hash = ? WHERE username = ?")
    .run(Buffer.from(hash), username);
  database.close();
  expect(changes).toBe(1);
}

test("1,000 wrong keys of one source, then its right key", async () => {
  server = await startServerUnderTest({ [PER_MINUTE]: "10" });
  const victim = await register(server.url);
  const counts = new Map<number, number>();
  for (let i = 0; i < 1000; i++) {
    const { status } = await postUpdate(server, withWrongKey(victim), digest(i));
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  // One comes back every six seconds, as long as this takes.
  const refused = counts.get(401) ?? 0;
  expect(refused).toBeGreaterThanOrEqual(10);
  expect(refused).toBeLessThan(20);
  expect(refused + (counts.get(429) ?? 0)).toBe(1000);
  const limited = await postUpdate(server, withWrongKey(victim), digest(0));
  expectRefusal(limited, 429, "too_many_requests");
  const retryAfter = Number(limited.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThanOrEqual(1);
  expect(retryAfter).toBeLessThanOrEqual(6);
  expect(await publishedTexts(server, victim)).toEqual([]);
  // Also while it must wait.
  expect((await postUpdate(server, victim, digest(1))).status).toBe(200);
  expect(await publishedTexts(server, victim)).toEqual([digest(1)]);
});

test("another source that sends wrong keys for a name locks nobody out", async () => {
  server = await startServerUnderTest({ [PER_MINUTE]: "10" });
  const victim = await register(server.url);
  for (let i = 0; i < 30; i++) {
    await postUpdate(server, withWrongKey(victim), digest(i), "127.0.0.2");
  }
  expectRefusal(await postUpdate(server, withWrongKey(victim), digest(0)), 401, "forbidden");
  expect((await postUpdate(server, victim, digest(1))).status).toBe(200);
});

test("no limit where it is 0", async () => {
  server = await startServerUnderTest({ [PER_MINUTE]: "0" });
  const victim = await register(server.url);
  for (let i = 0; i < 50; i++) {
    expect((await postUpdate(server, withWrongKey(victim), digest(i))).status).toBe(401);
  }
});

test("an unknown user, a wrong key and a wrong source are answered alike", async () => {
  server = await startServerUnderTest({ [PER_MINUTE]: "0" });
  const known = await register(server.url);
  const restricted = await register(server.url, ["192.0.2.0/24"]);
  const answers = await Promise.all(
    [
      { ...known, username: "00000000-0000-4000-8000-000000000000" },
      withWrongKey(known),
      { ...known, password: "short" },
      restricted,
    ].map((delegate) => postUpdate(server, delegate, digest(1))),
  );
  const shapes = answers.map(({ status, body, headers }) => {
    const names = [...headers].filter(([name]) => name !== "date");
    return { status, body, headers: names };
  });
  expect(shapes[0]).toMatchObject({ status: 401 });
  for (const shape of shapes) expect(shape).toEqual(shapes[0]);
});

test("imported keys are limited before they are hashed, by source and user name", async () => {
  server = await startServerUnderTest({ [PER_MINUTE]: "3" });
  const victim = await register(server.url);
  const other = await register(server.url);
  await makeImported(victim);
  await makeImported(other);
  for (let i = 0; i < 3; i++) {
    expectRefusal(await postUpdate(server, withWrongKey(victim), digest(i)), 401, "forbidden");
  }
  const limited = await postUpdate(server, withWrongKey(victim), digest(0));
  expectRefusal(limited, 429, "too_many_requests");
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  // Not even the right one is looked at from there: it would cost as much.
  expect((await postUpdate(server, victim, digest(1))).status).toBe(429);
  // The same source's other delegate, and the same delegate from its own source.
  expect((await postUpdate(server, other, digest(2))).status).toBe(200);
  expect((await postUpdate(server, victim, digest(3), "127.0.0.2")).status).toBe(200);
  // It is one of our own keys now, and no limit holds for a right one.
  expect((await postUpdate(server, victim, digest(4))).status).toBe(200);
  expect(await publishedTexts(server, victim)).toEqual([digest(3), digest(4)]);
});
