import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOSTNAME_STATES } from "../../src/hostname/hostname.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { Random } from "../fuzz/random.ts";
import { DEMO_DELEGATES } from "./demo-customers.ts";
import { seedDemo } from "./demo-data.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 9, 41);
const ZONE = "auth.example.org";
const DAY = 86_400_000;

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-demo-"));
  store = await openSqliteStore(join(folder, "dnsvouch.db"));
  const random = new Random(1);
  const randomOctets = (count: number): Buffer => random.octets(count);
  await seedDemo(store, { zone: ZONE, nowMs: NOW_MS, randomOctets });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function page<Row>(
  rows: Promise<{ readonly rows: readonly Row[] }>,
): Promise<readonly Row[]> {
  return (await rows).rows;
}

test("has host names in every state, most of them active", async () => {
  const counts = await store.hostnames.count();
  expect(Object.keys(counts).toSorted()).toEqual([...HOSTNAME_STATES].toSorted());
  expect(counts).toMatchObject({ active: 37, ready: 2, pending: 3 });
  expect(Object.values(counts).reduce((a, b) => a + b)).toBe(53);
  expect(await store.countStates()).toEqual({ live: 47, disabled: 1, deleted: 1 });
});

test("has each host name in the state that its story ends with", async () => {
  const told = DEMO_DELEGATES.flatMap(({ names, state }) => names.map((name) => [name, state]));
  const { rows } = await store.hostnames.list({ after: 0, most: 100 });
  const found = rows.map(({ name, state }) => [name, state]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(told));
});

test.each([
  ["shop.example.net", "caa", "caa-other-ca"],
  ["blog.example.org", "cname", "cname-conflict-txt"],
  ["shop.sailing.example", "cname", "propagating"],
  ["shop.example.org", "cname", "cname-misdirected"],
  ["lab.clinic-lab.example", "dnssec", "dnssec-bogus"],
  ["jobs.brewery-jobs.example", "zone", "zone-unreachable"],
  ["loyalty.brewery.example", "cname", "cname-missing"],
  ["old.example.net", "traffic", "traffic-not-switched"],
  ["fair.school.example", "target", "target-unknown"],
])("the last check of %s says that %s is %s", async (name, id, code) => {
  const found = await store.hostnames.findNamed(name);
  const { report } = await store.hostnames.story(found?.id ?? 0);
  expect(report?.steps.find((step) => step.id === id)?.code).toBe(code);
});

test("lies in the past but for what is to come, and is told in the order of time", async () => {
  const times: number[] = [];
  for (let after = 0; ; ) {
    const rows = await page(store.lists.events({ after, most: 500 }));
    times.push(...rows.map(({ timeMs }) => timeMs));
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThanOrEqual(NOW_MS);
  const hostnames = await page(store.hostnames.list({ after: 0, most: 100 }));
  expect(hostnames.every(({ sinceMs }) => sinceMs <= NOW_MS)).toBe(true);
  const overdue = hostnames.filter(({ nextCheckMs = Infinity }) => nextCheckMs <= NOW_MS);
  expect(overdue.map(({ name }) => name)).toEqual(["theatre.school.example"]);
});

test("no active host name is without an update of the last 75 days, and some updates were refused", async () => {
  const delegates = await page(store.lists.delegates({ after: 0, most: 100, nowMs: NOW_MS }));
  expect(delegates).toHaveLength(49);
  const updated = delegates.filter(
    ({ lastUpdateMs = 0 }) => lastUpdateMs > NOW_MS - 75 * DAY && lastUpdateMs <= NOW_MS,
  );
  expect(updated.length).toBeGreaterThanOrEqual(37);
  const kinds = [{ action: "update", isAccepted: false }];
  expect(await page(store.lists.events({ after: 0, most: 500, kinds }))).toHaveLength(14);
});
