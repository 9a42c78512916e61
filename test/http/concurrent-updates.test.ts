import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { postUpdate, publishedTexts } from "./requests.ts";

let server: ServerUnderTest;
let delegate: Delegate;

beforeEach(async () => {
  server = await startServerUnderTest();
  delegate = await register(server.url);
});
afterEach(() => server.remove());

const numbers = Array.from({ length: 20 }, (_, i) => i);

test("20 parallel updates end with two acknowledged ones, in the order of the store", async () => {
  const responses = await Promise.all(numbers.map((n) => postUpdate(server, delegate, digest(n))));
  expect(responses.map(({ status }) => status)).toEqual(numbers.map(() => 200));
  const served = await publishedTexts(server, delegate);
  expect(new Set(served).size).toBe(2);
  expect(numbers.map(digest)).toEqual(expect.arrayContaining(served));
  // What is served after a restart is read from the store alone.
  server = await server.restart();
  expect(await publishedTexts(server, delegate)).toEqual(served);
});

test("parallel updates of 20 delegates do not touch each other's values", async () => {
  const delegates = await Promise.all(numbers.map(() => register(server.url)));
  const updates = delegates.flatMap((each, n) => [
    postUpdate(server, each, digest(n)),
    postUpdate(server, each, digest(100 + n)),
    postUpdate(server, { ...each, subdomain: delegate.subdomain }, digest(200 + n)),
  ]);
  await Promise.all(updates);
  for (const [n, each] of delegates.entries()) {
    expect((await publishedTexts(server, each)).sort()).toEqual(
      [digest(n), digest(100 + n)].sort(),
    );
  }
  expect(await publishedTexts(server, delegate)).toEqual([]);
});

test("H24 each of 100 parallel updates is answered within 10 s, and is in DNS by then", async () => {
  const delegates = await Promise.all(Array.from({ length: 100 }, () => register(server.url)));
  const started = performance.now();
  await Promise.all(
    delegates.map(async (each, n) => {
      expect((await postUpdate(server, each, digest(n))).status).toBe(200);
      expect(await publishedTexts(server, each)).toEqual([digest(n)]);
    }),
  );
  expect(performance.now() - started).toBeLessThan(10_000);
});
