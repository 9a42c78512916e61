import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fail, pass, skip } from "../../src/doctor/finding.ts";
import { type HostnameState, NO_FACTS } from "../../src/hostname/hostname.ts";
import { type Html, html, type Piece } from "../../src/portal/html.ts";
import { overviewPage } from "../../src/portal/overview/overview-page.ts";
import type { OverviewView } from "../../src/portal/overview/overview-view.ts";
import { serverCard } from "../../src/portal/overview/server-card.ts";
import { welcomePage } from "../../src/portal/overview/welcome-page.ts";
import type { DoctorRun, ServerFacts } from "../../src/portal/portal-parts.ts";
import type { Visit } from "../../src/portal/visit.ts";
import type { HostnameRecord } from "../../src/store/hostnames.ts";

const NOW = Date.UTC(2026, 8, 14, 12);
const HOUR = 3_600_000;
const SERVER: ServerFacts = {
  checks: { storage: true, dns_udp: true, dns_tcp: true },
  lastBackupMs: NOW - HOUR,
  makesBackups: true,
  backupEverySeconds: 86_400,
};

interface Given {
  readonly hostnames?: Readonly<Partial<Record<HostnameState, number>>>;
  readonly attention?: readonly HostnameRecord[];
  readonly lost?: number;
  readonly isAllLost?: boolean;
  readonly server?: Partial<ServerFacts>;
  readonly findings?: DoctorRun["findings"];
}

/** As much as these pages look at. */
function viewOf(given: Given): OverviewView {
  const { findings, hostnames = {}, attention = [], lost = 0, isAllLost = true, server } = given;
  const latest = findings && { endedMs: NOW - HOUR, findings };
  const parts = {
    options: () => ({ zone: "auth.example", registration: "closed" }),
    means: { edgeTargets: () => [] },
    doctor: { latest },
  };
  const visit = { nowMs: NOW, scopes: ["read"], csrf: "" };
  return {
    parts: parts as unknown as OverviewView["parts"],
    visit: visit as unknown as Visit,
    counts: { delegates: { live: 1, disabled: 0, deleted: 0 }, hostnames, lost, isAllLost },
    attention,
    idleDelegates: new Set(),
    activity: [],
    server: { ...SERVER, ...server },
  };
}

function recordOf(state: HostnameState): HostnameRecord {
  return {
    ...{ id: 1, name: "www.example.org", delegateId: 1, tenant: "", labels: {}, edgeTargets: [] },
    ...{ createdMs: NOW - 9 * HOUR, state, sinceMs: NOW - HOUR, reason: "r", advice: "mend it" },
    ...{ facts: NO_FACTS, checkedMs: NOW - HOUR, nextCheckMs: NOW },
    ...{ zone: "auth.example", subdomain: "d" },
    delegate: { state: "live", lastUpdateMs: NOW - 3 * HOUR, servedMs: NOW - 3 * HOUR },
  };
}

function wordsOf(piece: Piece | Html): string {
  return html`${piece}`.text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

const overviewWords = (given: Given): string => wordsOf(overviewPage(viewOf(given)).main);

describe("the overview", () => {
  test("counts those whose record is gone among those that need attention", () => {
    const lost = {
      hostnames: { active: 2, pending: 3 },
      lost: 1,
      attention: [recordOf("pending")],
    };
    const words = overviewWords(lost);
    expect(words).toContain("One hostname needs attention");
    expect(words).toContain("The other 4 renew without a person, or wait for their owners.");
    expect(words).toMatch(/www\.example\.org.*Record gone/);
    expect(overviewWords({ ...lost, lost: 2, isAllLost: false })).toContain(
      "At least 2 hostnames need attention",
    );
  });

  test("says of locked ones neither that they renew nor that they wait", () => {
    expect(overviewWords({ hostnames: { active: 3 } })).toContain(
      "All 3 renew without a person, or wait for their owners.",
    );
    expect(overviewWords({ hostnames: { active: 1, locked: 2 } })).toContain(
      "1 renews without a person, or waits for its owner; 2 are locked.",
    );
    expect(overviewWords({ hostnames: { locked: 1 } })).toContain(" 1 is locked.");
    const attention = [recordOf("error")];
    const others = { attention, hostnames: { error: 1, active: 2, locked: 1 } };
    expect(overviewWords(others)).toContain(
      "Of the others, 2 renew without a person, or wait for their owners; 1 is locked.",
    );
  });

  test("leads to all where it says all, and says whose last check it means", () => {
    const given = { hostnames: { error: 1, active: 52 }, attention: [recordOf("error")] };
    const { main } = overviewPage(viewOf(given));
    expect(html`${main}`.text).toContain('href="/delegates">All 53 hostnames');
    expect(wordsOf(main)).toContain("The last check of those below was 60 min ago .");
  });
});

describe("the card of the server", () => {
  const backupOf = (server: Partial<ServerFacts>): string | undefined =>
    /Backup.*?data-tone="(\w+)"/s.exec(serverCard(viewOf({ server })).text)?.[1];

  test("judges backups as the doctor does", () => {
    expect(backupOf({})).toBe("ok");
    expect(backupOf({ lastBackupMs: NOW - 48 * HOUR })).toBe("ok");
    expect(backupOf({ lastBackupMs: NOW - 49 * HOUR })).toBe("warn");
    expect(backupOf({ lastBackupMs: NOW - 49 * HOUR, backupEverySeconds: 7 * 86_400 })).toBe("ok");
    expect(backupOf({ makesBackups: false })).toBe("warn");
  });

  test("says when the doctor could not look", () => {
    expect(wordsOf(serverCard(viewOf({})))).toContain("Has not looked yet");
    const failed = wordsOf(serverCard(viewOf({ findings: "no disk" })));
    expect(failed).toContain("Could not look");
    expect(failed).not.toContain("Has not looked yet");
  });
});

test("before there is anything, what the doctor found of each zone counts", () => {
  const wordsFor = (findings: DoctorRun["findings"]): string => {
    const { parts, visit, server } = viewOf({ findings });
    return wordsOf(welcomePage({ parts, visit, server, delegations: [] }).main);
  };
  const good = pass("delegation auth.example", "it is");
  expect(wordsFor([good, pass("dns-udp", "x")])).toContain("In place");
  expect(wordsFor([good, skip("delegation b.example", "x")])).toContain("In place");
  expect(wordsFor([good, fail("delegation b.example", "x", "y")])).toContain("Not in place");
  expect(wordsFor([skip("delegation auth.example", "x")])).toContain("Waiting for you");
  expect(wordsFor([pass("delegations", "x")])).toContain("Waiting for you");
});

test("long names in the row above a title break, so that no page is wider than a phone", () => {
  const style = readFileSync(new URL("../../src/portal/static/style.css", import.meta.url), "utf8");
  expect(style).toMatch(/\.crumbs li \{\s*overflow-wrap: anywhere;/);
});
