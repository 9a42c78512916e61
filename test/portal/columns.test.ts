import { describe, expect, test } from "vitest";
import { type Code, reportOf, STATUS_OF_CODE, type StepId, step } from "../../src/check/report.ts";
import { gistOf } from "../../src/hostname/gist.ts";
import {
  caaColumn,
  certificateColumn,
  challengeColumn,
  issuersIn,
  trafficColumn,
} from "../../src/portal/hostname/columns.ts";

const CA = "letsencrypt.org";
const NOW = Date.UTC(2026, 8, 14);
const report = (id: StepId, code: Code, found: Parameters<typeof step>[2] = {}) =>
  gistOf(reportOf("www.example.org", [step(id, code, found)]));
const caa = (...rrset: string[]) => ({ found: { asked: "a", owner: "a", rrset } });
const codesOf = (prefix: string) =>
  (Object.keys(STATUS_OF_CODE) as Code[]).filter((code) => code.startsWith(prefix));

describe("the columns of a host name", () => {
  test("say so where it was not looked at, and where that was not reached", () => {
    const empty = gistOf(reportOf("www.example.org", []));
    const subject = { facts: { passes: 0, failures: 0, misses: 0 }, state: "active" } as const;
    for (const [given, word] of [
      [undefined, "Not looked at"],
      [empty, "Not reached"],
    ] as const) {
      expect(challengeColumn(given).word).toBe(word);
      expect(caaColumn(given, CA).word).toBe(word);
      expect(trafficColumn(given, subject, NOW).word).toBe(word);
    }
    expect(certificateColumn(undefined, NOW).word).toBe("Not looked at");
    expect(certificateColumn(empty, NOW).word).toBe("Not read");
  });

  test("count the name servers that have the record", () => {
    const found = { found: "CNAME x.example (2/4 addresses of 2 name servers)" };
    expect(challengeColumn(report("cname", "ok", found)).word).toBe("Verified 2/4");
    expect(challengeColumn(report("cname", "propagating", found)).word).toBe("2 of 4");
    const own = { found: "_acme-challenge.a is in a zone of this server, and needs no CNAME" };
    expect(challengeColumn(report("cname", "ok", own)).word).toBe("Served here");
    expect(challengeColumn(report("zone", "zone-not-found")).word).toBe("Zone fails");
    for (const code of codesOf("cname-")) {
      expect(challengeColumn(report("cname", code)).word).not.toBe("Not reached");
    }
  });

  test.for([
    ["caa-none", {}, "warn", "Any CA"],
    ["caa-servfail", { found: "SERVFAIL" }, "fail", "No answer"],
    ["caa-allows", caa(`0 issue "${CA}"`), "ok", "Let’s Encrypt"],
    ["caa-accounturi-unchecked", caa(`0 issue "${CA}; accounturi=x"`), "ok", "Bound to account"],
    // Another record lets any account of it.
    ["caa-allows", caa(`0 issue "${CA}; accounturi=x"`, `0 issue "${CA}"`), "ok", "Let’s Encrypt"],
    [
      "caa-other-ca",
      caa('0 issue "a.example"', '0 issuewild "a.example"'),
      "fail",
      "a.example only",
    ],
    ["caa-other-ca", caa('0 issue "a.example"', '0 issue "b.example"'), "fail", "2 other CAs"],
    // What is for wildcard names alone lets nobody issue for this one.
    ["caa-other-ca", caa('0 issue "a.example"', `0 issuewild "${CA}"`), "fail", "a.example only"],
    ["caa-forbidden-by-semicolon", caa('0 issue ";"'), "fail", "Forbidden"],
    ["caa-issuewild-forbids", caa('0 issue "a.example"'), "fail", "Forbidden"],
  ] as const)("say who may issue: %s %j", ([code, found, tone, word]) => {
    expect(caaColumn(report("caa", code, found), CA)).toMatchObject({ tone, word });
  });

  test("name each authority once, whatever stands in the records", () => {
    expect(
      issuersIn([
        '0 issue "a"',
        '0 ISSUE "a; x=y"',
        '0 issuewild "b"',
        '0 iodef "c"',
        '0 issue ";"',
        "",
      ]),
    ).toEqual(["a"]);
  });

  test.for([
    ["2026-12-31", "ok", "108 d left", "ok"],
    ["2026-09-20", "fail", "6 d left", "tls-expiring"],
    ["2026-09-25", "warn", "11 d left", "tls-expiring"],
    ["2026-09-01", "fail", "Has ended", "tls-expiring"],
    ["2026-09-13", "fail", "Has ended", "ok"],
    ["2026-09-14", "fail", "Ends today", "tls-expiring"],
    ["2026-09-15", "fail", "1 d left", "tls-expiring"],
  ] as const)("say how long a certificate lasts: until %s", ([until, tone, word, code]) => {
    const found = { found: `CN=www.example.org until ${until}` };
    // The same all day: the hour at which it ends is not kept.
    for (const nowMs of [NOW, NOW + 1, NOW + 86_399_999]) {
      expect(certificateColumn(report("tls", code, found), nowMs)).toMatchObject({ tone, word });
    }
  });

  test("say where the traffic goes", () => {
    const facts = { passes: 0, failures: 0, misses: 0 };
    const left = { ...facts, pointedMs: 1, firstMissMs: NOW - 3 * 86_400_000 };
    const away = report("traffic", "traffic-not-switched", { found: "A 192.0.2.1" });
    const wordOf = (given: typeof away, state: "active" | "ready", those: object = facts) =>
      trafficColumn(given, { facts: { ...facts, ...those }, state }, NOW).word;
    expect(wordOf(report("traffic", "ok"), "active")).toBe("Edge");
    expect(wordOf(report("traffic", "not-asked"), "active")).toBe("Unset");
    expect(wordOf(away, "active")).toBe("Elsewhere");
    expect(wordOf(away, "ready")).toBe("Not yet");
    expect(wordOf(away, "active", left)).toBe("Left 3\u00a0d ago");
  });
});
