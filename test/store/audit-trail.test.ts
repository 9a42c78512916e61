import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChainCheck } from "../../src/audit/audit-chain.ts";
import type { AuditBounds } from "../../src/store/audit-trail.ts";
import { openRecords } from "../../src/store/sqlite/open-records.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { newDelegate, ORIGIN, register, update, type Writer, ZONE } from "./store-fixture.ts";

const DAY_MS = 86_400_000;

let directory: string;
let file: string;
let store: SqliteStore;
let writer: Writer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-audit-"));
  file = join(directory, "dnsvouch.db");
  store = await openSqliteStore(file);
  await store.beginRun(ZONE, 1);
  writer = await register(store, "a");
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

/** The chain from its anchor to its end, which must be whole. */
function wholeChain() {
  const records = openRecords(file);
  try {
    const anchor = records.auditAnchor();
    const check = new ChainCheck(anchor);
    const actions: string[] = [];
    for (const row of records.auditRows()) {
      expect(check.follow(row)).toBeUndefined();
      actions.push(row.action);
    }
    expect(records.auditNewestNumber()).toBe(check.head.sequence);
    return { anchor: anchor.sequence, head: check.head, actions };
  } finally {
    records.close();
  }
}

/** One row for each day from 1 on. */
async function updateDaily(days: number): Promise<void> {
  for (let day = 1; day <= days; day++) {
    await update(store, writer, day, { createdMs: day * DAY_MS });
  }
}

const prune = (bounds: Partial<AuditBounds>) =>
  store.pruneAudit({ beforeMs: undefined, octets: undefined, rows: 1000, nowMs: 0, ...bounds });

test("acts that are committed together follow one another", async () => {
  await Promise.all(Array.from({ length: 50 }, (_, number) => update(store, writer, number)));
  await Promise.all([
    store.recordAct({ timeMs: 0, action: "update", result: "wrong_key", origin: ORIGIN }),
    store.createDelegate(newDelegate("b")),
    // Nothing is done, so nothing is written down.
    store.createDelegate(newDelegate("b")),
  ]);
  const { head, actions } = wholeChain();
  expect(actions).toHaveLength(53);
  expect(await store.auditHead()).toEqual(head);
});

test("what was rolled back leaves no gap", async () => {
  const failing = store.createDelegate(newDelegate("x", { zone: "unknown.example" }));
  const outcomes = await Promise.allSettled([update(store, writer, 1), failing]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  await update(store, writer, 2);
  expect(wholeChain().actions).toEqual(["register", "update", "update"]);
});

test("it goes on after a restart", async () => {
  await update(store, writer, 1);
  const before = wholeChain();
  await store.close();
  store = await openSqliteStore(file);
  await update(store, writer, 2);
  const after = wholeChain();
  expect(after.actions).toEqual([...before.actions, "update"]);
  expect(after.head.sequence).toBe(before.head.sequence + 1);
});

describe("pruning", () => {
  test("by age takes what is older, and leaves an anchor", async () => {
    await updateDaily(10);
    expect(await prune({ beforeMs: 5 * DAY_MS })).toEqual({ removed: 5, isTooLarge: false });
    const { anchor, actions } = wholeChain();
    expect(anchor).toBe(5);
    expect(actions).toEqual([...Array(6).fill("update"), "audit.prune"]);
    expect(await prune({ beforeMs: 5 * DAY_MS })).toEqual({ removed: 0, isTooLarge: false });
    await update(store, writer, 11);
    expect(wholeChain().actions.at(-1)).toBe("update");
  });

  test("by age stops at the first row that is not, whatever a clock has said since", async () => {
    await updateDaily(3);
    await update(store, writer, 4, { createdMs: 1 });
    expect((await prune({ beforeMs: 2 * DAY_MS })).removed).toBe(2);
  });

  test("takes no more at once than it may, and never the newest", async () => {
    await updateDaily(10);
    expect((await prune({ beforeMs: 100 * DAY_MS, rows: 4 })).removed).toBe(4);
    expect((await prune({ beforeMs: 100 * DAY_MS })).removed).toBe(7);
    // The row that was the newest, and the one about this pruning.
    expect(wholeChain().actions).toEqual(["audit.prune", "audit.prune"]);
  });

  test("by size takes the oldest until the rest fits", async () => {
    await updateDaily(500);
    let pruned = await prune({ octets: 10_000, rows: 100 });
    expect(pruned).toEqual({ removed: 100, isTooLarge: true });
    while (pruned.isTooLarge) pruned = await prune({ octets: 10_000, rows: 100 });
    const { actions } = wholeChain();
    // Some 80 octets for each.
    expect(actions.length).toBeGreaterThan(80);
    expect(actions.length).toBeLessThan(160);
  });

  test("a row of a delegate that is gone stays", async () => {
    await store.deleteDelegate({ timeMs: 0, origin: ORIGIN, delegateId: writer.delegateId });
    const records = openRecords(file);
    const rows = records.audit({ delegate: `a.${ZONE}`, most: 10 });
    records.close();
    expect(rows.map(({ action }) => action)).toEqual(["register", "delegate.delete"]);
    assert(rows.every(({ delegate }) => delegate === `a.${ZONE}`));
  });
});
