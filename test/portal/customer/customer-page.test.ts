import { describe, expect, test } from "vitest";
import { type Code, reportOf, type Step, step } from "../../../src/check/report.ts";
import { type HostnameState, NO_FACTS } from "../../../src/hostname/hostname.ts";
import { publicView } from "../../../src/hostname/public-view.ts";
import { customerPage } from "../../../src/portal/customer/customer-page.ts";
import type { HostnameRecord } from "../../../src/store/hostnames.ts";
import { elementsOf } from "../../support/markup.ts";

const NAME = "www.customer.example";
const WILD = "*.customer.example";
const NOW_MS = 1_800_000_000_000;

interface Given {
  readonly name?: string;
  readonly state?: HostnameState;
  /** Undefined: it was not looked at. */
  readonly steps?: readonly Step[] | undefined;
  /** A value was published and asked for since it was made. */
  readonly wasInUse?: boolean;
}

function recordOf({ name = NAME, state = "pending", steps, wasInUse }: Given): HostnameRecord {
  const usedMs = wasInUse === true ? 5 : undefined;
  const delegate = { state: "live", lastUpdateMs: usedMs, servedMs: usedMs } as const;
  return {
    ...{ id: 1, name, delegateId: 1, tenant: "", labels: {}, edgeTargets: [], createdMs: 0 },
    ...{
      state,
      sinceMs: wasInUse === true ? 9 : 0,
      reason: "cname-missing",
      advice: "",
      facts: NO_FACTS,
      nextCheckMs: undefined,
    },
    ...{ checkedMs: steps && NOW_MS - 5000, zone: "auth.example.org", subdomain: "shop", delegate },
  };
}

interface Seen {
  readonly words: string;
  readonly badge: string;
  /** The text of each card, by its title. */
  readonly cards: Readonly<Record<string, string>>;
}

function see(given: Given): Seen {
  const { steps } = given;
  const own = "customer.example";
  const text = customerPage({
    token: "token",
    record: recordOf(given),
    view: steps && publicView(reportOf(NAME, steps), own),
    own,
    zone: own,
    options: {
      operator: "Harbour Hosting",
      support: "help@harbour.example",
      edgeTargets: ["203.0.113.10"],
      ca: "letsencrypt.org",
    },
    nowMs: NOW_MS,
    isUnderWay: false,
    waitSeconds: 0,
  });
  const elements = elementsOf(text);
  const cards = elements
    .filter(({ attributes }) => attributes.get("class") === "card")
    .map((card) => {
      const title = elements.find(({ name, inside }) => name === "h2" && inside.includes(card));
      return [title?.text.replace(/^\d/, "") ?? "", card.text.replaceAll(/\s+/g, " ")];
    });
  const badge = elements.find(({ attributes }) => attributes.get("class") === "badge");
  const main = elements.find(({ name }) => name === "main");
  return {
    words: main?.text.replaceAll(/\s+/g, " ") ?? "",
    badge: badge?.text ?? "",
    cards: Object.fromEntries(cards),
  };
}

const RIGHT = [
  step("input", "ok"),
  step("zone", "ok"),
  step("cname", "ok", { found: "CNAME shop.auth.example.org" }),
];

function withCaa(code: Code, ...rrset: string[]): Step[] {
  const found = { asked: NAME, owner: "customer.example", rrset };
  return [...RIGHT, step("caa", code, { found })];
}

describe("CAA", () => {
  const stands: readonly (readonly [string, Given, readonly string[]])[] = [
    [
      "a wildcard name without issuewild needs issue alone",
      { name: WILD, steps: withCaa("caa-other-ca", '0 issue "digicert.com"') },
      ["One record is missing", 'customer.example. CAA 0 issue "letsencrypt.org"'],
    ],
    [
      "a wildcard name with issuewild needs another one",
      { name: WILD, steps: withCaa("caa-issuewild-forbids", '0 issuewild "digicert.com"') },
      ["for wildcard names", 'customer.example. CAA 0 issuewild "letsencrypt.org"'],
    ],
    [
      "what nobody may issue by",
      { steps: withCaa("caa-forbidden-by-semicolon", '0 issue ";"') },
      ["allow nobody. Add one more", 'customer.example. CAA 0 issue "letsencrypt.org"'],
    ],
    [
      "a critical property is to be removed",
      {
        steps: withCaa("caa-critical-unknown", '0 issue "letsencrypt.org"', '128 tbs "unknown"'),
      },
      ["One record is wrong", 'Remove 128 tbs "unknown" at customer.example'],
    ],
    [
      "methods without DNS are to be changed",
      {
        steps: withCaa(
          "caa-validationmethods-excludes",
          '0 issue "digicert.com"',
          '0 issue "letsencrypt.org; validationmethods=http-01"',
        ),
      },
      [
        "One record is wrong",
        'The record 0 issue "letsencrypt.org; validationmethods=http-01" at customer.example allows',
        "with dns-01 among them",
      ],
    ],
    [
      "another account is asked about",
      {
        steps: withCaa(
          "caa-accounturi-mismatch",
          '0 issue "letsencrypt.org; accounturi=https://a.example/1; accounturi=https://a.example/2"',
        ),
      },
      ["One record is wrong", "not for our account. Write to us"],
    ],
    [
      "what nobody can read is to be replaced",
      { steps: withCaa("caa-malformed", '0 issue "%%%"', '0 issue "digicert.com"') },
      [
        'No authority can read 0 issue "%%%" at customer.example',
        'Put this one in its place: Recordcustomer.example. CAA 0 issue "letsencrypt.org"',
      ],
    ],
    [
      "nothing is missing where nobody answers for CAA",
      { steps: [...RIGHT, step("caa", "caa-servfail")] },
      ["No answer", "Ask your DNS host to answer queries for CAA."],
    ],
    [
      "nothing is missing where nobody answers at all",
      { steps: [step("zone", "zone-unreachable"), step("caa", "caa-servfail")] },
      ["No answer", "Your name servers do not answer, so that"],
    ],
    ["nobody has looked", {}, ["Not looked at yet"]],
  ];

  test.for(stands)("%s", ([, given, wanted]) => {
    const { CAA = "" } = see(given).cards;
    for (const words of wanted) expect(CAA).toContain(words);
    const lacks = ["caa-other-ca", "caa-issuewild-forbids", "caa-forbidden-by-semicolon"];
    const isLacking = given.steps?.some(({ code }) => lacks.includes(code)) === true;
    expect(CAA.includes("One record is missing")).toBe(isLacking);
    expect(CAA.includes("Add one more")).toBe(isLacking);
    expect(CAA.includes("allow other authorities only")).toBe(
      given.steps?.some(({ code }) => code === "caa-other-ca") === true,
    );
  });

  test("of an alias elsewhere is whose it is to change", () => {
    const found = { asked: NAME, owner: "cdn.example", rrset: ['128 tbs "unknown"'] };
    const { CAA = "" } = see({
      steps: [...RIGHT, step("caa", "caa-critical-unknown", { found })],
    }).cards;
    expect(CAA).toContain("Whoever runs that name has to change its CAA records");
    expect(CAA).not.toContain("add CAA");
  });
});

test("DNSSEC that does not validate is what has to be mended, and CAA waits for it", () => {
  const { cards, badge } = see({
    state: "dnssec-bogus",
    steps: [...RIGHT, step("caa", "caa-servfail"), step("dnssec", "dnssec-bogus")],
  });
  expect(Object.keys(cards)).toEqual(["Add this CNAME", "DNSSEC", "CAA", "Move your website"]);
  expect(cards["DNSSEC"]).toContain("The DNSSEC signatures of your domain");
  expect(cards["DNSSEC"]).toContain("your registrar to mend the DS record");
  expect(cards["CAA"]).toContain("After DNSSEC");
  expect(cards["CAA"]).not.toContain("Ask your DNS host");
  expect(badge).toBe("DNSSEC bogus");
});

describe("what is not the customer's to mend", () => {
  test.for([
    ["misdirected", step("target", "target-unknown")],
    ["error", step("target", "target-unreachable")],
    ["stale", step("target", "ok")],
  ] as const)("%s is our turn", ([state, failed]) => {
    const { badge, words } = see({ state, steps: [...RIGHT, step("caa", "caa-none"), failed] });
    expect(badge).toBe("It is our turn");
    expect(words).toContain("Something has to be mended at Harbour Hosting");
  });

  test.for([
    ["misdirected", [step("zone", "ok"), step("cname", "cname-misdirected")]],
    ["error", [step("zone", "zone-unreachable")]],
    ["caa-blocked", withCaa("caa-other-ca", '0 issue "digicert.com"')],
    ["active", RIGHT],
    ["error", undefined],
  ] as const)("%s is not", ([state, steps]) => {
    expect(see({ state, steps }).badge).not.toBe("It is our turn");
  });
});

describe("the CNAME", () => {
  test("that nobody has looked for is neither missing nor waited for", () => {
    const { "Add this CNAME": card = "" } = see({}).cards;
    expect(card).toContain("Not looked at yet");
    for (const words of ["No record yet", "Not found", "Waiting for you", "Looked"]) {
      expect(card).not.toContain(words);
    }
  });

  test("that nobody could look for is not known", () => {
    const { "Add this CNAME": card = "" } = see({
      steps: [step("zone", "zone-unreachable")],
    }).cards;
    expect(card).toContain("Nobody could tell");
    expect(card).not.toContain("No record yet");
  });

  test("that was looked for and is not there is missing", () => {
    const steps = [step("zone", "ok"), step("cname", "cname-missing", { found: "nothing" })];
    const { "Add this CNAME": card = "" } = see({ steps }).cards;
    for (const words of ["Waiting for you", "No record yet", "Not found"]) {
      expect(card).toContain(words);
    }
  });

  test("that was in use and is not there any more is gone", () => {
    const steps = [step("zone", "ok"), step("cname", "cname-missing", { found: "nothing" })];
    const seen = see({ steps, wasInUse: true });
    expect(seen.badge).toContain("Record gone");
    for (const words of ["It is gone", "No record any more", "Not found"]) {
      expect(seen.cards["Add this CNAME"]).toContain(words);
    }
  });
});

test("locked: the record is to stay, and nothing says otherwise", () => {
  const { words, cards } = see({ state: "locked", steps: RIGHT });
  expect(words).toContain(
    "Renewals are paused. Leave the record as it is, and write to Harbour Hosting.",
  );
  expect(words).toContain("Questions: help@harbour.example");
  expect(cards).toEqual({});
  expect(words).not.toMatch(/Add this|keep looking|Delete|waiting/);
});

test("orphaned: there is one record to delete, and nothing else", () => {
  const { words, cards } = see({ state: "orphaned", steps: RIGHT });
  expect(Object.keys(cards)).toEqual(["Delete this record"]);
  for (const text of [`_acme-challenge.${NAME}`, "shop.auth.example.org", "Check now"]) {
    expect(cards["Delete this record"]).toContain(text);
  }
  expect(words).not.toMatch(/Connect|Add this|waiting|step 1/);
});
