import { afterEach, beforeEach, expect, test } from "vitest";
import { postUpdate, publishedTexts } from "../http/requests.ts";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const DAY_MS = 86_400_000;
const WEEK = { DNSVOUCH_DNS_TXT_MAX_AGE: "7d" };

let server: ServerUnderTest;
let nowMs: number;
let delegates: Delegate[];

beforeEach(() => {
  nowMs = Date.now();
});
afterEach(() => server.remove());

/** A server with delegates that have two values each, of now. */
async function start(env: Record<string, string>, count = 1): Promise<void> {
  server = await startServerUnderTest(env, undefined, () => nowMs);
  delegates = await Promise.all(Array.from({ length: count }, () => register(server.url)));
  for (const number of [1, 2]) await publish(number);
}

async function publish(number: number): Promise<void> {
  const responses = delegates.map((each) => postUpdate(server, each, digest(number)));
  for (const { status } of await Promise.all(responses)) expect(status).toBe(200);
}

async function expectTexts(...numbers: number[]): Promise<void> {
  for (const delegate of delegates) {
    expect(await publishedTexts(server, delegate)).toEqual(numbers.map(digest));
  }
}

test("values are kept for ever by default", async () => {
  await start({});
  nowMs += 3650 * DAY_MS;
  await server.upkeep();
  await expectTexts(1, 2);
});

test("older values go, the newest stays, and a restart changes nothing", async () => {
  await start(WEEK);
  nowMs += 6 * DAY_MS;
  await server.upkeep();
  await expectTexts(1, 2);
  nowMs += 2 * DAY_MS;
  await server.upkeep();
  await expectTexts(2);
  server = await server.restart();
  await expectTexts(2);
  await publish(3);
  await expectTexts(2, 3);
});

test("a value that is published beside the job stays", async () => {
  await start(WEEK, 20);
  nowMs += 8 * DAY_MS;
  await Promise.all([server.upkeep(), publish(3)]);
  await server.upkeep();
  await expectTexts(3);
});

test("a clock that jumps ten years forward costs old values, never the newest", async () => {
  await start(WEEK, 5);
  nowMs += 3650 * DAY_MS;
  for (let i = 0; i < 3; i++) await server.upkeep();
  await expectTexts(2);
  nowMs -= 3650 * DAY_MS;
  await publish(3);
  await server.upkeep();
  await expectTexts(2, 3);
});

test("a clock that goes back takes nothing, and the order is that of the updates", async () => {
  await start(WEEK);
  nowMs -= 100 * DAY_MS;
  await publish(3);
  await server.upkeep();
  await expectTexts(2, 3);
  nowMs -= 100 * DAY_MS;
  await publish(4);
  await expectTexts(3, 4);
  server = await server.restart();
  await expectTexts(3, 4);
});
