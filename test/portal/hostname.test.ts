import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newToken, v1Client } from "../http/v1/v1-client.ts";
import { type DemoScene, demoReport } from "../support/demo-world.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import {
  actsSince,
  addDelegate,
  addHostname,
  newestRow,
  type PortalUnderTest,
  startPortal,
  ZONE,
} from "./portal-under-test.ts";

const SCENES = {
  missing: "pending",
  right: "active",
  partly: "propagating",
  "text-in-the-way": "conflict",
  "zone-appended": "misdirected",
  "cdn-caa": "caa-blocked",
  bogus: "dnssec-bogus",
  silent: "error",
  moved: "offboarding",
} as const satisfies Partial<Record<DemoScene, string>>;

let portal: PortalUnderTest;
let someResolver: ServerUnderTest;
let nowMs = Date.now();

beforeAll(async () => {
  someResolver = await startServerUnderTest();
  portal = await startPortal({
    env: { DNSVOUCH_CHECKS_RESOLVERS: `127.0.0.1:${someResolver.dnsPort}` },
    clock: () => nowMs,
    seed: async (store) => {
      const delegateId = await addDelegate(store, {
        subdomain: "shop",
        contact: "it@shop.example",
      });
      for (const [scene, state] of Object.entries(SCENES)) {
        const name = `${scene}.museum.example`;
        const fulldomain = `shop.${ZONE}`;
        const look = { name, zone: ZONE, fulldomain, scene: scene as DemoScene, nowMs };
        const report = await demoReport(look);
        const advice = report.steps.find(({ status }) => status === "FAIL")?.fix ?? "";
        await addHostname(store, { delegateId, name, state, advice, report });
      }
      await addHostname(store, { delegateId, name: "*.wild.example.org" });
    },
  });
});
afterAll(async () => {
  await portal.server.remove();
  await someResolver.remove();
});

describe("the page of a host name", () => {
  test.for(Object.entries(SCENES))(
    "says what the check of one that is %s has found",
    async ([scene]) => {
      const name = `${scene}.museum.example`;
      const page = await portal.admin.get(`/hostnames/${name}`);
      expect(page.status).toBe(200);
      const steps = page.elements.filter(({ attributes }) => attributes.get("class") === "step");
      expect(steps).toHaveLength(10);
      // What failed stands first, and is open.
      const words = steps.map(({ text }) => /(PASS|WARN|FAIL|SKIP)/.exec(text)?.[1] ?? "");
      const order = ["FAIL", "WARN", "PASS", "SKIP"];
      expect(words).toEqual([...words].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
      const open = page.elements.filter(({ name: each, attributes }) => {
        return each === "details" && attributes.has("open");
      });
      expect(open).toHaveLength(words.filter((word) => word === "FAIL").length);
      const delegate = await portal.admin.get(`/delegates/1?hostname=${name}`);
      expect([delegate.status, delegate.words.includes(name)]).toEqual([200, true]);
    },
  );

  test("has the record to copy whole, and a mail to its owner", async () => {
    const page = await portal.admin.get("/hostnames/missing.museum.example");
    const codes = page.elements.filter(({ name }) => name === "code").map(({ text }) => text);
    expect(codes).toContain(`_acme-challenge.missing.museum.example. CNAME shop.${ZONE}.`);
    const mail = page.elements.flatMap(({ attributes }) => attributes.get("href") ?? "");
    const href = mail.find((each) => each.startsWith("mailto:")) ?? "";
    expect(href).toMatch(/^mailto:it@shop\.example\?subject=/);
    expect(decodeURIComponent(href)).toContain("missing.museum.example");
  });

  test("is found however the name is written, and no other is", async () => {
    for (const name of ["RIGHT.museum.EXAMPLE", "right.museum.example.", "%2A.wild.example.org"]) {
      expect((await portal.admin.get(`/hostnames/${name}`)).status).toBe(200);
    }
    const names = ["%00", "right.museum.example%00", "%E2%80%AE", "x", "..%2f", "1", "%25"];
    for (const name of [...names, "x".repeat(3000)]) {
      const { status, words } = await portal.admin.get(`/hostnames/${name}`);
      expect([status, words]).toEqual([404, expect.stringContaining("There is nothing here")]);
      expect((await portal.admin.post(`/hostnames/${name}/delete`)).status).toBe(404);
      expect(
        (await portal.admin.post("/hostnames/recheck", { subject: decodeURIComponent(name) }))
          .status,
      ).toBe(404);
    }
  });

  test("waits for a check that is under way, and for no other", async () => {
    const path = "/hostnames/missing.museum.example";
    const isWaiting = async (since: string): Promise<boolean> => {
      const { text } = await portal.admin.get(`${path}?since=${since}`);
      return text.includes('http-equiv="refresh"');
    };
    expect(await isWaiting(String(nowMs + 50_000))).toBe(true);
    for (const since of ["0", "-1", "x", "1e999", String(nowMs - 61_000), String(nowMs + 1e9)]) {
      expect(`${since} ${await isWaiting(since)}`).toBe(`${since} false`);
    }
  });
});

describe("what is done to a host name", () => {
  const path = "/hostnames/right.museum.example";

  test("it is changed, and stands in the trail with who did it", async () => {
    const from = newestRow(portal.server);
    const fields = { tenant: "emca", labels: "env=prod", edge_targets: "203.0.113.1, cdn.example" };
    const page = await portal.admin.act(`${path}/edit`, fields);
    for (const words of ["It is changed.", "emca", "env=prod", "203.0.113.1", "cdn.example"]) {
      expect(page.words).toContain(words);
    }
    expect(actsSince(portal.server, from)).toEqual([
      expect.stringMatching(/^hostname\.changed: right\.museum\.example.*; user ada$/),
    ]);
    for (const [name, value] of Object.entries({
      edge_targets: "x y z".repeat(90),
      labels: "x",
      tenant: "\u0001",
    })) {
      const refused = await portal.admin.post(`${path}/edit`, { ...fields, [name]: value });
      expect(refused.status).toBe(422);
      const wrong = refused.elements.find(({ attributes }) => attributes.has("aria-invalid"));
      expect(wrong?.attributes.get("name")).toBe(name);
      expect(wrong?.attributes.get("value")).toBe(value);
    }
  });

  test("it is looked at again, and not twice in a moment", async () => {
    nowMs += 120_000;
    const answer = await portal.admin.post("/hostnames/recheck", {
      subject: "right.museum.example",
    });
    expect(answer.status).toBe(303);
    const again = await portal.admin.act("/hostnames/recheck", { subject: "right.museum.example" });
    expect(again.words.toLowerCase()).toMatch(/looked at|second|under way/);
  });

  test("its link is shown once, to the session that has made it", async () => {
    const { location } = await portal.admin.post(`${path}/link`);
    expect(location).toBe(path);
    expect((await portal.viewer.get(location)).words).not.toContain("/s/");
    expect((await portal.admin.get(location)).words).toMatch(/\/s\/[A-Za-z0-9_-]{22}/);
    expect((await portal.admin.get(location)).words).not.toMatch(/\/s\/[A-Za-z0-9_-]{22}/);
  });

  test("it is deleted after a question", async () => {
    const asked = await portal.admin.get("/hostnames/*.wild.example.org/delete");
    expect(asked.words).toContain("The CNAME at _acme-challenge.wild.example.org");
    const from = newestRow(portal.server);
    const page = await portal.admin.act("/hostnames/*.wild.example.org/delete");
    expect(page.words).toContain("*.wild.example.org is deleted here.");
    expect((await portal.admin.get("/hostnames/*.wild.example.org")).status).toBe(404);
    expect(actsSince(portal.server, from)).toEqual([
      "hostname.deleted: *.wild.example.org; user ada",
    ]);
  });

  test("v1 sees all of it", async () => {
    const call = v1Client(portal.server.url, await newToken(portal.server.folder, "read"));
    const { body } = await call("GET", "/hostnames/right.museum.example");
    expect(body).toMatchObject({ tenant: "emca", edge_targets: ["203.0.113.1", "cdn.example"] });
  });
});
