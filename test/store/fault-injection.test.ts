import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { StoreError } from "../../src/store/store.ts";
import { DatabaseFault } from "../support/database-fault.ts";
import {
  digest,
  newDelegate,
  ORIGIN,
  register,
  update,
  type Writer,
  ZONE,
} from "./store-fixture.ts";

const KEY_HASH = new Uint8Array(32).fill(9);
const DAY_MS = 86_400_000;
const PASSWORD = { scheme: "one-time", hash: KEY_HASH } as const;
const COUNTS = {
  values: 1,
  other_answers: 2,
  refusals: 0,
  updates_accepted: 0,
  updates_refused: 0,
};
/** More than any unit of work has. */
const MOST_CALLS = 40;

let directory: string;
let store: SqliteStore;
let fault: DatabaseFault;
let live: Writer;
let disabled: Writer;
let deleted: Writer;
let credentialId: Writer["credentialId"];
let hostnameId: number;

const act = { timeMs: 5 * DAY_MS, origin: ORIGIN };

/** Every unit of work that writes, on delegates that are `live`, `disabled` and `deleted`. */
const UNITS: Readonly<Record<string, () => Promise<unknown>>> = {
  createDelegate: () => store.createDelegate(newDelegate("new")),
  "createDelegate with a token": () => store.createDelegate(newDelegate("new", { tokenId: 1 })),
  addChallengeDigest: () => update(store, live, 9, { createdMs: act.timeMs }),
  createCredential: () =>
    store.createCredential({
      ...act,
      delegateId: live.delegateId,
      username: "u",
      keyHash: KEY_HASH,
    }),
  labelDelegate: () =>
    store.labelDelegate({
      ...act,
      delegateId: live.delegateId,
      changes: new Map([["env", "prod"]]),
    }),
  "createCredential that ends another": () =>
    store.createCredential({
      ...act,
      delegateId: disabled.delegateId,
      username: "u",
      keyHash: KEY_HASH,
      othersExpireMs: 9 * DAY_MS,
    }),
  revokeCredential: () => store.revokeCredential({ ...act, credentialId }),
  disableDelegate: () => store.disableDelegate({ ...act, delegateId: live.delegateId }),
  enableDelegate: () => store.enableDelegate({ ...act, delegateId: disabled.delegateId }),
  deleteDelegate: () => store.deleteDelegate({ ...act, delegateId: live.delegateId }),
  restoreDelegate: () =>
    store.restoreDelegate({
      ...act,
      delegateId: deleted.delegateId,
      username: "restored",
      keyHash: KEY_HASH,
    }),
  createToken: () =>
    store.tokens.create({
      ...act,
      scopes: ["register"],
      label: "x",
      tokenHash: KEY_HASH.map(() => 8),
      expiresMs: undefined,
    }),
  revokeToken: () => store.tokens.revoke({ ...act, id: 1 }),
  createUser: () =>
    store.users.create({ ...act, name: "new", role: "viewer", password: undefined }),
  setPassword: () => store.users.setPassword({ ...act, name: "admin", password: PASSWORD }),
  setRole: () => store.users.setRole({ ...act, name: "viewer", role: "admin" }),
  deleteUser: () => store.users.delete({ ...act, name: "viewer" }),
  noteLogin: () => store.users.noteLogin("admin", act.timeMs),
  "createLink in the place of another": () =>
    store.customerLinks.create({ ...act, hostnameId, tokenHash: KEY_HASH.map(() => 8) }),
  revokeLink: () => store.customerLinks.revoke({ ...act, hostnameId }),
  "deleteHostname that has a link": () => store.hostnames.delete({ ...act, id: hostnameId }),
  addActivity: () => store.activity.add(act.timeMs + 9 * DAY_MS, COUNTS),
  recordAct: () =>
    store.recordAct({ ...act, action: "update", result: "wrong_key", origin: ORIGIN }),
  ageOut: () => store.ageOut({ beforeMs: DAY_MS, rows: 100 }),
  pruneAudit: () =>
    store.pruneAudit({ beforeMs: DAY_MS, octets: undefined, rows: 100, nowMs: act.timeMs }),
  probe: () => store.probe(act.timeMs),
  rotateCookieSecret: () =>
    store.rotateCookieSecret({
      secret: new Uint8Array(16).fill(3),
      nowMs: act.timeMs,
      lifetimeMs: DAY_MS,
    }),
  replaceImportedKey: () =>
    store.replaceImportedKey({
      credentialId: deleted.credentialId,
      bcryptHash: KEY_HASH,
      keyHash: KEY_HASH,
    }),
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-fault-"));
  store = await openSqliteStore(join(directory, "dnsvouch.db"));
  await store.beginRun(ZONE, 1);
  live = await register(store, "live");
  for (const number of [1, 2]) await update(store, live, number);
  disabled = await register(store, "disabled");
  await update(store, disabled, 1);
  await store.disableDelegate({ ...act, delegateId: disabled.delegateId });
  deleted = await register(store, "deleted");
  await store.deleteDelegate({ ...act, delegateId: deleted.delegateId });
  const { delegateId } = live;
  const created = await store.createCredential({
    ...act,
    delegateId,
    username: "second",
    keyHash: KEY_HASH,
  });
  assert(typeof created === "object");
  credentialId = created.credentialId;
  await store.tokens.create({
    ...act,
    scopes: ["register"],
    label: "",
    tokenHash: KEY_HASH,
    expiresMs: undefined,
  });
  for (const role of ["admin", "viewer"] as const) {
    await store.users.create({ ...act, name: role, role, password: PASSWORD });
  }
  const said = { tenant: "", labels: {}, edgeTargets: [] };
  const hostname = { ...act, ...said, delegateId, name: "www.example.com" };
  const added = await store.hostnames.create(hostname);
  assert(typeof added === "object");
  hostnameId = added.id;
  await store.customerLinks.create({ ...act, hostnameId, tokenHash: KEY_HASH });
  await store.activity.add(act.timeMs, COUNTS);
  fault = new DatabaseFault();
});

afterEach(async () => {
  fault.remove();
  await store.close();
  rmSync(directory, { recursive: true });
});

/** Everything that another process reads in the file. */
function content(): Record<string, unknown[]> {
  const database = new Database(join(directory, "dnsvouch.db"), { readonly: true });
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]);
  database.close();
  return Object.fromEntries(rows);
}

describe("a fault at each call of the database in turn", () => {
  test.for(Object.entries(UNITS))("%s is refused and changes nothing", async ([name, unit]) => {
    if (name === "createCredential") await store.revokeCredential({ ...act, credentialId });
    const before = content();
    const failed: string[] = [];
    for (let call = 1; call < MOST_CALLS; call++) {
      fault.failAt(call);
      const outcome = await unit().then(
        () => "done",
        (error: unknown) => error,
      );
      const source = fault.settle();
      if (source === "") {
        expect(outcome).toBe("done");
        break;
      }
      assert(outcome instanceof StoreError, `${source}: ${String(outcome)}`);
      expect(outcome.code).toBe("storage_unavailable");
      expect(content(), source).toEqual(before);
      failed.push(source);
    }
    // Each call has failed once, the one that makes it durable among them.
    expect(failed).toContain("BEGIN IMMEDIATE");
    expect(failed.at(-1)).toBe("COMMIT");
    // The last one was done whole.
    if (name !== "replaceImportedKey") expect(content()).not.toEqual(before);
  });

  test.for(["findCredential", "auditHead", "countDelegates", "liveTokens", "users", "findLink"])(
    "%s, which only reads, says so and works the next time",
    async (name) => {
      const reads: Readonly<Record<string, () => Promise<unknown>>> = {
        findCredential: () => store.findCredential("user-of-live"),
        auditHead: () => store.auditHead(),
        countDelegates: () => store.countDelegates(),
        liveTokens: () => store.tokens.live(0),
        users: () => store.users.list(),
        findLink: () => store.customerLinks.find(KEY_HASH),
      };
      const read = reads[name];
      assert(read);
      fault.failAt(1);
      await expect(read()).rejects.toThrow(StoreError);
      expect(fault.settle()).not.toBe("");
      await expect(read()).resolves.toBeDefined();
    },
  );

  test("one commit that fails refuses all that were waiting for it, and nobody else", async () => {
    // BEGIN, then what the units do: it is the third call that fails.
    fault.failAt(3);
    const together = [update(store, live, 5), update(store, live, 6)];
    const outcomes = await Promise.allSettled(together);
    expect(fault.settle()).not.toBe("");
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const { digests } = await update(store, live, 7);
    expect(digests).toEqual([2, 7].map(digest));
  });
});
