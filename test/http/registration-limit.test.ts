import { afterEach, expect, test } from "vitest";
import { digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { expectRefusal, post, postUpdate } from "./requests.ts";

const PER_HOUR = "DNSVOUCH_LIMITS_REGISTER_PER_SOURCE_PER_HOUR";
const PER_DAY = "DNSVOUCH_LIMITS_REGISTER_PER_DAY";
const HOUR_MS = 3_600_000;

let server: ServerUnderTest;

afterEach(() => server.remove());

const registerFrom = (from?: string, body = "") => post(server, "/register", [], body, from);

async function statuses(count: number, from?: string): Promise<number[]> {
  const list: number[] = [];
  for (let i = 0; i < count; i++) list.push((await registerFrom(from)).status);
  return list;
}

test("one source that registers in a loop is told when to come back, and nobody else notices", async () => {
  server = await startServerUnderTest({ [PER_HOUR]: "30", [PER_DAY]: "1000" });
  const delegate = await register(server.url);
  expect(await statuses(30)).toEqual([...Array(9).fill(201), ...Array(21).fill(429)]);
  const limited = await registerFrom();
  expectRefusal(limited, 429, "too_many_requests");
  const retryAfter = Number(limited.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThan(100);
  expect(retryAfter).toBeLessThanOrEqual(120);
  // Its updates are no registrations, and another address is another source.
  expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
  expect(await statuses(3, "127.0.0.2")).toEqual([201, 201, 201]);
});

test("all at once get no more than one after the other", async () => {
  server = await startServerUnderTest({ [PER_HOUR]: "30", [PER_DAY]: "1000" });
  const responses = await Promise.all(Array.from({ length: 40 }, () => registerFrom()));
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(30);
});

test("what is refused for another reason is not counted", async () => {
  server = await startServerUnderTest({ [PER_HOUR]: "30", [PER_DAY]: "12" });
  for (let i = 0; i < 20; i++) {
    expect((await registerFrom(undefined, '{"allowfrom": ["x"]}')).status).toBe(400);
  }
  expect(await statuses(11)).toEqual([...Array(10).fill(201), 429]);
});

test("as many in a day, from wherever they come", async () => {
  server = await startServerUnderTest({ [PER_HOUR]: "30", [PER_DAY]: "5" });
  expect(await statuses(3, "127.0.0.2")).toEqual([201, 201, 201]);
  expect(await statuses(3, "127.0.0.3")).toEqual([201, 201, 429]);
  const limited = await registerFrom("127.0.0.4");
  expectRefusal(limited, 429, "too_many_requests");
  const retryAfter = Number(limited.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThan(23 * 3600);
  expect(retryAfter).toBeLessThanOrEqual(25 * 3600);
});

test.for([
  { name: "no limit for a source", env: { [PER_HOUR]: "0", [PER_DAY]: "1000" } },
  { name: "no limit for all", env: { [PER_HOUR]: "1000", [PER_DAY]: "0" } },
  { name: "neither", env: { [PER_HOUR]: "0", [PER_DAY]: "0" } },
])("$name where it is 0", async ({ env }) => {
  server = await startServerUnderTest(env);
  const expected = env[PER_HOUR] === "0" ? 20 : 10;
  const list = await statuses(20);
  expect(list.filter((status) => status === 201)).toHaveLength(expected);
});

test("the limit for all spares a source whose delegates are known", async () => {
  const day = 24 * HOUR_MS;
  let nowMs = Date.now();
  server = await startServerUnderTest({ [PER_HOUR]: "30", [PER_DAY]: "3" }, undefined, () => nowMs);
  const delegate = await register(server.url);
  nowMs += 2 * day;
  expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
  expect(await statuses(4, "127.0.0.2")).toEqual([201, 201, 201, 429]);
  expect(await statuses(2)).toEqual([201, 201]);
});
