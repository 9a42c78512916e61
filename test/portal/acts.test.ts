import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newToken, v1Client } from "../http/v1/v1-client.ts";
import { textsAt } from "../support/look-up.ts";
import { PortalClient } from "./portal-client.ts";
import {
  actsSince,
  addDelegate,
  addHostname,
  newestRow,
  type PortalUnderTest,
  startPortal,
  ZONE,
} from "./portal-under-test.ts";

let portal: PortalUnderTest;
let from: number;

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      await addDelegate(store, { subdomain: "shop", labels: { note: "a b=c", env: "prod" } });
      const shared = await addDelegate(store, { subdomain: "shared" });
      for (const name of ["a.example.org", "b.example.org", "c.example.org"]) {
        await addHostname(store, { delegateId: shared, name, state: "active" });
      }
    },
  });
});
beforeEach(() => {
  from = newestRow(portal.server);
});
afterAll(() => portal.server.remove());

const acts = (): string[] => actsSince(portal.server, from);
const act = (path: string, fields: Record<string, string> = {}) => portal.admin.act(path, fields);

describe("what is done to a delegate stands in the trail with who did it", () => {
  test("it is locked and unlocked, and the page stays", async () => {
    const referer = { Referer: `${portal.url}/delegates?view=delegates&q=shop` };
    const locked = await portal.admin.post("/delegates/1/lock", {}, referer);
    expect(locked.location).toBe("/delegates?view=delegates&q=shop");
    expect((await portal.admin.get(locked.location)).words).toContain("It is locked");
    const page = await portal.admin.get("/delegates/1");
    expect(page.words).toContain("it publishes nothing and its keys do nothing");
    expect((await act("/delegates/1/unlock")).words).toContain("It is unlocked");
    expect(acts()).toEqual(["delegate.disable: user ada", "delegate.enable: user ada"]);
  });

  test.for([
    "https://evil.example/delegates",
    "//evil.example/",
    "null",
    "/delegates",
    "http://127.0.0.1:1/delegates",
  ])("nobody is led to where they say that they come from: %s", async (referer) => {
    const answer = await portal.admin.post("/delegates/1/lock", {}, { Referer: referer });
    expect(answer.location).toBe("/delegates/1");
    await act("/delegates/1/unlock");
  });

  test.for(["//evil.example/x", "///evil.example", "/\\evil.example"])(
    "nor to another host by an address of ours with several slashes: %s",
    async (path) => {
      const headers = { Referer: `${portal.url}${path}` };
      const done = await portal.admin.post("/delegates/1/lock", {}, headers);
      expect(done.location).toMatch(/^\/[^/\\]/);
      const none = await portal.admin.post("/hostnames/recheck", {}, headers);
      expect(none.location).toMatch(/^\/[^/\\]/);
      await portal.admin.post("/delegates/1/lock", { csrf: "" }, headers);
      await act("/delegates/1/unlock");
    },
  );

  test("it is changed, and what is left out of the form is gone", async () => {
    const form = await portal.admin.get("/delegates/1/edit");
    const sent = Object.fromEntries(
      form.elements
        .filter(({ name, attributes }) => name === "input" && attributes.get("name") !== "csrf")
        .map(({ attributes }) => [attributes.get("name") ?? "", attributes.get("value") ?? ""]),
    );
    expect(sent["labels"]).toBe('note="a b=c" env=prod');
    // Saved as it is, it stays as it is.
    await act("/delegates/1/edit", sent);
    const call = v1Client(portal.server.url, await newToken(portal.server.folder, "read"));
    const labels = async () => (await call("GET", "/delegates/1")).body.labels;
    expect(await labels()).toEqual({ env: "prod", note: "a b=c" });
    const changed = {
      ...sent,
      tenant: "emca",
      labels: 'q="\\"x\\\\" env=',
      allowfrom: "192.0.2.1/32",
    };
    const page = await act("/delegates/1/edit", { ...changed, txt_slots: "7" });
    for (const words of ["It is changed.", "emca", "192.0.2.1/32", "TXT slots7"]) {
      expect(page.words).toContain(words);
    }
    expect(await labels()).toEqual({ env: "", q: '"x\\' });
    // A window that was open before puts nothing back without a word.
    const stale = await portal.admin.post("/delegates/1/edit", {
      ...sent,
      contact: "new@x.example",
    });
    expect([stale.status, stale.words]).toEqual([
      422,
      expect.stringContaining("May update from: 192.0.2.1/32"),
    ]);
    expect(await labels()).toEqual({ env: "", q: '"x\\' });
    const field = stale.elements.find(({ attributes }) => attributes.get("name") === "contact");
    expect(field?.attributes.get("value")).toBe("new@x.example");
    const shown = stale.elements.find(({ attributes }) => attributes.get("name") === "shown");
    await act("/delegates/1/edit", {
      ...changed,
      contact: "new@x.example",
      txt_slots: "7",
      shown: shown?.attributes.get("value") ?? "",
    });
    expect(acts().filter((each) => each.startsWith("delegate."))).toEqual([
      expect.stringMatching(/^delegate\.\w+: .*; user ada$/),
      expect.stringMatching(/^delegate\.\w+: .*; user ada$/),
      expect.stringMatching(/^delegate\.\w+: .*; user ada$/),
    ]);
  });

  test.for([
    ["txt_slots", "0"],
    ["txt_slots", "11"],
    ["txt_slots", "1e1x"],
    ["labels", "x"],
    ["allowfrom", "192.0.2.300"],
    ["tenant", "x".repeat(200)],
  ])("nothing is changed where %s is %j", async ([name = "", value = ""]) => {
    const page = await portal.admin.post("/delegates/1/edit", { [name]: value });
    expect(page.status).toBe(422);
    const field = page.elements.find(({ attributes }) => attributes.has("aria-invalid"));
    expect(field?.attributes.get("name")).toBe(name);
    expect(field?.attributes.get("value")).toBe(value);
    expect(acts()).toEqual([]);
  });

  test("keys are made, rotated and revoked, each shown once", async () => {
    const made = await act("/delegates/1/keys", { label: "web02" });
    expect(made.words).toContain("A second key is made");
    expect(made.words).toContain("Not shown again");
    const full = await act("/delegates/1/keys", { label: "web03" });
    expect(full.elements.some(({ attributes }) => attributes.get("data-tone") === "fail")).toBe(
      true,
    );
    const keys = [...made.text.matchAll(/keys\/(\d+)\/revoke/g)].map(([, id]) => id);
    await act(`/delegates/1/keys/${keys[0]}/revoke`);
    const rotated = await act(`/delegates/1/keys/${keys[1]}/rotate`);
    expect(rotated.words).toContain("goes on working for 72 hours");
    expect(rotated.words).toContain("Ends in");
    expect((await portal.admin.post("/delegates/1/keys/999/revoke")).status).toBe(404);
    // The key of another delegate is none of this one.
    expect((await portal.admin.post(`/delegates/2/keys/${keys[1]}/revoke`)).status).toBe(404);
    expect(acts()).toEqual([
      "credential.create: user ada",
      "credential.revoke: user ada",
      expect.stringMatching(/^credential\.rotate: the key before it ends at .*; user ada$/),
    ]);
  });

  test("it is deleted after a question, and restored with another key", async () => {
    const asked = await portal.admin.get("/delegates/1/delete");
    expect(asked.words).toContain(`Delete shop.${ZONE}?`);
    expect(acts()).toEqual([]);
    const deleted = await act("/delegates/1/delete");
    expect(deleted.words).toContain("It is deleted");
    for (const path of ["lock", "unlock", "delete", "keys", "edit", "hostnames"]) {
      const { status, location } = await portal.admin.post(`/delegates/1/${path}`, {
        hostname: "late.example.org",
      });
      expect([303, 404, 409, 422]).toContain(status);
      if (status === 303) {
        const page = await portal.admin.get(location.split("#")[0] ?? "");
        expect(page.text).toContain('class="note" data-tone="fail"');
      }
    }
    const restored = await act("/delegates/1/restore");
    expect(restored.words).toContain("It is there again");
    expect(restored.words).toContain("New key");
    expect(acts()).toEqual(["delegate.delete: user ada", "delegate.restore: user ada"]);
    expect(await textsAt(`127.0.0.1:${portal.server.dnsPort}`, `shop.${ZONE}`)).toEqual([]);
  });

  test("there is nothing of another number", async () => {
    for (const id of ["0", "-1", "1e3", "0x1", "1.0", "01", "9".repeat(15), "9".repeat(40), "x"]) {
      expect((await portal.admin.get(`/delegates/${id}`)).status).toBe(404);
      expect((await portal.admin.post(`/delegates/${id}/lock`)).status).toBe(404);
    }
    expect(acts()).toEqual([]);
  });
});

describe("who is not signed in any more", () => {
  test.for(["/hostnames/recheck", "/delegates/1/lock", "/hostnames/a.example.org/link", "/logout"])(
    "is led from the form to the page that it stands on: %s",
    async (path) => {
      const guest = new PortalClient(portal.url);
      const referer = { Referer: `${portal.url}/hostnames/a.example.org?x=1` };
      const { status, elements } = await guest.post(path, {}, referer);
      expect(status).toBe(403);
      const links = elements.flatMap(({ attributes }) => attributes.get("href") ?? []);
      const login = `/login?next=${encodeURIComponent("/hostnames/a.example.org?x=1")}`;
      expect(links.filter((each) => each.startsWith("/login"))).toEqual([login, login]);
    },
  );

  test("comes by no address to what answers forms alone", async () => {
    const guest = new PortalClient(portal.url);
    const to = async (path: string): Promise<string> => (await guest.get(path)).location;
    for (const path of [
      "/hostnames/recheck",
      "/delegates/1/lock?x",
      "/logout",
      "/settings/users",
    ]) {
      expect(await to(path)).toBe("/login");
    }
    for (const path of [
      "/delegates?q=a",
      "/delegates/1/edit",
      "/hostnames/a.example.org",
      "/doctor",
    ]) {
      expect(await to(path)).toBe(`/login?next=${encodeURIComponent(path)}`);
    }
    const form = await guest.post("/hostnames/recheck", {}, { Referer: `${portal.url}/doctor` });
    expect(form.words).toContain("Your session has ended");
  });
});

describe("a delegate that several host names share", () => {
  test("shows each, and warns where it publishes fewer values", async () => {
    const page = await portal.admin.get("/delegates/2");
    expect(page.words).toContain("a.example.org");
    expect(page.words).toContain("3 hostnames share this delegate, which publishes 2 values");
    const other = await portal.admin.get("/delegates/2?hostname=b.example.org&ca=staging");
    expect(other.words).toContain("_acme-challenge.b");
    expect(other.text).toContain("acme-staging-v02");
    const account = "https://ca.example/acct/1;x=1";
    const unfit = await portal.admin.get(`/delegates/2?account=${encodeURIComponent(account)}`);
    expect(unfit.words).toContain("acct/YOUR-ACCOUNT");
    const fit = await portal.admin.get("/delegates/2?account=https://ca.example/acct/1");
    expect(fit.words).toContain("accounturi=https://ca.example/acct/1;");
  });

  test("gets another one by its form, or hears why not", async () => {
    const page = await act("/delegates/2/hostnames", { hostname: "d.example.org" });
    expect(page.words).toContain("d.example.org is added");
    // It shows by itself what that look finds.
    expect(page.text).toMatch(/<main[^>]* data-refresh="/);
    for (const hostname of ["", "com", "a.example.org", "x y"]) {
      const refused = await act("/delegates/2/hostnames", { hostname });
      expect(refused.text).toContain('class="note" data-tone="fail"');
    }
    expect(acts()).toContain("hostname.created: d.example.org; user ada");
  });
});
