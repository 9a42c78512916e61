import { describe, expect, test } from "vitest";
import { type Code, type Report, reportOf, type StepId, step } from "../../src/check/report.ts";
import {
  type DelegateFacts,
  type Hostname,
  type HostnamePolicy,
  type HostnameState,
  NO_FACTS,
} from "../../src/hostname/hostname.ts";
import { hasLeft, judgeCheck, judgeUse } from "../../src/hostname/judge.ts";
import { isRecordLost } from "../../src/hostname/lost-record.ts";
import { nextAction } from "../../src/hostname/next-action.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 1);

const POLICY: HostnamePolicy = {
  confirmations: 2,
  intervalMs: 6 * HOUR,
  staleAfterMs: 75 * DAY,
  offboardAction: "notify",
  offboardAfterMs: 72 * HOUR,
  neverPointedAfterMs: 90 * DAY,
  edgeTargets: [],
};

const LIVE: DelegateFacts = { state: "live", lastUpdateMs: undefined, servedMs: undefined };

type Found = Partial<Record<StepId, Code>>;

/** A report in which these steps have these codes, and the others are fine. */
function report(found: Found = {}): Report {
  const usual: Found = { input: "ok", zone: "ok", cname: "ok", resolvers: "ok", target: "ok" };
  const rest: Found = { caa: "caa-none", dnssec: "dnssec-unsigned", persist: "persist-none" };
  const steps = Object.entries<Code>({ ...usual, ...rest, ...found }).map(([id, code]) =>
    step(id as StepId, code, { fix: `mend ${id}`, trace: [] }),
  );
  return reportOf("www.example.com", steps);
}

/** A host name that lives by a clock of its own. */
class Life {
  nowMs = START;
  delegate: DelegateFacts = LIVE;
  policy = POLICY;
  hostname: Hostname = {
    id: 7,
    name: "www.example.com",
    delegateId: 1,
    tenant: "",
    labels: {},
    edgeTargets: [],
    createdMs: START,
    state: "pending",
    sinceMs: START,
    reason: "",
    advice: "",
    facts: NO_FACTS,
    checkedMs: undefined,
    nextCheckMs: START,
  };
  isOver = false;

  get state(): HostnameState {
    return this.hostname.state;
  }

  /** Looks after so long. */
  check(afterMs: number, found: Report | undefined = report()): HostnameState {
    this.nowMs += afterMs;
    const { policy, nowMs, delegate } = this;
    this.#become(judgeCheck(this.hostname, found, { delegate, policy, nowMs }));
    return this.state;
  }

  /** A look in which no resolver answers. */
  hear(afterMs: number): HostnameState {
    this.nowMs += afterMs;
    const { policy, nowMs, delegate } = this;
    this.#become(judgeCheck(this.hostname, undefined, { delegate, policy, nowMs }));
    return this.state;
  }

  /** Looks whenever it is due, until so much time has passed. Gives how often that was. */
  checkWhenDue(forMs: number, found: () => Report): number {
    const endMs = this.nowMs + forMs;
    let count = 0;
    for (;;) {
      const next = this.hostname.nextCheckMs;
      if (next === undefined || next > endMs) break;
      this.check(next - this.nowMs, found());
      count += 1;
    }
    this.nowMs = endMs;
    return count;
  }

  get hasLeft(): boolean {
    const { policy, nowMs, delegate } = this;
    return hasLeft(this.hostname, { delegate, policy, nowMs });
  }

  use(facts: Partial<DelegateFacts>): HostnameState {
    this.delegate = { ...this.delegate, ...facts };
    const { policy, nowMs, delegate } = this;
    this.#become(judgeUse(this.hostname, { delegate, policy, nowMs }));
    return this.state;
  }

  confirm(): this {
    this.check(0);
    expect(this.check(MINUTE)).toBe("ready");
    return this;
  }

  get hasLostRecord(): boolean {
    return isRecordLost({ ...this.hostname, delegate: this.delegate });
  }

  get nextAction(): string {
    const context = { fulldomain: "d.auth.example.org", edgeTargets: ["edge.example.net"] };
    return nextAction(this.hostname, { ...context, nowMs: this.nowMs });
  }

  #become({ isOver = false, ...judged }: ReturnType<typeof judgeCheck>): void {
    const sinceMs = judged.state === this.state ? this.hostname.sinceMs : this.nowMs;
    this.hostname = { ...this.hostname, ...judged, sinceMs };
    this.isOver = isOver;
  }
}

describe("on the way", () => {
  test("F20 two looks a minute apart make it ready, and one does not", () => {
    const life = new Life();
    expect(life.check(0)).toBe("propagating");
    expect(life.hostname.reason).toBe("confirming");
    expect(life.check(59_999)).toBe("propagating");
    expect(life.check(1)).toBe("ready");
  });

  test("a failure between two looks begins the count anew", () => {
    const life = new Life();
    life.check(0);
    expect(life.check(MINUTE, report({ cname: "propagating" }))).toBe("propagating");
    expect(life.check(MINUTE)).toBe("propagating");
    expect(life.check(MINUTE)).toBe("ready");
  });

  test("as many looks are needed as checks.confirmations says", () => {
    const life = new Life();
    life.policy = { ...POLICY, confirmations: 3 };
    life.check(0);
    expect(life.check(MINUTE)).toBe("propagating");
    expect(life.check(MINUTE)).toBe("ready");
    const once = new Life();
    once.policy = { ...POLICY, confirmations: 1 };
    expect(once.check(0)).toBe("ready");
  });

  test.for<{ found: Found; state: HostnameState }>([
    { found: { cname: "cname-missing" }, state: "pending" },
    { found: { cname: "propagating" }, state: "propagating" },
    { found: { resolvers: "resolver-disagrees" }, state: "propagating" },
    { found: { cname: "cname-conflict-txt" }, state: "conflict" },
    { found: { cname: "cname-conflict-ns" }, state: "conflict" },
    { found: { cname: "cname-misdirected" }, state: "misdirected" },
    { found: { cname: "cname-wrong-owner" }, state: "misdirected" },
    { found: { cname: "cname-loop" }, state: "misdirected" },
    { found: { target: "target-unknown" }, state: "misdirected" },
    { found: { caa: "caa-other-ca" }, state: "caa-blocked" },
    { found: { caa: "caa-forbidden-by-semicolon" }, state: "caa-blocked" },
    { found: { caa: "caa-servfail" }, state: "caa-blocked" },
    {
      found: { dnssec: "dnssec-bogus", resolvers: "resolver-disagrees", caa: "caa-servfail" },
      state: "dnssec-bogus",
    },
    { found: { zone: "zone-not-found" }, state: "error" },
    { found: { zone: "zone-unreachable" }, state: "error" },
    { found: { target: "target-unreachable" }, state: "error" },
  ])("$state is what $found makes it", ({ found, state }) => {
    const life = new Life();
    expect(life.check(0, report(found))).toBe(state);
    expect(life.hostname.reason).toBe(Object.values(found)[0]);
    expect(life.nextAction).toBe(`mend ${Object.keys(found)[0]}`);
  });

  test("F22 a customer may take months: it stays pending, and is looked at less and less, at least every 6 hours", () => {
    const life = new Life();
    const missing = (): Report => report({ cname: "cname-missing" });
    expect(life.checkWhenDue(10 * MINUTE, missing)).toBe(11);
    const inDay = life.checkWhenDue(DAY, missing);
    expect(inDay).toBeGreaterThan(40);
    expect(inDay).toBeLessThan(60);
    life.checkWhenDue(60 * DAY, missing);
    expect(life.state).toBe("pending");
    expect(life.checkWhenDue(10 * DAY, missing)).toBe(40);
    expect(life.check(0)).toBe("propagating");
  });

  test("F22 what passes by itself changes neither since when it waits nor how often it is looked at", () => {
    const life = new Life();
    const missing = (): Report => report({ cname: "cname-missing" });
    life.checkWhenDue(20 * DAY, missing);
    const { sinceMs } = life.hostname;
    let isDown = false;
    const flapping = (): Report => {
      isDown = !isDown;
      return isDown ? report({ zone: "zone-unreachable" }) : missing();
    };
    // Every look after six hours fails, and the one a minute later does not.
    expect(life.checkWhenDue(10 * DAY, flapping)).toBeLessThanOrEqual(80);
    expect(life.state).toBe("pending");
    expect(life.hostname.sinceMs).toBe(sinceMs);
    life.checkWhenDue(DAY, () => report({ zone: "zone-unreachable" }));
    expect(life.state).toBe("error");
    // That was new a day ago, what comes back was not.
    expect(life.checkWhenDue(10 * DAY, () => report({ zone: "zone-unreachable" }))).toBeLessThan(
      50,
    );
    expect(life.check(0, missing())).toBe("pending");
    expect(life.hostname.nextCheckMs).toBe(life.nowMs + 6 * HOUR);
  });

  test("F36 what waits for over an hour says so, and each state has one next action", () => {
    const life = new Life();
    life.check(0, report({ cname: "propagating" }));
    expect(life.nextAction).toBe("mend cname");
    life.check(HOUR, report({ cname: "propagating" }));
    expect(life.nextAction).toBe("it has been so for over an hour: mend cname");
    life.check(0);
    const unsaid = new Life();
    expect(unsaid.nextAction).toBe(
      "create this record at the DNS host of www.example.com: _acme-challenge.www.example.com. CNAME d.auth.example.org.",
    );
  });
});

describe("in use", () => {
  test("F36 it is active when a value was published and asked for, not before", () => {
    const life = new Life().confirm();
    expect(life.use({ lastUpdateMs: life.nowMs })).toBe("ready");
    expect(life.use({ servedMs: life.nowMs })).toBe("active");
    expect(life.hostname.sinceMs).toBe(life.nowMs);
  });

  test("F5 it is stale when nothing was published for checks.stale_after, and active again with the next update", () => {
    const life = new Life().confirm();
    life.use({ lastUpdateMs: life.nowMs, servedMs: life.nowMs });
    expect(life.check(75 * DAY)).toBe("active");
    expect(life.check(1)).toBe("stale");
    expect(life.nextAction).toContain("ACME client of www.example.com");
    expect(life.use({ lastUpdateMs: life.nowMs })).toBe("active");
    life.policy = { ...POLICY, staleAfterMs: 30 * DAY };
    expect(life.check(31 * DAY)).toBe("stale");
  });

  test("one that was never used is not stale", () => {
    expect(new Life().confirm().check(400 * DAY)).toBe("ready");
  });

  test("what may pass by itself must be seen twice, a minute apart", () => {
    const life = new Life().confirm();
    const down = report({ zone: "zone-unreachable" });
    expect(life.check(HOUR, down)).toBe("ready");
    expect(life.hostname.nextCheckMs).toBe(life.nowMs + MINUTE);
    expect(life.check(MINUTE / 2, down)).toBe("ready");
    expect(life.check(MINUTE / 2, down)).toBe("error");
    const again = new Life().confirm();
    again.check(HOUR, down);
    again.check(MINUTE);
    expect(again.check(MINUTE, down)).toBe("ready");
  });

  test("no resolver that answers says nothing about it, however often", () => {
    const life = new Life().confirm();
    for (let i = 0; i < 5; i++) expect(life.hear(HOUR)).toBe("ready");
    const waiting = new Life();
    expect(waiting.hear(0)).toBe("pending");
    expect(waiting.hostname.reason).toBe("no-resolver");
    expect(waiting.nextAction).toContain("checks.resolvers");
    expect(waiting.check(MINUTE)).toBe("propagating");
  });

  test("F4 what its delegate published for others before it was made does not make it active", () => {
    const life = new Life();
    life.delegate = { ...LIVE, lastUpdateMs: START - DAY, servedMs: START - DAY };
    life.confirm();
    expect(life.check(80 * DAY)).toBe("ready");
    expect(life.use({ lastUpdateMs: life.nowMs })).toBe("ready");
    expect(life.use({ servedMs: life.nowMs })).toBe("active");
  });

  test("a clock that was ahead when it was made keeps it from nothing", () => {
    const life = new Life();
    life.hostname = { ...life.hostname, createdMs: START + 365 * DAY };
    life.confirm();
    expect(life.use({ lastUpdateMs: life.nowMs, servedMs: life.nowMs })).toBe("active");
  });

  test("F30 a name server on the way that is silent is seen twice, and then it is misdirected", () => {
    const trace = [
      "192.0.2.1: CNAME a.example.net, no answer about the rest: a.example.net: SERVFAIL",
    ];
    const cut = reportOf("www.example.com", [step("cname", "cname-misdirected", { trace })]);
    const life = new Life().confirm();
    expect(life.check(HOUR, cut)).toBe("ready");
    expect(life.check(MINUTE, cut)).toBe("misdirected");
    const orphan = new Life().confirm();
    orphan.delegate = { ...LIVE, state: "deleted" };
    orphan.check(HOUR, cut);
    expect(orphan.isOver).toBe(false);
  });

  test("what somebody has changed counts at once", () => {
    const life = new Life().confirm();
    expect(life.check(HOUR, report({ cname: "cname-missing" }))).toBe("pending");
    expect(new Life().confirm().check(HOUR, report({ caa: "caa-other-ca" }))).toBe("caa-blocked");
  });
});

const here = report({ traffic: "ok" });
const elsewhere = report({ traffic: "traffic-not-switched" });

describe("leaving", () => {
  test("F24 traffic that goes elsewhere, three times over at least 72 hours, is offboarding; its return ends that", () => {
    const life = new Life().confirm();
    life.check(HOUR, here);
    expect(life.check(HOUR, elsewhere)).toBe("ready");
    expect(life.check(24 * HOUR, elsewhere)).toBe("ready");
    expect(life.check(24 * HOUR, elsewhere)).toBe("ready");
    expect(life.check(24 * HOUR - 1, elsewhere)).toBe("ready");
    expect(life.check(1, elsewhere)).toBe("offboarding");
    // F25: the exact record to delete.
    expect(life.nextAction).toContain("_acme-challenge.www.example.com. CNAME d.auth.example.org.");
    expect(life.check(HOUR, here)).toBe("ready");
    expect(life.check(HOUR, elsewhere)).toBe("ready");
  });

  test("F24 many looks in an hour are one miss, and one look that works begins anew", () => {
    const life = new Life().confirm();
    life.check(HOUR, here);
    for (let i = 0; i < 20; i++) expect(life.check(MINUTE, elsewhere)).toBe("ready");
    life.check(30 * HOUR, here);
    expect(life.check(50 * HOUR, elsewhere)).toBe("ready");
  });

  test("F24 a clock that jumps by years makes nobody leave", () => {
    const life = new Life().confirm();
    life.check(HOUR, here);
    life.check(HOUR, elsewhere);
    expect(life.check(3650 * DAY, elsewhere)).toBe("ready");
    expect(life.check(HOUR, elsewhere)).toBe("ready");
    expect(life.check(23 * HOUR, elsewhere)).toBe("offboarding");
  });

  test("what was not answered about its traffic counts for nothing", () => {
    const life = new Life().confirm();
    life.check(HOUR, here);
    const silent = reportOf("www.example.com", [
      ...report().steps.filter(({ id }) => id !== "traffic"),
      step("traffic", "traffic-not-switched", { trace: ["A: SERVFAIL"] }),
    ]);
    for (let i = 0; i < 10; i++) expect(life.check(DAY, silent)).toBe("ready");
  });

  test("F26 traffic that never came is never_pointed after policy.never_pointed_after, counted from when it was ready", () => {
    const life = new Life().confirm();
    life.use({ lastUpdateMs: life.nowMs, servedMs: life.nowMs });
    expect(life.check(60 * DAY, elsewhere)).toBe("active");
    life.delegate = { ...life.delegate, lastUpdateMs: life.nowMs };
    expect(life.check(30 * DAY - 1, elsewhere)).toBe("active");
    expect(life.check(1, elsewhere)).toBe("never_pointed");
    expect(life.nextAction).toContain("edge.example.net");
    expect(life.check(HOUR, here)).toBe("active");
    // It came once: from now on it can only leave.
    for (let i = 0; i < 3; i++) life.check(40 * DAY, elsewhere);
    expect(life.state).toBe("offboarding");
  });

  test("F26 one look after a clock has jumped makes it never_pointed, and nobody's delegate is locked for that", () => {
    const life = new Life().confirm();
    life.check(HOUR, elsewhere);
    expect(life.check(100 * DAY, elsewhere)).toBe("never_pointed");
    expect(life.hasLeft).toBe(false);
    life.check(DAY, elsewhere);
    expect(life.hasLeft).toBe(true);
  });

  test("F24 without targets any more it has not left", () => {
    const life = new Life().confirm();
    life.check(HOUR, here);
    for (let i = 0; i < 4; i++) life.check(DAY, elsewhere);
    expect(life.state).toBe("offboarding");
    expect(life.check(HOUR, report({ traffic: "not-asked" }))).toBe("ready");
    expect(life.check(HOUR, elsewhere)).toBe("ready");
  });

  test("without targets nobody leaves, and with policy.offboard_action = none neither", () => {
    const life = new Life().confirm();
    for (let i = 0; i < 5; i++) expect(life.check(100 * DAY)).toBe("ready");
    const none = new Life().confirm();
    none.policy = { ...POLICY, offboardAction: "none" };
    none.check(HOUR, here);
    for (let i = 0; i < 5; i++) expect(none.check(2 * DAY, elsewhere)).toBe("ready");
  });
});

describe("whose delegate is not there", () => {
  test.for<Code>([
    "cname-missing",
    "cname-misdirected",
    "cname-conflict-txt",
    "cname-conflict-ns",
    "cname-loop",
    "cname-chain-too-long",
    "cname-wrong-owner",
  ])("F25 of a deleted one: over with %s, also behind a zone that nobody may ask", (code) => {
    const life = new Life().confirm();
    life.delegate = { ...LIVE, state: "deleted" };
    expect(life.check(HOUR, report({ cname: "propagating" }))).toBe("orphaned");
    expect(life.isOver).toBe(false);
    life.check(HOUR, report({ zone: "zone-address-private", cname: code }));
    expect(life.isOver).toBe(true);
  });

  test("F25 of a deleted one: orphaned until its record is gone or leads elsewhere", () => {
    const life = new Life().confirm();
    life.delegate = { ...LIVE, state: "deleted" };
    expect(life.check(HOUR, report({ target: "target-unknown" }))).toBe("orphaned");
    expect(life.isOver).toBe(false);
    expect(life.nextAction).toBe(
      "have this record deleted at the DNS host of www.example.com, since its delegate is deleted: _acme-challenge.www.example.com. CNAME d.auth.example.org.",
    );
    life.check(HOUR, report({ zone: "zone-unreachable" }));
    expect(life.isOver).toBe(false);
    life.check(HOUR, report({ cname: "cname-missing" }));
    expect(life.isOver).toBe(true);
  });

  test("of a locked one: locked, whatever is found, and not looked at", () => {
    const life = new Life().confirm();
    life.delegate = { ...LIVE, state: "disabled" };
    expect(life.check(HOUR, report({ cname: "cname-missing" }))).toBe("locked");
    expect(life.hostname.nextCheckMs).toBeUndefined();
    expect(life.hostname.facts.beforeLock).toBe("ready");
  });
});

/** What checks find, over and over. */
const FLAPPING: readonly (readonly [string, readonly (() => Report)[]])[] = [
  ["right, silent", [() => report(), () => report({ zone: "zone-unreachable" })]],
  ["right, SERVFAIL for CAA", [() => report(), () => report({ caa: "caa-servfail" })]],
  ["right, missing", [() => report(), () => report({ cname: "cname-missing" })]],
  ["right, spreading", [() => report(), () => report({ cname: "propagating" })]],
  [
    "silent twice, right",
    [
      () => report({ zone: "zone-unreachable" }),
      () => report({ zone: "zone-unreachable" }),
      () => report(),
    ],
  ],
  [
    "missing, silent twice, spreading",
    [
      () => report({ cname: "cname-missing" }),
      () => report({ zone: "zone-unreachable" }),
      () => report({ zone: "zone-unreachable" }),
      () => report({ cname: "propagating" }),
    ],
  ],
];

test.for(FLAPPING)("F35 what comes and goes is not looked at all the time: %s", ([, reports]) => {
  for (const life of [new Life(), new Life().confirm()]) {
    let i = 0;
    const next = (): Report => reports[i++ % reports.length]?.() ?? report();
    life.checkWhenDue(10 * DAY, next);
    expect(life.checkWhenDue(DAY, next)).toBeLessThan(30);
  }
});

describe("a clock that was ahead for a while", () => {
  const ahead = (life: Life, found: Report): void => {
    const right = life.nowMs;
    life.check(365 * DAY, found);
    life.nowMs = right;
    life.check(HOUR, found);
  };

  test("F24 keeps nobody from being seen to leave", () => {
    const life = new Life().confirm();
    life.check(HOUR, report({ traffic: "ok" }));
    const away = report({ traffic: "traffic-not-switched" });
    ahead(life, away);
    for (let i = 0; i < 4; i++) life.check(DAY, away);
    expect(life.state).toBe("offboarding");
  });

  test.for(["cname-missing", "propagating"] as const)(
    "F35 has nobody looked at all the time: %s",
    (cname) => {
      const life = new Life();
      const found = report({ cname });
      ahead(life, found);
      expect(life.checkWhenDue(30 * DAY, () => found)).toBeLessThan(300);
    },
  );
});

test("F26 with other edge targets in the configuration, the count begins anew", () => {
  const life = new Life().confirm();
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.1"] };
  life.check(HOUR, report({ traffic: "ok" }));
  const away = report({ traffic: "traffic-not-switched" });
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.2"] };
  for (let i = 0; i < 5; i++) life.check(DAY, away);
  expect(life.state).toBe("ready");
  for (let i = 0; i < 90; i++) life.check(DAY, away);
  expect(life.state).toBe("never_pointed");
});

test("F24 the same edge targets in another order are the same", () => {
  const life = new Life().confirm();
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.1", "192.0.2.2"] };
  life.check(HOUR, report({ traffic: "ok" }));
  const away = report({ traffic: "traffic-not-switched" });
  for (let i = 0; i < 3; i++) life.check(DAY, away);
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.2", "192.0.2.1"] };
  expect(life.check(DAY, away)).toBe("offboarding");
});

test("F24 without a look, misses at the edge targets of before say nothing", () => {
  const life = new Life().confirm();
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.1"] };
  life.check(HOUR, report({ traffic: "ok" }));
  for (let i = 0; i < 3; i++) life.check(DAY, report({ traffic: "traffic-not-switched" }));
  life.policy = { ...life.policy, edgeTargets: ["192.0.2.2"] };
  life.nowMs += DAY;
  expect(life.use({})).toBe("ready");
});

describe("the record of one that was in use", () => {
  const missing = report({ cname: "cname-missing" });

  test("is lost when it is gone, until it is there again", () => {
    const life = new Life().confirm();
    const servedMs = life.nowMs + HOUR;
    life.nowMs = servedMs;
    expect(life.use({ lastUpdateMs: servedMs, servedMs })).toBe("active");
    expect(life.hasLostRecord).toBe(false);
    expect(life.check(HOUR, missing)).toBe("pending");
    expect(life.hasLostRecord).toBe(true);
    // The client goes on trying.
    life.use({ lastUpdateMs: life.nowMs + HOUR });
    expect(life.hasLostRecord).toBe(true);
    life.check(HOUR);
    expect(life.hasLostRecord).toBe(false);
  });

  test("is no record that never was, nor one that nobody has used", () => {
    const fresh = new Life();
    expect(fresh.check(HOUR, missing)).toBe("pending");
    expect(fresh.hasLostRecord).toBe(false);
    // Another host name of its delegate is in use.
    fresh.use({ lastUpdateMs: fresh.nowMs, servedMs: fresh.nowMs });
    expect(fresh.hasLostRecord).toBe(false);
    for (const facts of [{}, { lastUpdateMs: START + HOUR }, { servedMs: START + HOUR }]) {
      const unused = new Life().confirm();
      unused.delegate = { ...LIVE, ...facts };
      expect(unused.check(2 * HOUR, missing)).toBe("pending");
      expect(unused.hasLostRecord).toBe(false);
    }
    const before = new Life().confirm();
    before.delegate = { ...LIVE, lastUpdateMs: START - 1, servedMs: START - 1 };
    before.check(HOUR, missing);
    expect(before.hasLostRecord).toBe(false);
  });

  test("is not known to be lost where nobody has looked", () => {
    const life = new Life();
    life.hostname = { ...life.hostname, sinceMs: START + HOUR };
    life.delegate = { ...LIVE, lastUpdateMs: START + 1, servedMs: START + 1 };
    expect(life.hasLostRecord).toBe(false);
  });
});
