import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { v1Client } from "../http/v1/v1-client.ts";
import { startServerUnderTest } from "../support/server-under-test.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  actsSince,
  newestRow,
  PORTAL_ENV,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

const SECRET = "a-registration-token-that-is-long-enough-1";
let portal: PortalUnderTest;
let from: number;

beforeAll(async () => {
  portal = await startPortal({
    env: {
      DNSVOUCH_REGISTRATION: "token",
      DNSVOUCH_API_REGISTRATION_TOKENS: SECRET,
      DNSVOUCH_NOTIFY_NTFY: `https://user:${SECRET}@hooks.example/${SECRET}`,
    },
  });
});
beforeEach(() => {
  from = newestRow(portal.server);
});
afterAll(() => portal.server.remove());

const acts = (): string[] => actsSince(portal.server, from);
const failed = ({ text }: PortalPage): boolean => text.includes('class="note" data-tone="fail"');

describe("tokens", () => {
  test("are made, shown once, and end when they are revoked", async () => {
    const fields = { label: "panel", scope: ["read", "keys"], days: "30" };
    const page = await portal.admin.act("/settings/tokens", fields);
    const codes = page.elements.filter(({ name }) => name === "code").map(({ text }) => text);
    const token = codes.find((text) => /^[A-Za-z0-9_-]{30,}$/.test(text)) ?? "";
    const call = v1Client(portal.server.url, token);
    expect((await call("GET", "/delegates")).status).toBe(200);
    expect((await call("POST", "/delegates", {})).status).toBe(403);
    const again = await portal.admin.get("/settings");
    expect([again.text.includes(token), again.words.includes("panel")]).toEqual([false, true]);
    const id = /\/settings\/tokens\/(\d+)\/revoke/.exec(again.text)?.[1];
    const revoked = await portal.admin.act(`/settings/tokens/${id}/revoke`);
    expect(revoked.words).toContain("The token is revoked");
    expect((await call("GET", "/delegates")).status).toBe(401);
    expect((await portal.admin.post(`/settings/tokens/${id}/revoke`)).status).toBe(404);
    expect(acts()).toEqual(
      expect.arrayContaining([
        `token.create: token ${id}, scope read keys; user ada`,
        `token.revoke: token ${id}; user ada`,
      ]),
    );
  });

  test.for([
    [{ label: "x" }, "choose what it allows"],
    [{ label: "x", scope: ["read", "everything"] }, ""],
    [{ label: "x", scope: "read", days: "0" }, "a whole number of days"],
    [{ label: "x", scope: "read", days: "1e3" }, "a whole number of days"],
    [{ label: "x", scope: "read", days: "99999" }, ""],
    [{ label: "x".repeat(129), scope: "read" }, ""],
  ] as const)("nothing is made of %j, and what was filled in stays", async ([fields, why]) => {
    const page = await portal.admin.post("/settings/tokens", fields);
    expect([page.status, page.words]).toEqual([422, expect.stringContaining(why)]);
    const label = page.elements.find(({ attributes }) => attributes.get("name") === "label");
    expect(label?.attributes.get("value")).toBe(fields.label);
    const checked = page.elements.filter(({ attributes }) => attributes.has("checked"));
    const given = "scope" in fields ? [fields.scope].flat().filter((each) => each === "read") : [];
    expect(checked.map(({ attributes }) => attributes.get("value"))).toEqual(given);
    const isSaid = page.elements.some(({ attributes }) => {
      return attributes.has("aria-invalid") || attributes.get("role") === "alert";
    });
    expect(isSaid).toBe(true);
    expect(acts()).toEqual([]);
  });
});

describe("users", () => {
  test("are added, changed and removed, each with who did it in the trail", async () => {
    const added = await portal.admin.act("/settings/users", { name: "bob", role: "viewer" });
    expect(added.words).toMatch(/bob is added\.[\s\S]*One-time password of bob/);
    await portal.admin.act("/settings/users/bob/role", { subject: "admin" });
    await portal.admin.act("/settings/users/bob/password");
    const page = await portal.admin.act("/settings/users/bob/delete");
    expect(page.words).toContain("bob is removed");
    expect(acts()).toEqual([
      "user.create: user bob, role viewer; user ada",
      "user.change: user bob, role admin; user ada",
      "user.password: user bob; user ada",
      "user.delete: user bob; user ada",
    ]);
  });

  test.for(["", "ada", "two words", "-x", "x".repeat(65), "bøb", "a/b"])(
    "there is none called %j",
    async (name) => {
      const page = await portal.admin.post("/settings/users", { name, role: "admin" });
      expect(page.status).toBe(422);
      const field = page.elements.find(({ attributes }) => attributes.has("aria-invalid"));
      expect(field?.attributes.get("name")).toBe("name");
      expect(field?.attributes.get("value")).toBe(name);
      expect(acts()).toEqual([]);
    },
  );

  test("the last administrator stays one", async () => {
    for (const [path, fields, why] of [
      ["/settings/users/ada/role", { subject: "viewer" }, "The last administrator is ada"],
      ["/settings/users/ada/delete", {}, "Nobody removes themselves"],
      ["/settings/users/nobody/delete", {}, "There is no user nobody"],
      ["/settings/users/nobody/role", { subject: "admin" }, "There is no user nobody"],
      ["/settings/users/nobody/password", {}, "There is no user nobody"],
    ] as const) {
      const page = await portal.admin.act(path, fields);
      expect([failed(page), page.words]).toEqual([true, expect.stringContaining(why)]);
    }
    expect(acts()).toEqual([]);
  });

  test("nobody locks themselves out by a password that they cannot read", async () => {
    const page = await portal.admin.act("/settings/users/ada/password");
    expect([failed(page), page.words]).toEqual([
      true,
      expect.stringContaining("You change your own password yourself"),
    ]);
    expect(page.text).not.toContain('formaction="/settings/users/ada/password"');
    expect(acts()).toEqual([]);
  });
});

describe("the configuration", () => {
  test("is shown with where each key comes from, and without what is secret", async () => {
    const page = await portal.viewer.get("/settings");
    expect(page.words).toContain("[portal]");
    expect(page.words).toContain("DNSVOUCH_PORTAL_LISTEN");
    expect(page.words).toContain("default");
    expect(page.text.includes(SECRET)).toBe(false);
    const { text } = await portal.admin.get("/settings");
    expect(text.includes(SECRET)).toBe(false);
  });
});

describe("the doctor", () => {
  test("is shown what it finds, and a viewer no button", async () => {
    expect((await portal.viewer.get("/doctor")).status).toBe(200);
    const admin = await vi.waitUntil(
      async () => {
        const page = await portal.admin.get("/doctor");
        return page.text.includes('http-equiv="refresh"') ? undefined : page;
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(admin.words).toContain("Run again");
    const viewer = await portal.viewer.get("/doctor");
    expect(viewer.words).not.toContain("Run again");
  }, 60_000);
});

describe("a password in a file", () => {
  test("is the one that counts, and is changed there alone", async () => {
    const file = join(portal.server.folder, "password");
    writeFileSync(file, "fourteen small steps\n", { mode: 0o600 });
    const env = { ...PORTAL_ENV, DNSVOUCH_PORTAL_PASSWORD_FILE: file };
    const server = await startServerUnderTest(env);
    try {
      expect(server.oneTimePassword).toBeUndefined();
      const client = new PortalClient(server.portalUrl);
      expect((await client.signIn("admin", "fourteen small steps")).location).toBe("/");
      await client.get("/password");
      const next = "fifteen small steps";
      const fields = { current: "fourteen small steps", password: next, again: next };
      const refused = await client.post("/password", fields);
      expect(refused.words).toContain("portal.password_file says this password");
      await client.act("/settings/users", { name: "eve", role: "admin" });
      const eve = new PortalClient(server.portalUrl);
      const shown = await client.act("/settings/users/eve/password");
      const oneTime = /[2-9a-z]{5}(?:-[2-9a-z]{5}){3}/.exec(shown.text)?.[0] ?? "";
      await eve.signIn("eve", oneTime);
      await eve.get("/password");
      await eve.act("/password", { password: next, again: next });
      const reset = await eve.act("/settings/users/admin/password");
      expect([failed(reset), reset.words]).toEqual([
        true,
        expect.stringContaining("portal.password_file says the password of admin"),
      ]);
      expect((await client.get("/")).status).toBe(200);
    } finally {
      await server.remove();
    }
  });
});
