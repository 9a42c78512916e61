import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare } from "bcrypt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashOfSent } from "../../src/delegate/access-token.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { Random } from "../fuzz/random.ts";
import { seedDemo } from "./demo-data.ts";
import { DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD, demoPeople } from "./demo-people.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 9, 41);
const DAY = 86_400_000;

let folder: string;
let store: Store;
let customerToken: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-demo-"));
  store = await openSqliteStore(join(folder, "dnsvouch.db"));
  const random = new Random(1);
  const randomOctets = (count: number): Buffer => random.octets(count);
  const options = { zone: "auth.example.org", nowMs: NOW_MS, randomOctets };
  const people = demoPeople(store, options);
  customerToken = people.customerToken;
  await seedDemo(store, options, people.acts);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test("has an administrator who can sign in, and others", async () => {
  const admin = await store.users.find(DEMO_ADMIN);
  const hash = Buffer.from(admin?.password?.hash ?? []).toString("latin1");
  expect(await compare(DEMO_PASSWORD, hash)).toBe(true);
  expect(admin?.lastLoginMs).toBeLessThan(NOW_MS);
  expect(await store.users.list()).toHaveLength(3);
});

test("has a link for one customer", async () => {
  const id = await store.customerLinks.find(hashOfSent(customerToken));
  expect((await store.hostnames.find(id ?? 0))?.name).toBe(DEMO_CUSTOMER);
});

test("has each hour of seven days, with more at night than in the morning", async () => {
  const hours = await store.activity.since(NOW_MS - 7 * DAY);
  expect(hours).toHaveLength(7 * 24);
  const valuesAt = (hour: number): number[] =>
    hours
      .filter(({ hourMs }) => new Date(hourMs).getUTCHours() === hour)
      .map(({ counts }) => counts.values);
  expect(Math.min(...valuesAt(1))).toBeGreaterThan(Math.max(...valuesAt(7)));
});
