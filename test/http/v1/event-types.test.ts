import { describe, expect, test } from "vitest";
import type { AuditAction, AuditResult } from "../../../src/audit/audit-entry.ts";
import { hostnameDetail } from "../../../src/audit/audit-entry.ts";
import {
  EVENT_GROUPS,
  EVENT_TYPES,
  hostnameOf,
  kindsOf,
  typeOf,
} from "../../../src/http/v1/event-types.ts";

describe("types of events", () => {
  test.for(EVENT_TYPES)("%s is the type of its own rows", (type) => {
    const [kind, ...more] = kindsOf(type);
    expect(more).toEqual([]);
    const result = kind?.isAccepted === false ? "wrong_key" : "accepted";
    expect(typeOf({ action: kind?.action ?? "", result })).toBe(type);
  });

  test("are in groups", () => {
    expect(EVENT_GROUPS).toContain("auth");
    expect(kindsOf("auth")).toEqual([
      { action: "auth.login", isAccepted: true },
      { action: "auth.login", isAccepted: false },
      { action: "auth.logout" },
    ]);
    for (const none of ["", "nothing", "aut", "auth.", "constructor"]) {
      expect(kindsOf(none)).toEqual([]);
    }
  });

  test.for<{ action: AuditAction; result: AuditResult; type: string }>([
    { action: "user.create", result: "accepted", type: "user.created" },
    { action: "user.change", result: "accepted", type: "user.changed" },
    { action: "user.delete", result: "accepted", type: "user.deleted" },
    { action: "user.password", result: "accepted", type: "user.password_changed" },
    { action: "auth.login", result: "accepted", type: "auth.login" },
    { action: "auth.login", result: "wrong_key", type: "auth.failed" },
    { action: "auth.login", result: "limited", type: "auth.failed" },
    { action: "auth.logout", result: "accepted", type: "auth.logout" },
    { action: "link.create", result: "accepted", type: "link.created" },
    { action: "link.revoke", result: "accepted", type: "link.revoked" },
  ])("$action, $result: $type", ({ action, result, type }) => {
    expect(typeOf({ action, result })).toBe(type);
  });
});

describe("the host name of an event", () => {
  const detail = hostnameDetail("www.example.com", "");
  test.for([
    { action: "hostname.ready", detail: "www.example.com: pending -> ready; token 3" },
    { action: "link.create", detail },
    { action: "link.revoke", detail: `${detail}; user alice` },
  ])("$action: $detail", (row) => {
    expect(hostnameOf(row)).toBe("www.example.com");
  });

  test("is said of rows about host names alone", () => {
    expect(hostnameOf({ action: "check", detail })).toBeUndefined();
    expect(hostnameOf({ action: "link.create", detail: null })).toBeUndefined();
  });
});
