// A disk without room: what was acknowledged is served, what is refused is not, and it mends itself.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address } from "../lab/addresses.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import type { Daemon } from "../lab/daemon.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { apiUrl, type Delegate, program, register, startDnsvouch } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { openSmallDisk, type SmallDisk } from "../lab/small-disk.ts";
import { until } from "../lab/until.ts";

/** More than fit into what SQLite has of its -wal file when the disk becomes full. */
const MOST_UPDATES = 5000;

const lab = new Lab();
let disk: SmallDisk;
let server: Daemon;
let start: () => Promise<Daemon>;
let delegate: Delegate;
/** In order. */
const acknowledged: string[] = [];
let count = 0;

beforeAll(async () => {
  const data = lab.newFolder("small");
  const folder = lab.newFolder("configuration");
  disk = await lab.keep(openSmallDisk(data, "6m"));
  start = () => lab.keep(startDnsvouch(folder, { place: disk, data }));
  server = await start();
  delegate = await register();
  for (let i = 0; i < 20; i++) expect(await tryUpdate()).toBe(200);
});
afterAll(() => lab.close());

/** Gives the status; a value that is refused must be told in the right words. */
async function tryUpdate(): Promise<number> {
  const txt = challengeValue(`value ${count++}`);
  const response = await fetch(`${apiUrl}/update`, {
    method: "POST",
    headers: { "X-Api-User": delegate.username, "X-Api-Key": delegate.password },
    body: JSON.stringify({ subdomain: delegate.subdomain, txt }),
  });
  const body = await response.text();
  if (response.status === 200) acknowledged.push(txt);
  else await expectRefused(response, body);
  return response.status;
}

async function expectRefused(response: Response, body: string): Promise<void> {
  expect({ status: response.status, body }).toEqual({
    status: 503,
    body: '{"error": "storage_unavailable"}',
  });
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
}

async function expectServed(): Promise<void> {
  const found = txtValues(await dig(address.dnsvouch, delegate.fulldomain, "TXT"));
  expect(found).toEqual(acknowledged.slice(-2).sort());
}

async function expectFull(): Promise<void> {
  expect(await tryUpdate()).toBe(503);
  const registration = await fetch(`${apiUrl}/register`, { method: "POST" });
  await expectRefused(registration, await registration.text());
  await expectServed();
  const readiness = await fetch(`${apiUrl}/readyz`);
  expect(readiness.status).toBe(503);
  expect(await readiness.json()).toEqual({ error: "storage_unavailable" });
  expect((await fetch(`${apiUrl}/health`)).status).toBe(200);
}

test("what does not fit is refused and never served, what was acknowledged is", async () => {
  disk.fill();
  let accepted = 0;
  while (accepted < MOST_UPDATES && (await tryUpdate()) === 200) accepted++;
  expect(accepted).toBeLessThan(MOST_UPDATES);
  for (let i = 0; i < 5; i++) await expectFull();
});

test("once there is room it writes again, by itself", async () => {
  disk.clear();
  await until(tryUpdate, (status) => status === 200, 10);
  await expectServed();
  await until(
    async () => (await fetch(`${apiUrl}/readyz`)).status,
    (status) => status === 200,
    10,
  );
});

test("a start on the full disk answers with all that was acknowledged", async () => {
  disk.fill();
  while ((await tryUpdate()) === 200);
  expect((await server.stop("SIGKILL")).signal).toBe("SIGKILL");
  server = await start();
  await expectServed();
  for (let i = 0; i < 5; i++) await expectFull();
});

test("a server that was started there writes again, by itself", async () => {
  disk.clear();
  await until(tryUpdate, (status) => status === 200, 10);
  await expectServed();
  await register();
});

test("a disk that has become full while the server was stopped has no room for its memory files", async () => {
  expect((await server.stop()).code).toBe(0);
  disk.fill();
  server = await start();
  expect(server.output()).toContain("there is no room left on the disk");
  await expectServed();
  for (let i = 0; i < 5; i++) await expectFull();
  disk.clear();
  await until(tryUpdate, (status) => status === 200, 10);
  await expectServed();
});

test("after a stop and a start it is all there", async () => {
  expect((await server.stop()).code).toBe(0);
  server = await start();
  await expectServed();
  expect(await tryUpdate()).toBe(200);
  await expectServed();
});

test("a command whose output finds no room says so, and ends with 4", async () => {
  const shell = [
    "-c",
    '"$1" "$2" version > /dev/full; echo "code $?"',
    "sh",
    process.execPath,
    program,
  ];
  const { stdout, stderr } = await promisify(execFile)("sh", shell);
  expect(stdout).toBe("code 4\n");
  expect(stderr).toMatch(/^dnsvouch: what was to be printed could not be written: ENOSPC.*\n$/);
});
