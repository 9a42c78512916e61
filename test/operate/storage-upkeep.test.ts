import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RefusalRecorder } from "../../src/audit/refusal-recorder.ts";
import { StorageUpkeep } from "../../src/operate/storage-upkeep.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { ORIGIN, register, update, ZONE } from "../store/store-fixture.ts";
import { DatabaseFault } from "../support/database-fault.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let directory: string;
let store: SqliteStore;
let nowMs: number;
const infos: object[] = [];
const errors: string[] = [];

beforeEach(async () => {
  nowMs = 1_000 * DAY_MS;
  infos.length = 0;
  errors.length = 0;
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-upkeep-"));
  store = await openSqliteStore(join(directory, "dnsvouch.db"));
  await store.beginRun(ZONE, 1);
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

function makeUpkeep(auditDays: number): StorageUpkeep {
  const clock = () => nowMs;
  const log = {
    info: (fields: object) => void infos.push(fields),
    error: (_fields: object, message: string) => void errors.push(message),
  };
  const refusals = new RefusalRecorder({
    append: (entry) => store.recordAct(entry),
    clock,
    log,
  });
  const limits = { maxAgeSeconds: 0, auditDays, auditMib: 0 };
  return new StorageUpkeep({ store, refusals, publish: () => {}, clock, log, ...limits });
}

test("the end of the trail is logged once an hour", async () => {
  const upkeep = makeUpkeep(0);
  const writer = await register(store, "a");
  for (let minute = 0; minute < 180; minute++) {
    await update(store, writer, minute);
    await upkeep.run();
    nowMs += MINUTE_MS;
  }
  expect(infos.map((fields) => Reflect.get(fields, "sequence"))).toEqual([2, 62, 122]);
  const { sequence, hash } = await store.auditHead();
  await upkeep.run();
  expect(infos.at(-1)).toEqual({ sequence, hash: Buffer.from(hash).toString("hex") });
});

test("a clock that jumps ten years ahead takes no more than a part of the trail an hour", async () => {
  const upkeep = makeUpkeep(90);
  const acts = Array.from({ length: 6000 }, () =>
    store.recordAct({ timeMs: nowMs, action: "update", result: "wrong_key", origin: ORIGIN }),
  );
  await Promise.all(acts);
  nowMs += 3650 * DAY_MS;
  for (let minute = 0; minute < 30; minute++) await upkeep.run();
  const { removed } = await store.pruneAudit({
    beforeMs: nowMs,
    octets: undefined,
    rows: 10_000,
    nowMs,
  });
  expect(removed).toBe(1000);
});

test("what fails is told once, and done the next time", async () => {
  const upkeep = makeUpkeep(90);
  const fault = new DatabaseFault();
  try {
    for (let i = 0; i < 3; i++) {
      fault.failAt(1);
      await upkeep.run();
      expect(fault.settle()).not.toBe("");
    }
    expect(errors).toHaveLength(1);
  } finally {
    fault.remove();
  }
  await upkeep.run();
  expect(errors).toHaveLength(1);
});
