import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requestAct } from "../../src/control/control-client.ts";
import { expectRefusal, postUpdate, publishedTexts } from "../http/requests.ts";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const DAY_MS = 86_400_000;

let server: ServerUnderTest;
let nowMs: number;
let delegate: Delegate;
let bystander: Delegate;

beforeEach(async () => {
  nowMs = Date.now();
  server = await startServerUnderTest({}, undefined, () => nowMs);
  delegate = await register(server.url);
  bystander = await register(server.url);
  for (const each of [delegate, bystander]) await expectUpdated(each, 1);
});

// Nothing that is done to one delegate touches another one, before or after a restart.
afterEach(async () => {
  expect(await publishedTexts(server, bystander)).toEqual([digest(1)]);
  server = await server.restart();
  expect(await publishedTexts(server, bystander)).toEqual([digest(1)]);
  await expectUpdated(bystander, 2);
  await server.remove();
});

const ask = (act: string, args: object = {}, of: Delegate = delegate) =>
  requestAct(join(server.folder, "dnsvouch.db"), act, { delegate: of.fulldomain, ...args });

async function done(act: string, args: object = {}): Promise<unknown> {
  const outcome = await ask(act, args);
  expect(outcome).toHaveProperty("result");
  return outcome !== undefined && "result" in outcome ? outcome.result : undefined;
}

async function expectUpdated(of: Delegate, number: number): Promise<void> {
  expect((await postUpdate(server, of, digest(number))).status).toBe(200);
}

async function expectForbidden(of: Delegate): Promise<void> {
  expectRefusal(await postUpdate(server, of, digest(9)), 401, "forbidden");
}

const keyed = (shown: unknown): Delegate => {
  const { username, key } = shown as { username: string; key: string };
  return { ...delegate, username, password: key };
};

describe("keys", () => {
  test("a second one works beside the first, and one that is revoked does not", async () => {
    const shown = await done("credential.create");
    const second = keyed(shown);
    await expectUpdated(second, 2);
    await expectUpdated(delegate, 3);
    expect(await ask("credential.create")).toEqual({
      refused: "a delegate has 2 keys at most: revoke one first",
    });
    const [first] = (await done("credential.list")) as { id: number; lastUsedMs: number }[];
    expect(Math.abs((first?.lastUsedMs ?? 0) - nowMs)).toBeLessThan(60_000);
    await done("credential.revoke", { id: first?.id });
    await expectForbidden(delegate);
    await expectUpdated(second, 4);
    expect(await publishedTexts(server, delegate)).toEqual([digest(3), digest(4)]);
    server = await server.restart();
    await expectForbidden(delegate);
    await expectUpdated(second, 5);
  });

  test("one that is rotated works until its time, and its successor from now on", async () => {
    const second = keyed(await done("credential.rotate", { overlapSeconds: 3600 }));
    await expectUpdated(delegate, 2);
    await expectUpdated(second, 3);
    nowMs += 3_599_000;
    await expectUpdated(delegate, 4);
    nowMs += 1000;
    await expectForbidden(delegate);
    await expectUpdated(second, 5);
    server = await server.restart();
    await expectForbidden(delegate);
    // There is room for another.
    await done("credential.create");
  });

  test("one of another delegate cannot be revoked through this one", async () => {
    const outcome = await ask("credential.list", {}, bystander);
    const [other] = (outcome as { result: { id: number }[] }).result;
    expect(await ask("credential.revoke", { id: other?.id })).toEqual({
      refused: `the delegate has no live key ${other?.id}`,
    });
    await expectUpdated(bystander, 1);
  });
});

describe("a delegate that is disabled", () => {
  test("publishes nothing and takes nothing until it is enabled", async () => {
    await done("delegate.disable");
    await expectForbidden(delegate);
    expect(await publishedTexts(server, delegate)).toEqual([]);
    server = await server.restart();
    await expectForbidden(delegate);
    expect(await publishedTexts(server, delegate)).toEqual([]);
    await done("delegate.enable");
    await expectUpdated(delegate, 2);
    expect(await publishedTexts(server, delegate)).toEqual([digest(2)]);
  });
});

describe("a delegate that is deleted", () => {
  const expectGone = () => expect(publishedTexts(server, delegate)).rejects.toThrow("ENOTFOUND");

  test("is gone from DNS, and its keys are dead", async () => {
    await done("delegate.delete");
    await expectGone();
    await expectForbidden(delegate);
    expect(await ask("delegate.delete")).toEqual({ refused: "there is no such live delegate" });
    server = await server.restart();
    await expectGone();
    await expectForbidden(delegate);
  });

  test("comes back without values and with a new key alone", async () => {
    await done("delegate.delete");
    const shown = await done("delegate.restore");
    expect(await publishedTexts(server, delegate)).toEqual([]);
    await expectForbidden(delegate);
    await expectUpdated(keyed(shown), 2);
    expect(await publishedTexts(server, delegate)).toEqual([digest(2)]);
    server = await server.restart();
    expect(await publishedTexts(server, delegate)).toEqual([digest(2)]);
    await expectUpdated(keyed(shown), 3);
  });

  test("is gone whatever else is written at the same time", async () => {
    const writes = Array.from({ length: 40 }, (_, i) => postUpdate(server, delegate, digest(i)));
    const deleted = done("delegate.delete");
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    await deleted;
    for (const status of statuses) expect([200, 401]).toContain(status);
    await expectGone();
  });
});

test("labels are set and taken away, and a delegate is named by its subdomain too", async () => {
  const { fulldomain, subdomain } = delegate;
  const labelled = await done("delegate.label", { labels: ["env=prod", "team=web"] });
  expect(labelled).toEqual({ delegate: fulldomain, labels: { env: "prod", team: "web" } });
  const bySubdomain = { ...delegate, fulldomain: subdomain.toUpperCase() };
  expect(await ask("delegate.label", { labels: ["env-"] }, bySubdomain)).toEqual({
    result: { delegate: fulldomain, labels: { team: "web" } },
  });
  for (const labels of [[], ["Env=x"], ["x"], ["=x"], ["env=a\u0007b"], "env=x"]) {
    expect(await ask("delegate.label", { labels })).toHaveProperty("refused");
  }
  const unknown = { ...delegate, fulldomain: "no-such-delegate" };
  expect(await ask("delegate.disable", {}, unknown)).toEqual({
    refused: "there is no delegate no-such-delegate",
  });
});

test("those that nobody has used are listed, the longest unused first", async () => {
  nowMs += 40 * DAY_MS;
  await expectUpdated(bystander, 1);
  const unused = { zone: "auth.example.org", days: 30 };
  expect(await done("delegate.unused", unused)).toMatchObject([{ subdomain: delegate.subdomain }]);
  expect(await done("delegate.unused", { ...unused, days: 41 })).toEqual([]);
});

test.for([
  {
    act: "delegate.delete",
    args: { delegate: "nobody.auth.example.org" },
    why: "there is no delegate",
  },
  { act: "delegate.delete", args: { delegate: "nobody" }, why: "there is no delegate" },
  { act: "delegate.delete", args: { delegate: 7 }, why: "delegate: a text" },
  { act: "delegate.delete", args: { delegate: "x".repeat(301) }, why: "delegate: a text" },
  { act: "credential.revoke", args: {}, why: "id: a whole number" },
  { act: "credential.revoke", args: { id: "1" }, why: "id: a whole number" },
  { act: "delegate.unused", args: { zone: "auth.example.org", days: 0 }, why: "days: a whole" },
  { act: "no.such", args: {}, why: "no such act" },
])("$act with $args is refused, and changes nothing", async ({ act, args, why }) => {
  const outcome = await ask(act, args);
  expect(outcome).toHaveProperty("refused");
  expect(JSON.stringify(outcome)).toContain(why);
  await expectUpdated(delegate, 2);
});
