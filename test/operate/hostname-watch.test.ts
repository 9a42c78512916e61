import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { registrableName } from "../../src/check/public-suffix.ts";
import { type Code, type Report, reportOf, type StepId, step } from "../../src/check/report.ts";
import type { HostnamePolicy, HostnameState } from "../../src/hostname/hostname.ts";
import { KeyedQueue } from "../../src/limit/keyed-queue.ts";
import { deleteDelegate, enableDelegate, restoreDelegate } from "../../src/operate/delegates.ts";
import { type HostnameCheck, HostnameWatch } from "../../src/operate/hostname-watch.ts";
import { ServableNames } from "../../src/operate/servable-names.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { ChallengePublisher } from "../../src/zone/challenge-publisher.ts";
import { Record } from "../../src/zone/table/layout.ts";
import { SubdomainId } from "../../src/zone/table/subdomain-id.ts";
import { createTable, type TableHandle } from "../../src/zone/table/table-memory.ts";
import { noteServed, TableReader } from "../../src/zone/table/table-reader.ts";
import { TableWriter } from "../../src/zone/table/table-writer.ts";
import { ORIGIN, register, update, type Writer, ZONE } from "../store/store-fixture.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Found = Partial<Record<StepId, Code>>;

const RIGHT: Found = {
  input: "ok",
  zone: "ok",
  cname: "ok",
  resolvers: "ok",
  target: "ok",
  caa: "caa-none",
  dnssec: "dnssec-unsigned",
  persist: "persist-none",
};

function report(domain: string, found: Found): Report {
  const codes = Object.entries<Code>({ ...RIGHT, ...found });
  return reportOf(
    domain,
    codes.map(([id, code]) => step(id as StepId, code, { fix: `mend ${id}` })),
  );
}

let folder: string;
let store: Store;
let nowMs: number;
let policy: HostnamePolicy;
let handle: TableHandle;
let publisher: ChallengePublisher;
let watch: HostnameWatch;
let delegate: Writer;
/** What checks find, by domain; RIGHT for others. */
let world: Map<string, Found>;
let checks: HostnameCheck[];
/** Called while a check is under way. */
let during: (check: HostnameCheck) => Promise<void>;
/** No resolver answers. */
let isSilent: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-watch-"));
  store = await openSqliteStore(join(folder, "dnsvouch.db"));
  await store.beginRun(ZONE, 1);
  nowMs = Date.UTC(2026, 10, 1);
  policy = {
    confirmations: 2,
    intervalMs: 6 * HOUR,
    staleAfterMs: 75 * DAY,
    offboardAction: "notify",
    offboardAfterMs: 72 * HOUR,
    neverPointedAfterMs: 90 * DAY,
    edgeTargets: [],
  };
  handle = createTable({ readers: 1, zones: 1 }, 1);
  publisher = new ChallengePublisher(new TableWriter(handle), 0, 1);
  world = new Map();
  checks = [];
  during = async () => {};
  isSilent = false;
  watch = newWatch();
  delegate = await register(store, "d");
  publisher.publish({ subdomain: "d", digests: [], sequence: 0 });
});
afterEach(async () => {
  await watch.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

function acts() {
  const publishers = new Map([[ZONE, publisher]]);
  return {
    store,
    publishers,
    clock: () => nowMs,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    origin: ORIGIN,
  };
}

function newWatch(): HostnameWatch {
  return new HostnameWatch({
    ...acts(),
    check: async (check) => {
      checks.push(check);
      await during(check);
      if (isSilent) return undefined;
      return report(check.domain, world.get(check.domain) ?? {});
    },
    queue: new KeyedQueue(8),
    policy: () => policy,
    zoneKeyOf: registrableName,
    log: { error: (_fields, message) => assert.fail(message) },
  });
}

async function add(name: string, to: Writer = delegate): Promise<number> {
  const said = { tenant: "", labels: {}, edgeTargets: [], timeMs: nowMs, origin: ORIGIN };
  const created = await store.hostnames.create({ delegateId: to.delegateId, name, ...said });
  assert(typeof created === "object");
  return created.id;
}

/** 300 of delegates that are updated now. */
async function addUpdated(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    delegate = await register(store, `d${i}`);
    for (let j = 0; j < 100; j++) await add(`h${j}.example${i}.com`);
    await publish(1);
  }
}

async function stateOf(name: string): Promise<HostnameState | undefined> {
  return (await store.hostnames.findNamed(name))?.state;
}

async function pass(ms: number): Promise<void> {
  nowMs += ms;
  await watch.run();
}

/** Somebody asks for the values of the delegate, as a DNS thread sees it. */
function query(): void {
  const reader = new TableReader(handle, 0);
  reader.begin();
  const id = new SubdomainId();
  id.read(Buffer.from("\x01d"), 0);
  const record = reader.find(0, id);
  assert(record !== 0);
  noteServed(reader.memory.words, record, nowMs);
  expect(reader.memory.words[record + Record.SERVED]).toBe(Math.floor(nowMs / 1000));
  reader.end();
}

async function publish(number: number): Promise<void> {
  publisher.publish(await update(store, delegate, number, { createdMs: nowMs }));
}

async function events(kind: string): Promise<(string | null)[]> {
  const { rows } = await store.lists.events({ after: 0, most: 200, kinds: [{ action: kind }] });
  return rows.map(({ detail }) => detail);
}

describe("the watch", () => {
  test("looks at a new host name at once, and a minute later again", async () => {
    await add("www.example.com");
    await pass(0);
    expect(await stateOf("www.example.com")).toBe("propagating");
    expect(checks).toEqual([
      {
        domain: "www.example.com",
        isWildcard: false,
        delegate: `d.${ZONE}`,
        edgeTargets: undefined,
      },
    ]);
    await pass(MINUTE - 1);
    expect(checks).toHaveLength(1);
    await pass(1);
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("looks at one host name of a zone at a time, and at others meanwhile", async () => {
    for (const name of ["a.example.com", "b.example.com", "*.example.com", "a.example.org"])
      await add(name);
    let underWay = 0;
    const most = new Map<string, number>();
    const seen: number[] = [];
    during = async ({ domain }) => {
      const zone = registrableName(domain);
      most.set(zone, (most.get(zone) ?? 0) + 1);
      expect(most.get(zone)).toBe(1);
      underWay += 1;
      seen.push(underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      most.set(zone, 0);
    };
    await pass(0);
    expect(checks).toHaveLength(4);
    expect(Math.max(...seen)).toBe(2);
  });

  test("F35 looks at one host name once in 10 seconds, whoever asks", async () => {
    const id = await add("www.example.com");
    expect((await watch.look(id)).kind).toBe("looked");
    nowMs += 4_000;
    expect(await watch.look(id)).toEqual({ kind: "too_soon", waitMs: 6_000 });
    nowMs += 6_000;
    const both = await Promise.all([watch.look(id), watch.look(id)]);
    expect(both.map(({ kind }) => kind)).toEqual(["looked", "looked"]);
    expect(checks).toHaveLength(2);
    expect(await watch.look(999)).toEqual({ kind: "gone" });
  });

  test("a clock that was set back keeps nobody from looking", async () => {
    const id = await add("www.example.com");
    await watch.look(id);
    nowMs -= DAY;
    expect((await watch.look(id)).kind).toBe("looked");
  });

  test("when it is due survives a restart, and so does what was found", async () => {
    await add("www.example.com");
    await pass(0);
    await watch.stop();
    await store.close();
    store = await openSqliteStore(join(folder, "dnsvouch.db"));
    watch = newWatch();
    await pass(MINUTE - 1);
    expect(checks).toHaveLength(1);
    await pass(1);
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("more than one page of them that are due at once are all looked at", async () => {
    for (let i = 0; i < 300; i++)
      await add(`h${i}.example${i}.com`, await register(store, `d${i}`));
    await pass(0);
    expect(new Set(checks.map(({ domain }) => domain)).size).toBe(300);
  });

  test("a zone whose name servers are silent holds up no other, however many host names it has", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow = (domain: string): boolean => domain.endsWith(".example.com");
    during = ({ domain }) => (slow(domain) ? released : Promise.resolve());
    for (let i = 0; i < 100; i++) await add(`h${i}.example.com`);
    await watch.begin();
    await add("www.example.org", await register(store, "other"));
    await watch.begin();
    await vi.waitFor(async () => expect(await stateOf("www.example.org")).toBe("propagating"));
    expect(checks.filter(({ domain }) => slow(domain))).toHaveLength(1);
    expect(watch.length).toBe(100);
    release();
    await watch.run();
    expect(checks).toHaveLength(101);
    expect(watch.length).toBe(0);
  });

  test("nor do those that are put off, since their delegate was updated just now", async () => {
    await addUpdated();
    await add("www.example.org", await register(store, "other"));
    await pass(0);
    expect(checks.map(({ domain }) => domain)).toEqual(["www.example.org"]);
  });

  test("nor do those that wait in the store", async () => {
    await store.close();
    const database = new Database(join(folder, "dnsvouch.db"));
    const insert = database.prepare(`
      INSERT INTO hostname (name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms,
        reason, advice, facts, next_check_ms)
      VALUES (?, ?, '', '{}', '[]', 0, 'pending', 0, '', '', '{}', ?)`);
    database.transaction(() => {
      for (let i = 0; i < 11_000; i++) insert.run(`h${i}.example.com`, delegate.delegateId, 1);
      insert.run("www.example.org", delegate.delegateId, 2);
    })();
    database.close();
    store = await openSqliteStore(join(folder, "dnsvouch.db"));
    watch = newWatch();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    during = ({ domain }) => (domain === "www.example.org" ? Promise.resolve() : released);
    await watch.begin();
    await vi.waitFor(() => expect(checks.map(({ domain }) => domain)).toContain("www.example.org"));
    expect(checks).toHaveLength(2);
    await watch.stop();
    release();
  });

  test("and requests get their turn meanwhile", async () => {
    await addUpdated();
    let turns = 0;
    const count = (): void => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    await watch.run();
    clearImmediate(counting);
    expect(checks).toEqual([]);
    expect(turns).toBeGreaterThan(10);
  });

  test("what a clock that was ahead has put off is looked at when the clock is right", async () => {
    await add("www.example.com");
    nowMs += 365 * DAY;
    await pass(0);
    nowMs -= 365 * DAY;
    await pass(0);
    expect(checks).toHaveLength(2);
  });

  test("F24 what was found out about the targets of before says nothing about those of now", async () => {
    world.set("www.example.com", { traffic: "ok" });
    const id = await add("www.example.com");
    during = async () => {
      const act = { id, timeMs: nowMs, origin: ORIGIN };
      await store.hostnames.change({ ...act, edgeTargets: ["edge.example.net"] });
    };
    await pass(0);
    const { facts, nextCheckMs } = (await store.hostnames.find(id)) ?? {};
    expect(facts?.passes).toBe(1);
    expect(facts?.pointedMs).toBeUndefined();
    expect(nextCheckMs).toBe(nowMs + 10_000);
    during = async () => {};
    await pass(9_999);
    expect(checks).toHaveLength(1);
    await pass(1);
    expect(checks.at(-1)?.edgeTargets).toEqual(["edge.example.net"]);
  });

  test("F24 F26 for other targets, what counts begins anew, and nobody is locked for them", async () => {
    policy = { ...policy, offboardAction: "lock" };
    world.set("www.example.com", { traffic: "ok" });
    const id = await add("www.example.com");
    await pass(0);
    await pass(MINUTE);
    for (let i = 0; i < 100; i++) await pass(DAY);
    world.set("www.example.com", { traffic: "traffic-not-switched" });
    await store.hostnames.change({
      id,
      timeMs: nowMs,
      origin: ORIGIN,
      edgeTargets: ["new.example"],
    });
    await pass(10_000);
    for (let i = 0; i < 4; i++) await pass(DAY);
    expect(await stateOf("www.example.com")).toBe("ready");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("where nobody can be asked, the last report stays", async () => {
    const id = await add("www.example.com");
    await pass(0);
    const { report: first } = await store.hostnames.story(id);
    isSilent = true;
    await pass(HOUR);
    expect((await store.hostnames.story(id)).report).toEqual(first);
    expect((await store.hostnames.find(id))?.checkedMs).toBe(nowMs);
  });

  test("what is under way when the server stops keeps it from stopping no longer than a moment", async () => {
    await add("www.example.com");
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    during = () => released;
    const running = watch.run();
    const begun = performance.now();
    await watch.stop();
    // A check may last 20 seconds.
    expect(performance.now() - begun).toBeLessThan(5_000);
    release();
    await running;
    expect(await stateOf("www.example.com")).toBe("pending");
  });

  test("its history and the trail have each state, with the reason", async () => {
    world.set("www.example.com", { cname: "cname-missing" });
    const id = await add("www.example.com");
    await pass(0);
    world.delete("www.example.com");
    await pass(MINUTE);
    await pass(MINUTE);
    const { changes, report: last } = await store.hostnames.story(id);
    expect(changes.map(({ state, reason }) => `${state} ${reason}`)).toEqual([
      "ready ",
      "propagating confirming",
      "pending ",
    ]);
    expect(last?.result).toBe("pass");
    expect(await events("hostname.ready")).toEqual(["www.example.com: propagating -> ready"]);
  });
});

describe("use", () => {
  beforeEach(async () => {
    await add("www.example.com");
    await pass(0);
    await pass(MINUTE);
  });

  test("F36 makes it active when a value was published and somebody has asked for it", async () => {
    await publish(1);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
    query();
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("active");
    expect(await events("hostname.active")).toEqual(["www.example.com: ready -> active"]);
  });

  test("our own checks are nobody who asks", async () => {
    await publish(1);
    during = async () => query();
    nowMs += 7 * HOUR;
    await pass(0);
    expect(checks).toHaveLength(3);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("nor are those of another host name of the delegate, which is checked at the same time", async () => {
    await publish(1);
    nowMs += 7 * HOUR;
    const other = await add("shop.example.org");
    const { promise: asked, resolve: hasAsked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    during = async ({ domain }) => {
      if (domain !== "www.example.com") return;
      query();
      hasAsked();
      await released;
    };
    const running = watch.run();
    await asked;
    nowMs += MINUTE;
    await watch.look(other);
    await watch.review();
    release();
    await running;
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("who asked before our own check is remembered", async () => {
    await publish(1);
    query();
    during = async () => query();
    await pass(7 * HOUR);
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test("nor are those of a check of the domain, or of the delegate, that somebody asks for", async () => {
    await publish(1);
    nowMs += HOUR;
    const work = async () => query();
    await watch.unnoticed({ domain: "www.example.com", delegate: undefined }, work);
    await watch.unnoticed({ domain: "other.example.net", delegate: `d.${ZONE}` }, work);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
    await watch.unnoticed({ domain: "other.example.net", delegate: undefined }, work);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test.for([
    { domain: "*.www.example.com", delegate: undefined },
    { domain: "WWW.Example.com.", delegate: undefined },
    { domain: "other.example.net", delegate: `D.${ZONE.toUpperCase()}.` },
  ])("however they are typed: %o", async (request) => {
    await publish(1);
    nowMs += HOUR;
    await watch.unnoticed(request, async () => query());
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("our own questions from before an update are ours, also when it comes during the check", async () => {
    nowMs += 7 * HOUR;
    during = async () => {
      query();
      nowMs += 2000;
      await publish(1);
    };
    await watch.run();
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("who asks when somebody has it looked at right after an update may be a CA", async () => {
    const id = (await store.hostnames.findNamed("www.example.com"))?.id ?? 0;
    nowMs += HOUR;
    await publish(1);
    nowMs += 3000;
    during = async () => query();
    expect((await watch.look(id)).kind).toBe("looked");
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test("who asks after an update that comes during a check may be a CA", async () => {
    nowMs += 7 * HOUR;
    during = async () => {
      await publish(1);
      query();
    };
    await pass(0);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test("who has asked is not forgotten when the server stops", async () => {
    await publish(1);
    query();
    await watch.stop();
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test("nor who asks while it does", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    during = async () => {
      await publish(1);
      nowMs += 2000;
      query();
      await released;
    };
    const { id = 0 } = (await store.hostnames.findNamed("www.example.com")) ?? {};
    nowMs += HOUR;
    const looking = watch.look(id);
    await vi.waitFor(() => expect(publisher.servedMs("d")).toBeDefined());
    const stopping = watch.stop();
    release();
    await Promise.all([stopping, looking]);
    expect(await stateOf("www.example.com")).toBe("active");
  });

  test("a fault of the storage keeps it from nothing else", async () => {
    await publish(1);
    query();
    await store.close();
    await watch.stop();
    store = await openSqliteStore(join(folder, "dnsvouch.db"));
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("F4 a host name that is added to a delegate in use is ready, until it is used for this one", async () => {
    await publish(1);
    query();
    await watch.review();
    nowMs += HOUR;
    await add("b.example.org");
    await pass(0);
    await pass(MINUTE);
    expect(await stateOf("b.example.org")).toBe("ready");
    expect(await stateOf("www.example.com")).toBe("active");
    nowMs += HOUR;
    await publish(2);
    await watch.review();
    expect(await stateOf("b.example.org")).toBe("ready");
    query();
    await watch.review();
    expect(await stateOf("b.example.org")).toBe("active");
  });

  test("F4 also when its update comes right after one for another host name", async () => {
    await publish(1);
    nowMs += 10_000;
    await add("www.example.org");
    nowMs += 20_000;
    await publish(2);
    query();
    await pass(MINUTE);
    await pass(MINUTE);
    expect(await stateOf("www.example.org")).toBe("active");
  });

  test("one that was made by a clock that was ahead is active as soon as it is used", async () => {
    const right = nowMs;
    nowMs += 30 * DAY;
    await add("www.example.org");
    nowMs = right;
    await pass(0);
    await pass(MINUTE);
    nowMs += HOUR;
    await publish(1);
    query();
    await watch.review();
    expect(await stateOf("www.example.org")).toBe("active");
  });

  test("a delegate that comes back from the dead was asked for by nobody yet", async () => {
    await publish(1);
    query();
    await watch.review();
    await deleteDelegate(acts(), delegate.delegateId);
    await restoreDelegate(acts(), delegate.delegateId);
    const [key] = await store.credentialsOf(delegate.delegateId, nowMs);
    assert(key !== undefined);
    delegate = { ...delegate, credentialId: key.id };
    await pass(10_000);
    await pass(MINUTE);
    nowMs += HOUR;
    await publish(2);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test("right after an update nothing is looked at, so that nobody takes us for a CA", async () => {
    nowMs += 7 * HOUR;
    await publish(1);
    await pass(MINUTE - 1);
    expect(checks).toHaveLength(2);
    await pass(1);
    expect(checks).toHaveLength(3);
  });

  test("also right after the second of two", async () => {
    nowMs += 7 * HOUR;
    await publish(1);
    nowMs += MINUTE - 1;
    await publish(2);
    checks = [];
    await pass(2000);
    expect(checks).toEqual([]);
  });

  test("but what is updated all the time is looked at, too", async () => {
    nowMs += 7 * HOUR;
    checks = [];
    for (let i = 0; i < 12; i++) {
      await publish(i);
      await pass(30_000);
    }
    expect(checks.length).toBe(1);
  });

  test("and that look makes nobody active whom nobody has asked for", async () => {
    nowMs += 7 * HOUR;
    during = async () => query();
    for (let i = 0; i < 12; i++) {
      await publish(i);
      await pass(30_000);
    }
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("ready");
  });

  test.for(["locked", "looked at"])(
    "what was put off before it was %s is put off anew",
    async (what) => {
      const { id = 0 } = (await store.hostnames.findNamed("www.example.com")) ?? {};
      const act = { delegateId: delegate.delegateId, timeMs: nowMs, origin: ORIGIN };
      nowMs += 7 * HOUR;
      await publish(1);
      await pass(20_000);
      if (what === "locked") {
        const withdrawn = await store.disableDelegate(act);
        assert(typeof withdrawn === "object");
        publisher.publish(withdrawn);
        await enableDelegate(acts(), delegate.delegateId);
        await pass(MINUTE);
      } else {
        await watch.look(id);
      }
      nowMs += 7 * HOUR;
      checks = [];
      await publish(2);
      await pass(1000);
      expect(checks).toEqual([]);
    },
  );

  test("F5 after long without an update it is stale, and active with the next one", async () => {
    await publish(1);
    query();
    await watch.review();
    await pass(76 * DAY);
    expect(await stateOf("www.example.com")).toBe("stale");
    await publish(2);
    await watch.review();
    expect(await stateOf("www.example.com")).toBe("active");
  });
});

describe("leaving", () => {
  const HERE: Found = { traffic: "ok" };
  const ELSEWHERE: Found = { traffic: "traffic-not-switched" };

  async function leave(...names: string[]): Promise<void> {
    for (const name of names) world.set(name, ELSEWHERE);
    for (let i = 0; i < 5; i++) await pass(DAY);
  }

  beforeEach(async () => {
    for (const name of ["a.example.com", "b.example.org"]) {
      world.set(name, HERE);
      await add(name);
    }
    await pass(0);
    await pass(MINUTE);
    expect(await stateOf("a.example.com")).toBe("ready");
  });

  test("F24 notify: an event and nothing else", async () => {
    await leave("a.example.com", "b.example.org");
    expect(await events("hostname.offboarding")).toEqual([
      "a.example.com: ready -> offboarding",
      "b.example.org: ready -> offboarding",
    ]);
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("F24 lock: when nobody is left who needs the delegate", async () => {
    policy = { ...policy, offboardAction: "lock" };
    await leave("a.example.com");
    expect(await stateOf("a.example.com")).toBe("offboarding");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
    await leave("b.example.org");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("disabled");
    expect(await stateOf("a.example.com")).toBe("locked");
    expect(await events("delegate.disable")).toEqual([expect.stringContaining("is offboarding")]);
    const muchLater = { nowMs: nowMs + 1000 * DAY, latestMs: nowMs + 2000 * DAY, most: 10 };
    expect(await store.hostnames.due(muchLater)).toEqual([]);
  });

  test("F24 lock: not when a host name comes that needs it, at the same moment", async () => {
    policy = { ...policy, offboardAction: "lock" };
    let adding: Promise<number> | undefined;
    store.hostnames.watch((states) => {
      const isLast = states.some(({ name, state }) => name > "b" && state === "offboarding");
      if (isLast) adding ??= add("new.example.net");
    });
    await leave("a.example.com", "b.example.org");
    await adding;
    expect(await stateOf("b.example.org")).toBe("offboarding");
    expect(await stateOf("new.example.net")).toBe("propagating");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("F24 lock: not for one that was deleted at the same moment", async () => {
    policy = { ...policy, offboardAction: "lock" };
    const b = await store.hostnames.findNamed("b.example.org");
    await store.hostnames.delete({ id: b?.id ?? 0, timeMs: nowMs, origin: ORIGIN });
    let deleting: Promise<unknown> | undefined;
    store.hostnames.watch((states) => {
      if (!states.some(({ state }) => state === "offboarding")) return;
      const id = b === undefined ? 0 : b.id - 1;
      deleting ??= store.hostnames.delete({ id, timeMs: nowMs, origin: ORIGIN });
    });
    await leave("a.example.com");
    expect(await deleting).toBe("deleted");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("F24 lock: not for what was found at the edge targets of before", async () => {
    policy = { ...policy, edgeTargets: ["192.0.2.1"], offboardAction: "lock" };
    const a = await store.hostnames.findNamed("a.example.com");
    assert(a);
    const own = { id: a.id, timeMs: nowMs, origin: ORIGIN, edgeTargets: ["198.51.100.1"] };
    await store.hostnames.change(own);
    await pass(7 * HOUR);
    world.set("b.example.org", ELSEWHERE);
    for (let i = 0; i < 5; i++) await pass(DAY);
    expect(await stateOf("b.example.org")).toBe("offboarding");
    world.set("a.example.com", ELSEWHERE);
    for (let i = 0; i < 3; i++) await pass(DAY);
    expect(await stateOf("a.example.com")).toBe("ready");
    // The traffic of b is at the new edge, and nobody has looked yet.
    policy = { ...policy, edgeTargets: ["192.0.2.9"] };
    world.set("b.example.org", HERE);
    nowMs += DAY;
    await watch.look(a.id);
    expect(await stateOf("a.example.com")).toBe("offboarding");
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("F24 what a check under way finds at the edge targets of before says nothing", async () => {
    policy = { ...policy, edgeTargets: ["192.0.2.1"] };
    await pass(7 * HOUR);
    during = async () => {
      policy = { ...policy, edgeTargets: ["192.0.2.9"] };
    };
    await pass(6 * HOUR);
    during = async () => {};
    await leave("a.example.com");
    expect(await stateOf("a.example.com")).toBe("ready");
  });

  test("F26 a clock that jumps once gets nobody's delegate locked", async () => {
    policy = { ...policy, offboardAction: "lock" };
    const later = await register(store, "later");
    world.set("c.example.net", ELSEWHERE);
    await add("c.example.net", later);
    await pass(0);
    await pass(MINUTE);
    await pass(100 * DAY);
    expect(await stateOf("c.example.net")).toBe("never_pointed");
    expect((await store.findDelegate(ZONE, "later"))?.state).toBe("live");
    await pass(DAY);
    await pass(DAY);
    expect((await store.findDelegate(ZONE, "later"))?.state).toBe("disabled");
  });

  test("F24 who is unlocked is not locked again at once", async () => {
    policy = { ...policy, offboardAction: "lock" };
    await leave("a.example.com", "b.example.org");
    await enableDelegate(acts(), delegate.delegateId);
    await pass(0);
    expect(await stateOf("a.example.com")).toBe("ready");
    await pass(DAY);
    expect((await store.findDelegate(ZONE, "d"))?.state).toBe("live");
  });

  test("F25 a deleted delegate leaves orphans, which go when their records do", async () => {
    await deleteDelegate(acts(), delegate.delegateId);
    world.set("a.example.com", { target: "target-unknown" });
    world.set("b.example.org", { cname: "cname-missing" });
    expect(await stateOf("b.example.org")).toBe("orphaned");
    await pass(10_000);
    expect(await stateOf("a.example.com")).toBe("orphaned");
    expect(await stateOf("b.example.org")).toBeUndefined();
    const { rows } = await store.hostnames.list({ state: "orphaned", after: 0, most: 10 });
    expect(rows.map(({ name }) => name)).toEqual(["a.example.com"]);
    expect(await events("hostname.deleted")).toEqual(["b.example.org: its record is gone"]);
  });
});

describe("names that certificates may be had for", () => {
  test("are those that are ready or active, also while they are read", async () => {
    const early = new ServableNames(store.hostnames);
    await add("www.example.com");
    await pass(0);
    expect(await early.has("www.example.com")).toBe(false);
    await pass(MINUTE);
    expect(await early.has("www.example.com")).toBe(true);
    const late = new ServableNames(store.hostnames);
    expect(await late.has("www.example.com")).toBe(true);
    const loading = late.load();
    world.set("www.example.com", { caa: "caa-other-ca" });
    await pass(7 * HOUR);
    await loading;
    expect(await late.has("www.example.com")).toBe(false);
    world.delete("www.example.com");
    await pass(7 * HOUR);
    await pass(MINUTE);
    expect(await late.has("www.example.com")).toBe(true);
    await deleteDelegate(acts(), delegate.delegateId);
    expect(await late.has("www.example.com")).toBe(false);
    expect(await early.has("www.example.com")).toBe(false);
  });
});
