import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Report, reportOf, step } from "../../src/check/report.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
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

const NAME = "www.customer.example";
const RESOLVER = "192.0.2.99";
let portal: PortalUnderTest;
let someResolver: ServerUnderTest;
let customer: PortalClient;
let nowMs = Date.now();

function report(): Report {
  const found = {
    asked: NAME,
    owner: "customer.example",
    rrset: ['0 issue "other-ca.example"', '0 issuewild ";"'],
  };
  return reportOf(NAME, [
    step("input", "ok", { found: NAME }),
    step("zone", "ok", { found: "ns1.secret-host.example", trace: [`asked ${RESOLVER}`] }),
    step("cname", "cname-misdirected", { found: "CNAME x.elsewhere.example", dig: "dig @9.9.9.9" }),
    step("resolvers", "resolver-disagrees", { found: RESOLVER, fix: `restart ${RESOLVER}` }),
    step("caa", "caa-other-ca", { found, fix: "mend it", trace: [`${RESOLVER} said so`] }),
    step("traffic", "traffic-not-switched", { found: "CNAME cdn.rival.example" }),
  ]);
}

beforeAll(async () => {
  // Somebody to ask, also on a machine without a resolver: it refuses what it is not asked for.
  someResolver = await startServerUnderTest();
  portal = await startPortal({
    env: {
      DNSVOUCH_PORTAL_OPERATOR: "Harbour Hosting",
      DNSVOUCH_PORTAL_SUPPORT: "help@harbour.example",
      DNSVOUCH_CHECKS_RESOLVERS: `127.0.0.1:${someResolver.dnsPort}`,
      DNSVOUCH_CHECKS_EDGE_TARGETS: "203.0.113.10,2001:db8::/32,edge.harbour.example",
      DNSVOUCH_API_PATH_PREFIX: "/acme",
      DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "3",
      DNSVOUCH_TRUSTED_PROXIES: "127.0.0.1",
    },
    clock: () => nowMs,
    seed: async (store) => {
      const delegateId = await addDelegate(store, {
        ...{ subdomain: "shop", tenant: "Tenant Number Seven", contact: "boss@customer.example" },
        labels: { plan: "gold" },
      });
      await addHostname(store, {
        ...{ delegateId, name: NAME, state: "misdirected", report: report() },
        ...{ tenant: "Tenant Number Seven", advice: `ask ${RESOLVER}` },
      });
      await addHostname(store, { delegateId, name: "other.example", tenant: "Other Tenant" });
    },
  });
  customer = new PortalClient(portal.server.url);
});
afterAll(async () => {
  await portal.server.remove();
  await someResolver.remove();
});

/** A link from the page of the host name, as it is shown. */
async function newLink(): Promise<string> {
  const { words } = await portal.admin.act(`/hostnames/${NAME}/link`);
  const url = /http:\/\/\S+\/s\/[A-Za-z0-9_-]{22}/.exec(words)?.[0] ?? "";
  // By the name that the portal was reached by, where the configuration says none.
  expect(new URL(url).origin).toBe(portal.server.url);
  return new URL(url).pathname;
}

/** Each asks from an address of its own, unless it is about the limit. */
let lastSource = 0;
function fromElsewhere(): Record<string, string> {
  lastSource++;
  return { "X-Forwarded-For": `198.51.100.${lastSource}` };
}

describe("the page of a customer", () => {
  test("shows the record, what was found and what to do, to whoever has the link", async () => {
    const path = await newLink();
    const page = await customer.get(path);
    expect(page.status).toBe(200);
    for (const words of [
      `Connect ${NAME}`,
      "Set-up page, read only",
      `shop.${ZONE}`,
      "CNAME x.elsewhere.example",
      "The record leads somewhere else.",
      'customer.example. CAA 0 issue "letsencrypt.org"',
      '0 issue "other-ca.example"',
      "203.0.113.10",
      "edge.harbour.example",
      "Questions: help@harbour.example",
    ]) {
      expect(page.words).toContain(words);
    }
    const head = await customer.send({ method: "HEAD", path });
    expect([head.status, head.octets.length]).toEqual([200, 0]);
  });

  test("says nothing of the server, of its operator's notes, of others, or of who looked", async () => {
    const { text, headers } = await customer.get(await newLink());
    for (const secret of [
      ...[RESOLVER, "9.9.9.9", `127.0.0.1:${someResolver.dnsPort}`, "secret-host", "rival"],
      ...["Tenant Number", "boss@", "gold", "other.example", "Other Tenant", "2001:db8"],
      ...["0.1.0", "/settings", "/login", "csrf", "restart", "mend it"],
      ...["Misdirected to", "delegates/1", "dnsvouch"],
    ]) {
      expect(text.includes(secret) ? secret : "").toBe("");
    }
    expect(headers["set-cookie"]).toBeUndefined();
  });

  test("needs no login and takes none, and neither the portal nor v1 takes its link", async () => {
    const path = await newLink();
    const token = path.split("/").at(-1) ?? "";
    const headers = { Cookie: portal.admin.cookie ?? "" };
    expect((await customer.get(path, headers)).words).not.toContain("Sign out");
    expect((await new PortalClient(portal.url).get(`/s/${token}`)).location).toContain("/login");
    const bearer = { Authorization: `Bearer ${token}` };
    const v1 = await fetch(`${portal.server.url}/api/v1/delegates`, { headers: bearer });
    expect(v1.status).toBe(401);
  });

  test("is below the prefix of the API, too, and leads to nothing outside it", async () => {
    const path = await newLink();
    const page = await customer.get(`/acme${path}`);
    expect(page.status).toBe(200);
    const addresses = page.elements.flatMap(({ attributes }) =>
      ["href", "src", "action"].flatMap((name) => attributes.get(name) ?? []),
    );
    expect(addresses.filter((each) => each.startsWith("/"))).toEqual([]);
    const script = page.elements.find(({ name }) => name === "script");
    const src = new URL(script?.attributes.get("src") ?? "", `${portal.server.url}/acme${path}`)
      .pathname;
    expect((await customer.get(src)).status).toBe(200);
    const headers = fromElsewhere();
    const check = await customer.send({ method: "POST", path: `/acme${path}/check`, headers });
    const back = new URL(check.location, `${portal.server.url}/acme${path}/check`);
    expect([check.status, back.pathname]).toEqual([303, `/acme${path}`]);
  });

  test.for([
    "",
    "x",
    "A".repeat(21),
    "A".repeat(23),
    "A".repeat(22),
    "%00",
    "%zz",
    `${"A".repeat(22)}%E2`,
    "A".repeat(4000),
    "..%2f..%2flogin",
  ])("there is none behind %j", async (token) => {
    const { status, words } = await customer.get(`/s/${token}`, fromElsewhere());
    expect(status).toBe(404);
    expect(portal.server.errors).toEqual([]);
    if (!["", "..%2f..%2flogin"].includes(token)) {
      expect(words).toContain("This link leads nowhere");
      expect(words).toContain("Ask Harbour Hosting for a new one.");
    }
  });

  test.for(["POST", "PUT", "DELETE", "PATCH"])("is not for %s", async (method) => {
    const path = await newLink();
    const before = newestRow(portal.server);
    const { status } = await customer.send({ method, path });
    expect(status).toBe(404);
    expect(newestRow(portal.server)).toBe(before);
  });

  test("where a check was answered leads back, whatever the link is worth", async () => {
    const headers = fromElsewhere();
    const known = (await newLink()).split("/").at(-1) ?? "";
    // More than may be guessed: nothing is looked up.
    for (const token of [known, ..."BCDEFG".split("").map((each) => each.repeat(22)), "x%0d%0ay"]) {
      for (const [prefix, method] of [
        ["", "GET"],
        ["/acme", "GET"],
        ["", "HEAD"],
      ] as const) {
        const path = `${prefix}/s/${token}/check`;
        const { status, location } = await customer.send({ method, path, headers });
        const to = new URL(location, `${portal.server.url}${path}`).pathname.toLowerCase();
        expect([status, to]).toEqual([303, `${prefix}/s/${token}`.toLowerCase()]);
      }
    }
    expect((await customer.get(`/s/${"B".repeat(22)}`, headers)).status).toBe(404);
  });

  test("who guesses links is limited, and who has one is not", async () => {
    const path = await newLink();
    const headers = fromElsewhere();
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      statuses.push((await customer.get(`/s/${`${i}`.repeat(22)}`, headers)).status);
    }
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
    const late = await customer.get(`/s/${"z".repeat(22)}`, headers);
    expect(Number(late.headers["retry-after"])).toBeGreaterThan(0);
    expect(late.words).toContain("Too many wrong links.");
    expect((await customer.get(path, headers)).status).toBe(200);
  });

  test.for(["99999999999999999999", "1e999", "-5", "x", "0x10", "1.5"])(
    "does not repeat whatever its address says: %s",
    async (number) => {
      const path = await newLink();
      const { words, text } = await customer.get(`${path}?wait=${number}&since=${number}`);
      expect(words).not.toMatch(/Try again in (?!60 seconds)/);
      expect(text).not.toContain('http-equiv="refresh"');
    },
  );
});

describe("a link", () => {
  test("is kept as its hash alone", async () => {
    const token = (await newLink()).split("/").at(-1) ?? "";
    const database = new Database(join(portal.server.folder, "dnsvouch.db"), { readonly: true });
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    const isStored = tables.some((table) => {
      const rows = database.prepare(`SELECT * FROM "${table}"`).all();
      return JSON.stringify(rows).includes(token);
    });
    database.close();
    expect([token.length, isStored]).toEqual([22, false]);
  });

  test("ends where another one takes its place, and where it is revoked", async () => {
    const from = newestRow(portal.server);
    const first = await newLink();
    const second = await newLink();
    expect((await customer.get(first, fromElsewhere())).status).toBe(404);
    expect((await customer.get(second)).status).toBe(200);
    const page = await portal.admin.act(`/hostnames/${NAME}/unlink`);
    expect(page.words).toContain("The link leads nowhere from now on.");
    expect((await customer.get(second, fromElsewhere())).status).toBe(404);
    const check = { method: "POST", path: `${second}/check`, headers: fromElsewhere() };
    expect((await customer.send(check)).status).toBe(404);
    expect((await portal.admin.post(`/hostnames/${NAME}/unlink`)).status).toBe(404);
    expect(actsSince(portal.server, from)).toEqual([
      `link.create: ${NAME}; user ada`,
      `link.create: ${NAME}; user ada`,
      `link.revoke: ${NAME}; user ada`,
    ]);
  });
});

describe("a check that a customer asks for", () => {
  test("looks, leads back, and says when it was too soon", async () => {
    const path = await newLink();
    nowMs += 60_000;
    const ask = { method: "POST", path: `${path}/check`, headers: fromElsewhere() };
    const first = await customer.send(ask);
    expect(first.status).toBe(303);
    const again = await customer.send(ask);
    expect(again.location).toMatch(/\?wait=\d+$/);
    const target = new URL(again.location, `${portal.server.url}${path}/check`);
    const page = await customer.get(`${target.pathname}${target.search}`);
    expect(page.words).toMatch(/We looked a moment ago\. Try again in \d+ seconds\./);
  });

  test("is limited by its source", async () => {
    const path = await newLink();
    const headers = fromElsewhere();
    const locations: string[] = [];
    for (let i = 0; i < 8; i++) {
      const { location } = await customer.send({ method: "POST", path: `${path}/check`, headers });
      locations.push(location);
    }
    expect(locations.slice(6).every((each) => /\?wait=\d+$/.test(each))).toBe(true);
  });
});
