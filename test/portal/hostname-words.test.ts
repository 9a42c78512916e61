import { describe, expect, test } from "vitest";
import { type Code, reportOf, type StepId, step } from "../../src/check/report.ts";
import { type HostnameState, NO_FACTS } from "../../src/hostname/hostname.ts";
import { pathOf } from "../../src/portal/hostname/path-of.ts";
import { stateSentence } from "../../src/portal/hostname/state-words.ts";
import { caaSentence, stepViews } from "../../src/portal/hostname/step-views.ts";
import { type Html, html, type Piece } from "../../src/portal/html.ts";
import { hostnameBadge } from "../../src/portal/parts/badge.ts";
import { stepList } from "../../src/portal/parts/step.ts";
import type { HostnameRecord } from "../../src/store/hostnames.ts";

const CA = "letsencrypt.org";
const NOW = Date.UTC(2026, 8, 14, 12);
const HOUR = 3_600_000;
const CONTEXT = { ca: CA, nowMs: NOW };

/** One that was in use, and what it is now. */
function recordOf(state: HostnameState, reason = ""): HostnameRecord {
  return {
    ...{ id: 1, name: "www.example.org", delegateId: 1, tenant: "", labels: {}, edgeTargets: [] },
    ...{ createdMs: NOW - 9 * HOUR, state, sinceMs: NOW - HOUR, reason, advice: "" },
    ...{ facts: NO_FACTS, checkedMs: NOW, nextCheckMs: NOW, zone: "auth.example", subdomain: "d" },
    delegate: { state: "live", lastUpdateMs: NOW - 3 * HOUR, servedMs: NOW - 3 * HOUR },
  };
}

const report = (id: StepId, code: Code, details: Parameters<typeof step>[2] = {}) =>
  reportOf("www.example.org", [step(id, code, details)]);
const caa = (code: Code, ...rrset: string[]) =>
  step("caa", code, { found: { asked: "example.org", owner: "example.org", rrset } });

function wordsOf(piece: Piece | Html): string {
  return html`${piece}`.text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

describe("a host name whose record is gone though it was in use", () => {
  const lost = recordOf("pending", "cname-missing");
  const missing = report("cname", "cname-missing", { found: "nothing" });

  test("says so, and is not as calm as a new one", () => {
    expect(stateSentence(lost, NOW)).toBe("The record that led here is gone; renewals fail.");
    expect(hostnameBadge(lost).text).toContain('data-tone="warn"');
    expect(wordsOf(hostnameBadge(lost))).toContain("Record gone");
    const fresh = { ...lost, sinceMs: lost.createdMs };
    expect(wordsOf(stateSentence(fresh, NOW))).toContain("leads here yet");
    expect(hostnameBadge(fresh).text).toContain('data-tone="idle"');
  });

  test("has a way that stops at its record", () => {
    const words = wordsOf(pathOf(lost, missing, CONTEXT));
    expect(words).toMatch(/CNAME gone stops here/);
    const fresh = wordsOf(pathOf({ ...lost, sinceMs: lost.createdMs }, missing, CONTEXT));
    expect(fresh).toContain("No CNAME yet CNAME");
    expect(fresh).not.toContain("stops here");
  });
});

test.each([
  ["propagating", "confirming", "Everything is right. It is looked at again before that counts."],
  ["propagating", "propagating", "The record is there, and not seen everywhere yet."],
  ["ready", "", "Everything is set up; no value was published and asked for since it was added."],
  [
    "caa-blocked",
    "caa-servfail",
    "Nobody says what its CAA records allow, so that no CA may issue.",
  ],
  ["caa-blocked", "caa-other-ca", "CAA records keep the CA from issuing."],
  [
    "error",
    "zone-not-found",
    "There is no such zone: its name is not registered, or has no name servers.",
  ],
  ["error", "target-unreachable", "Its record is right, and no answer comes about its delegate."],
  ["error", "zone-unreachable", "It could not be looked at."],
] as const)("what is said of one that is %s for %s", (state, reason, words) => {
  expect(stateSentence(recordOf(state, reason), NOW)).toBe(words);
});

describe("who may issue, in a sentence", () => {
  test.each([
    ["caa-other-ca", ['0 issue "a.example"', `0 issuewild "${CA}"`], "allows a.example only."],
    [
      "caa-issuewild-forbids",
      [`0 issue "${CA}"`, '0 issuewild ";"'],
      "does not let Let’s Encrypt issue for wildcard names.",
    ],
    [
      "caa-validationmethods-excludes",
      [`0 issue "${CA}; validationmethods=http-01"`],
      "does not let Let’s Encrypt validate over DNS.",
    ],
    [
      "caa-critical-unknown",
      [`0 issue "${CA}"`, '128 tbs "x"'],
      "has a critical property that no CA knows, so that none may issue.",
    ],
    ["caa-forbidden-by-semicolon", ['0 issue ";"'], "lets nobody issue."],
    ["caa-allows", [`0 issue "${CA}"`], "allows Let’s Encrypt."],
    [
      "caa-accounturi-unchecked",
      [`0 issue "${CA}; accounturi=x"`],
      "allows Let’s Encrypt for certain accounts alone.",
    ],
  ] as const)("%s", (code, rrset, words) => {
    const sentence = wordsOf(caaSentence(caa(code, ...rrset), CA)).replace(" .", ".");
    expect(sentence).toBe(`The CAA record at example.org ${words}`);
  });
});

test("that its account is not known here is no flaw of a name that is bound to one", () => {
  const bound = caa("caa-accounturi-unchecked", `0 issue "${CA}; accounturi=x"`);
  const details = { ...bound, expected: "x", fix: "check again with --account-uri" };
  const views = stepViews(reportOf("www.example.org", [details]), CA);
  expect(views.some(({ status }) => status === "WARN")).toBe(false);
  const words = wordsOf(stepList(views));
  expect(words).toContain("As it should be");
  for (const wrong of ["Not quite", "--account-uri"]) expect(words).not.toContain(wrong);
  const way = wordsOf(pathOf(recordOf("active"), reportOf("www.example.org", [bound]), CONTEXT));
  expect(way).toContain("CAA bound to an account");
});

describe("the way of a challenge", () => {
  test.each([
    ["2026-09-14", "Ends today"],
    ["2026-09-15", "1 day left"],
    ["2026-09-16", "2 days left"],
    ["2026-09-13", "Ended 1 day ago"],
  ])("says when the certificate ends: %s", (until, words) => {
    const found = report("tls", "tls-expiring", { found: `from R10, until ${until}` });
    expect(wordsOf(pathOf(recordOf("active"), found, CONTEXT))).toContain(words);
  });

  test("counts addresses, and none in a zone of this server", () => {
    const wayOf = (code: Code, found: string): string =>
      wordsOf(pathOf(recordOf("active"), report("cname", code, { found }), CONTEXT));
    expect(wayOf("ok", "CNAME d.auth.example (4/4 addresses, ttl 60)")).toContain(
      "CNAME verified at 4 of 4 addresses",
    );
    expect(wayOf("propagating", "propagating (1/4 addresses): x")).toContain(
      "CNAME at 1 of 4 addresses",
    );
    const own = wayOf("ok", "a is in a zone of this server, and needs no CNAME");
    expect(own).toContain("Served here");
    expect(own).not.toContain("verified");
  });
});
