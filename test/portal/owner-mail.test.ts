import { expect, test } from "vitest";
import { HOSTNAME_STATES, type HostnameState, NO_FACTS } from "../../src/hostname/hostname.ts";
import type { HostnameView } from "../../src/portal/hostname/hostname-view.ts";
import { ownerMail } from "../../src/portal/hostname/owner-mail.ts";

const NAME = "www.customer.example";
const RECORD = `_acme-challenge.${NAME}. CNAME shop.auth.example.org.`;

/** What the mail says; undefined: there is no button for one. */
function mailOf(state: HostnameState, reason = "", contact = "it@customer.example") {
  const delegate = { state: "live", lastUpdateMs: undefined, servedMs: undefined };
  const record = {
    ...{ id: 1, name: NAME, delegateId: 1, tenant: "", labels: {}, edgeTargets: [], createdMs: 0 },
    ...{ state, sinceMs: 0, reason, advice: "mend this", facts: NO_FACTS, checkedMs: 0 },
    ...{ nextCheckMs: undefined, zone: "auth.example.org", subdomain: "shop", delegate },
  };
  const parts = { means: { edgeTargets: () => ["203.0.113.1"] } };
  const view = { contact, record, parts, visit: { nowMs: 0 } } as unknown as HostnameView;
  const href = ownerMail(view);
  return href === undefined ? undefined : (new URL(href).searchParams.get("body") ?? "");
}

test("owners are written to where they have something to do", () => {
  expect(HOSTNAME_STATES.filter((state) => mailOf(state) !== undefined)).toEqual([
    "pending",
    "misdirected",
    "conflict",
    "caa-blocked",
    "dnssec-bogus",
    "never_pointed",
    "offboarding",
    "orphaned",
  ]);
  expect(mailOf("conflict")).toBe(
    `Hello,\n\nto keep certificates for ${NAME} coming:\n\nMend this.\n`,
  );
  expect(mailOf("conflict", "", "by phone")).toBeUndefined();
});

test.for([
  ["pending", "no-resolver", false],
  ["pending", "cname-missing", true],
  ["propagating", "propagating", true],
  ["propagating", "confirming", false],
  ["propagating", "resolver-disagrees", false],
  ["misdirected", "target-unknown", false],
  ["misdirected", "cname-misdirected", true],
  ["error", "zone-unreachable", true],
  ["error", "zone-not-found", true],
  ["error", "target-unreachable", false],
  ["error", "input-public-suffix", false],
] as const)("%s for %s: the owner acts: %s", ([state, reason, acts]) => {
  expect(mailOf(state, reason) !== undefined).toBe(acts);
});

test.for(["offboarding", "orphaned", "never_pointed"] as const)(
  "%s: they are asked to delete the record, and not told what the operator is to do",
  (state) => {
    const words = mailOf(state) ?? "";
    expect(words.replace("Please", "please")).toContain(`please delete this record:\n\n${RECORD}`);
    expect(words).not.toMatch(/delegate|to keep certificates|the customer/);
    expect(words.includes("If you have left us")).toBe(state === "offboarding");
  },
);
