import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMAND_LINE } from "../../src/audit/audit-entry.ts";
import { type Report, reportOf, step } from "../../src/check/report.ts";
import { restoreAllowFrom } from "../../src/delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../src/delegate/credential.ts";
import { spark } from "../../src/portal/parts/chart.ts";
import { NO_PASSWORD } from "../../src/snippet/client-formats.ts";
import type { Store } from "../../src/store/store.ts";
import { newToken, v1Client } from "../http/v1/v1-client.ts";
import { demoReport } from "../support/demo-world.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
  ZONE,
} from "./portal-under-test.ts";

const INSTANT = "instant.example.org";
/** Delegates by the order in which they are made. */
const [SHOP, MANY, UNREADABLE, OF_INSTANT] = [1, 2, 3, 4];
const CDN_CAA = '0 issue "cdn-ca.example"';

let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal({
    env: { DNSVOUCH_INSTANT_ENABLED: "true", DNSVOUCH_INSTANT_DOMAIN: INSTANT },
    seed: async (store) => {
      await addDelegate(store, { subdomain: "shop" });
      const many = await addDelegate(store, { subdomain: "many" });
      await addUnreadable(store);
      await store.beginRun(INSTANT, 2026010100);
      await addOther(store, INSTANT, "brave-otter", "[]");
      for (const [name, report] of Object.entries(await reports())) {
        await addHostname(store, {
          delegateId: SHOP,
          name,
          ...(report && { state: "active" }),
          ...(report && { report }),
        });
      }
      for (const i of Array(7).keys()) {
        await addHostname(store, { delegateId: many, name: `n${i}.example.org` });
      }
    },
  });
});
afterAll(() => portal.server.remove());

async function addUnreadable(store: Store): Promise<void> {
  await addOther(store, ZONE, "unreadable", "no list");
}

async function addOther(store: Store, zone: string, subdomain: string, allowed: string) {
  const created = await store.createDelegate({
    ...{ zone, subdomain, username: crypto.randomUUID(), allowFrom: restoreAllowFrom(allowed) },
    ...{ tenant: "", contact: "", labels: {}, createdMs: Date.now(), origin: COMMAND_LINE },
    keyHash: hashApiKey(generateApiKey(randomBytes)),
  });
  assert.equal(created, "created");
}

function zoneStep(apex: string) {
  return step("zone", "ok", { found: `${apex}, 2 name servers at 2 addresses` });
}

async function reports(): Promise<Record<string, Report | undefined>> {
  const alias = "www.aliased.example: CNAME edge.cdn.example";
  const decides = { asked: "www.cdn.example", owner: "edge.rival.example", rrset: [CDN_CAA] };
  const look = { zone: ZONE, fulldomain: `shop.${ZONE}`, nowMs: Date.now() };
  return {
    "never.example": undefined,
    "*.clinic.example": await demoReport({ ...look, name: "*.clinic.example", scene: "right" }),
    "missing.museum.example": await demoReport({
      ...{ ...look, name: "missing.museum.example", scene: "missing" },
    }),
    "www.shop.zoned.example": reportOf("www.shop.zoned.example", [zoneStep("shop.zoned.example")]),
    "www.aliased.example": reportOf("www.aliased.example", [
      zoneStep("aliased.example"),
      step("caa", "caa-none", { trace: [`${alias}, none`, "aliased.example: none"] }),
    ]),
    "www.cdn.example": reportOf("www.cdn.example", [
      zoneStep("cdn.example"),
      step("caa", "caa-other-ca", {
        found: decides,
        trace: [`www.cdn.example: CNAME edge.rival.example, CAA ${CDN_CAA} (decides)`],
      }),
    ]),
  };
}

const shown = (name: string): Promise<PortalPage> =>
  portal.admin.get(`/delegates/${SHOP}?hostname=${encodeURIComponent(name)}`);
const codesOf = ({ elements }: PortalPage): string[] =>
  elements.filter(({ name }) => name === "code").map(({ text }) => text);
const sectionOf = ({ elements }: PortalPage, id: string) =>
  elements.find(({ name, attributes }) => name === "section" && attributes.get("id") === id);

describe("the record that binds a name to one account", () => {
  const bound = (owner: string): unknown =>
    expect.stringMatching(
      new RegExp(
        `^${RegExp.escape(owner)}\\. CAA 0 issue "letsencrypt\\.org; accounturi=.*dns-01"$`,
      ),
    );

  test("binds a wildcard and the name itself, in place of the record that binds nothing", async () => {
    const page = await shown("*.clinic.example");
    expect(codesOf(page)).toContainEqual(bound("clinic.example"));
    expect(page.text).not.toContain("issuewild");
    const words = 'With this record in place of 0 issue "letsencrypt.org" only your ACME account';
    expect(sectionOf(page, "caa")?.text).toContain(words);
  });

  test("stands above a CNAME", async () => {
    const page = await shown("www.aliased.example");
    expect(codesOf(page)).toContainEqual(bound("aliased.example"));
    expect(page.words).toContain(
      "www.aliased.example is a CNAME, and nothing can stand beside one",
    );
  });

  test("cannot be placed where those of another's name decide", async () => {
    const page = await shown("www.cdn.example");
    expect(codesOf(page)).not.toContainEqual(expect.stringContaining("accounturi="));
    expect(page.words).toContain(
      "No record can be added here: www.cdn.example is a CNAME to edge.rival.example",
    );
  });

  test("is the same one in v1", async () => {
    const call = v1Client(portal.server.url, await newToken(portal.server.folder, "read"));
    const { body } = await call("GET", `/delegates/${SHOP}/records`);
    const caa = body.items.filter(({ type }: { type: string }) => type === "CAA");
    expect(
      caa.map(({ hostname, name, value }: Record<string, string>) => [hostname, name, value]),
    ).toEqual(
      [
        ["never.example", "never.example"],
        ["*.clinic.example", "clinic.example"],
        ["missing.museum.example", "missing.museum.example"],
        ["www.shop.zoned.example", "www.shop.zoned.example"],
        ["www.aliased.example", "aliased.example"],
      ].map((names) => [...names, '0 issue "letsencrypt.org; validationmethods=dns-01"']),
    );
    const { body: snippets } = await call("GET", `/delegates/${SHOP}/snippets?provider=gandi`);
    const card = snippets.cards.find((each: { hostname: string }) => /zoned/.test(each.hostname));
    expect(card.fields).toContainEqual({ field: "Name", value: "_acme-challenge.www" });
    expect(
      snippets.snippets.map(({ usage }: { usage: string[] }) => /\*\./.test(usage.join())),
    ).toEqual(
      snippets.snippets.map(({ hostname }: { hostname: string }) => hostname.startsWith("*.")),
    );
  });
});

describe("the CNAME", () => {
  test("has the name that it has in its zone, which is not always the registered one", async () => {
    expect(codesOf(await shown("www.shop.zoned.example"))).toContain("_acme-challenge.www");
  });

  test("and has it on the customer's page, too", async () => {
    const made = await portal.admin.act("/hostnames/www.shop.zoned.example/link");
    const path = /\/s\/[A-Za-z0-9_-]{22}/.exec(made.words)?.[0] ?? "";
    const page = await new PortalClient(portal.server.url).get(path);
    expect(codesOf(page)).toContain("_acme-challenge.www");
    expect(page.words).toContain("manage the DNS of shop.zoned.example");
  });

  test("is not called missing where nobody has looked", async () => {
    const never = sectionOf(await shown("never.example"), "cname")?.text ?? "";
    expect(never).toContain("Not looked at yet");
    expect(never).not.toMatch(/No record yet|Not found|Waiting/);
    const missing = sectionOf(await shown("missing.museum.example"), "cname")?.text ?? "";
    expect(missing).toMatch(/Waiting.*No record yet.*Not found/s);
  });
});

describe("a key that is shown once", () => {
  test("is on a page without links and forms that load it anew", async () => {
    const page = await portal.admin.act(`/delegates/${SHOP}/keys`, { label: "web02" });
    const password = codesOf(page).find((text) => /^[A-Za-z0-9_-]{40}$/.test(text)) ?? "";
    expect(password).not.toBe("");
    expect(page.words).toContain("any link or button ends this page");
    const client = sectionOf(page, "client");
    expect(client?.attributes.has("data-once")).toBe(true);
    for (const server of ["acme-v02.api", "acme-staging-v02.api"]) {
      expect(client?.text).toContain(server);
    }
    expect(client?.text).toContain(password);
    expect(page.words).not.toContain(NO_PASSWORD);
    const here = page.elements.flatMap(({ attributes }) => [
      attributes.get("href") ?? "",
      attributes.get("action") ?? "",
    ]);
    expect(here.filter((to) => /^\/delegates\/1[?#]/.test(to))).toEqual([]);
    expect(page.words).not.toContain("show above");

    const next = await portal.admin.get(`/delegates/${SHOP}`);
    expect(next.words).not.toContain(password);
    expect(sectionOf(next, "client")?.attributes.has("data-once")).toBe(false);
    for (const words of ["show above", "Fill in", "Staging"]) expect(next.words).toContain(words);
  });
});

describe("a URL of this machine", () => {
  test("is not handed on without a word", async () => {
    const words = "customers and clients elsewhere cannot reach 127.0.0.1";
    expect(sectionOf(await shown("never.example"), "client")?.text).toContain(words);
    expect((await portal.admin.get("/hostnames/never.example")).words).not.toContain(words);
    expect((await portal.admin.act("/hostnames/never.example/link")).words).toContain(words);
  });
});

describe("what clients are told to order", () => {
  test("is the name, and those below it for a wildcard alone", async () => {
    expect((await shown("never.example")).text).not.toContain("*.never.example");
    expect(sectionOf(await shown("*.clinic.example"), "client")?.text).toContain(
      "-d clinic.example -d '*.clinic.example'",
    );
  });
});

describe("an instant name", () => {
  test("gets no CNAME and no host name", async () => {
    const page = await portal.admin.get(`/delegates/${OF_INSTANT}`);
    expect(page.words).toContain("It is an instant name: it has certificates for itself");
    expect(page.words).not.toMatch(
      /Add the hostname|Another hostname|_acme-challenge of each name/,
    );
    expect(sectionOf(page, "cname")).toBe(undefined);
    const name = `brave-otter.${INSTANT}`;
    expect(sectionOf(page, "client")?.text).toContain(`-d ${name} -d '*.${name}'`);
    expect((await portal.admin.get(`/delegates/${MANY}`)).words).toContain("Another hostname");
  });
});

describe("saving a delegate", () => {
  const allowFrom = async (): Promise<unknown> => {
    const call = v1Client(portal.server.url, await newToken(portal.server.folder, "read"));
    const { body } = await call("GET", `/delegates/${UNREADABLE}`);
    return [body.allowfrom, body.warnings.length];
  };

  test("lets nobody in where the networks cannot be read", async () => {
    const path = `/delegates/${UNREADABLE}`;
    const form = await portal.admin.get(`${path}/edit`);
    expect(form.words).toContain("What is stored cannot be read, and permits nobody");
    const page = await portal.admin.act(`${path}/edit`, { tenant: "emca", allowfrom: "" });
    expect(page.words).toContain("emca");
    expect(page.words).toContain("cannot be read, so that nobody can");
    expect(await allowFrom()).toEqual([[], 1]);
    await portal.admin.act(`${path}/edit`, { tenant: "emca", allowfrom: "192.0.2.0/24" });
    expect(await allowFrom()).toEqual([["192.0.2.0/24"], 0]);
  });

  test("does not say that it has changed what it cannot", async () => {
    const path = `/delegates/${MANY}`;
    await portal.admin.act(`${path}/edit`, { txt_slots: "" });
    await portal.admin.act(`${path}/edit`, { txt_slots: "7" });
    const refused = await portal.admin.post(`${path}/edit`, { txt_slots: "" });
    expect(refused.status).toBe(422);
    expect(refused.words).toContain("1 to 10; 2 is the default");
    await portal.admin.act(`${path}/edit`, { txt_slots: "2" });
  });
});

describe("locking and deleting", () => {
  const words =
    "7 hostnames: n0.example.org, n1.example.org, n2.example.org, n3.example.org, n4.example.org and 2 others";

  test("say which host names that is for", async () => {
    const path = `/delegates/${MANY}`;
    expect((await portal.admin.get(`${path}/delete`)).words).toContain(words);
    expect((await portal.admin.get(path)).words).toContain("Lock updates of 7 hostnames");
    expect((await portal.admin.act(`${path}/lock`)).words).toContain(words);
    await portal.admin.act(`${path}/unlock`);
    expect((await portal.admin.get(`/delegates/${OF_INSTANT}`)).words).not.toContain("updates of");
  });
});

test("days are called days", async () => {
  const { words } = await portal.admin.get(`/delegates/${SHOP}`);
  expect(words).toContain("no days with an update");
  expect(words).toContain("the newest 12 days with an update are known");
  const labelOf = (daysAgo: readonly number[]) =>
    /aria-label="([^"]*)"/.exec(spark(daysAgo)?.text ?? "")?.[1];
  expect(labelOf([0.1, 0.2, 5, 90])).toBe("2 days with an update in 90 days");
  expect(labelOf([...Array(12).keys()])).toBe("at least 12 days with an update in 90 days");
});
