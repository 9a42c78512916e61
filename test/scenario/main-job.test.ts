import { Resolver } from "node:dns/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

let server: ServerUnderTest;

beforeEach(async () => {
  server = await startServerUnderTest();
});

afterEach(() => server.remove());

/** The stub resolver of the system's C library by another name: c-ares. */
function resolver(): Resolver {
  const stub = new Resolver({ timeout: 2000, tries: 2 });
  stub.setServers([`127.0.0.1:${server.dnsPort}`]);
  return stub;
}

async function txt(delegate: Delegate): Promise<string[]> {
  return (await resolver().resolveTxt(delegate.fulldomain)).map((strings) => strings.join(""));
}

async function serial(): Promise<number> {
  return (await resolver().resolveSoa("auth.example.org")).serial;
}

test("a delegate exists in DNS from its registration on, without values", async () => {
  const delegate = await register(server.url);
  await expect(txt(delegate)).rejects.toMatchObject({ code: "ENODATA" });
  await expect(resolver().resolve4(delegate.fulldomain)).rejects.toMatchObject({ code: "ENODATA" });
});

test("a name that nobody registered does not exist", async () => {
  const name = "3d1c9f3e-8a41-4c0e-9d0f-6f1d6a3d2b10.auth.example.org";
  await expect(resolver().resolveTxt(name)).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("an update is served before it is acknowledged", async () => {
  const delegate = await register(server.url);
  await update(server.url, delegate, digest(1));
  expect(await txt(delegate)).toEqual([digest(1)]);
});

test("the two newest updates are served, whatever was there before", async () => {
  const delegate = await register(server.url);
  for (const number of [1, 2, 3]) await update(server.url, delegate, digest(number));
  expect((await txt(delegate)).sort()).toEqual([digest(2), digest(3)].sort());
});

test("a repeated value counts as an update and is served once", async () => {
  const delegate = await register(server.url);
  for (const number of [1, 2, 2]) await update(server.url, delegate, digest(number));
  expect(await txt(delegate)).toEqual([digest(2)]);
});

test("delegates do not share values", async () => {
  const one = await register(server.url);
  const other = await register(server.url);
  await update(server.url, one, digest(1));
  await update(server.url, other, digest(2));
  expect(await txt(one)).toEqual([digest(1)]);
  expect(await txt(other)).toEqual([digest(2)]);
});

test("the serial rises with every update and is larger after a restart", async () => {
  const delegate = await register(server.url);
  const serials = [await serial()];
  for (const number of [1, 2]) {
    await update(server.url, delegate, digest(number));
    serials.push(await serial());
  }
  server = await server.restart();
  serials.push(await serial());
  expect(serials).toEqual([...new Set(serials)].sort((a, b) => a - b));
});

test("a restart loses nothing: values, empty delegates and credentials", async () => {
  const delegate = await register(server.url);
  const empty = await register(server.url);
  await update(server.url, delegate, digest(1));
  await update(server.url, delegate, digest(2));
  server = await server.restart();
  expect((await txt(delegate)).sort()).toEqual([digest(1), digest(2)].sort());
  await expect(txt(empty)).rejects.toMatchObject({ code: "ENODATA" });
  await update(server.url, delegate, digest(3));
  expect((await txt(delegate)).sort()).toEqual([digest(2), digest(3)].sort());
});

test("the zone has SOA, NS and an address for its nameserver without any configuration", async () => {
  expect(await resolver().resolveNs("auth.example.org")).toEqual(["auth.example.org"]);
  expect(await resolver().resolve4("auth.example.org")).toEqual(["127.0.0.1"]);
  expect(await resolver().resolveSoa("auth.example.org")).toMatchObject({
    nsname: "auth.example.org",
    hostmaster: "hostmaster.auth.example.org",
    minttl: 5,
  });
});
