import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SERVER } from "../../src/audit/audit-entry.ts";
import { NO_FACTS } from "../../src/hostname/hostname.ts";
import type { Store } from "../../src/store/store.ts";
import { update } from "../store/store-fixture.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
  ZONE,
} from "./portal-under-test.ts";

let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal.server.remove());

describe("before there is anything", () => {
  test("the first page says what to do, and registers", async () => {
    const page = await portal.admin.get("/");
    for (const words of ["Three steps", `Delegate ${ZONE}`, "Open port 53"]) {
      expect(page.words).toContain(words);
    }
    const forms = page.elements.flatMap(({ attributes }) => attributes.get("action") ?? []);
    expect(forms).toContain("/delegates");
  });

  test("a viewer is told who registers", async () => {
    const page = await portal.viewer.get("/");
    expect(page.words).toContain("Somebody who administers the server registers delegates.");
    expect(page.words).not.toContain("Register delegate");
  });

  test("each list says that it is empty, and what it is for", async () => {
    expect((await portal.admin.get("/delegates")).words).toContain("No hostname yet");
    expect((await portal.admin.get("/delegates?view=delegates")).words).toContain(
      "No delegate yet",
    );
    const viewer = await portal.viewer.get("/delegates");
    expect(viewer.text).not.toContain("/delegates/new");
  });

  test("what is filled in wrong there is said on the page to register", async () => {
    const page = await portal.admin.post("/delegates", { hostname: "com" });
    expect([page.status, page.words]).toEqual([422, expect.stringContaining("public suffix")]);
  });
});

test("with a delegate it is about that, and about the server", async () => {
  await portal.admin.act("/delegates", { hostname: "www.example.org" });
  for (const client of [portal.admin, portal.viewer]) {
    const page = await client.get("/");
    expect(page.words).not.toContain("Three steps");
    for (const words of ["Storage", "Can be written", "Backup", "Registration", "Doctor"]) {
      expect(page.words).toContain(words);
    }
  }
});

test("one whose record is gone though it was in use is among those that need attention", async () => {
  const other = await startPortal({ seed: seedLost });
  try {
    const page = await other.admin.get("/");
    expect(page.words).toContain("One hostname needs attention");
    const [row] = page.elements.filter(({ name, text }) => name === "tr" && text.includes("lost."));
    expect(row?.text).toContain("Record gone");
    const { words } = await other.admin.get("/hostnames/lost.example.org");
    expect(words).toContain("The record that led here is gone; renewals fail.");
    expect((await other.admin.get("/hostnames/new.example.org")).words).toContain("leads here yet");
  } finally {
    await other.server.remove();
  }
});

/** Two that are pending, one of which was active. */
async function seedLost(store: Store): Promise<void> {
  const delegateId = await addDelegate(store, { subdomain: "shop" });
  const id = await addHostname(store, { delegateId, name: "lost.example.org", state: "active" });
  await addHostname(store, { delegateId, name: "new.example.org" });
  const usedMs = Date.now() + 1;
  const [key] = await store.credentialsOf(delegateId, usedMs);
  assert(key);
  await update(store, { delegateId, credentialId: key.id }, 1, { createdMs: usedMs });
  await store.hostnames.noteServed(delegateId, usedMs);
  const gone = { state: "pending", reason: "cname-missing", advice: "", facts: NO_FACTS } as const;
  const judge = () => ({ ...gone, nextCheckMs: undefined });
  await store.hostnames.judge({ id, timeMs: usedMs + 1, origin: SERVER, judge });
}
