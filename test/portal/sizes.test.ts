import { afterAll, beforeAll, expect, test } from "vitest";
import { type Report, reportOf, step } from "../../src/check/report.ts";
import { hashCustomerToken, parseCustomerToken } from "../../src/delegate/customer-token.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

/** What a page may weigh with all that it loads, as browsers get it. */
const MOST_OCTETS = 60_000;
const BROWSER = { "Accept-Encoding": "gzip, deflate, br, zstd" };
const TOKEN = "DDDDDDDDDDDDDDDDDDDDDD";

let portal: PortalUnderTest;

function longReport(name: string, i: number): Report {
  const rrset = Array.from({ length: 6 }, (_, n) => `0 issue "ca${n}.example; accounturi=${i}"`);
  const trace = Array.from({ length: 8 }, (_, n) => `ns${n}.host${i}.example: ${name} said ${n}`);
  const caaTrace = [`${name}: none`, `example.org: CAA ${rrset.join(", ")} (decides)`];
  const fix = `create the record: _acme-challenge.${name}. CNAME ${i}.auth.example.org. at once`;
  return reportOf(name, [
    step("input", "ok", { found: name }),
    step("zone", "zone-lame", { found: `ns${i}`, expected: "all answer", fix, trace }),
    step("cname", "propagating", { found: `CNAME x${i} (1/2 addresses)`, fix, trace, dig: "dig" }),
    step("resolvers", "resolver-disagrees", { found: "no", fix, trace }),
    step("caa", "caa-other-ca", {
      ...{ found: { asked: name, owner: "example.org", rrset }, fix, trace: caaTrace },
    }),
    step("tls", "tls-expiring", { found: `CN=${name} until 2027-01-0${1 + (i % 9)}`, fix }),
  ]);
}

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      for (let i = 0; i < 100; i++) {
        const labels = { env: `prod-${i}`, team: `team number ${i * 7919}` };
        const subdomain = crypto.randomUUID();
        const tenant = `Customer ${crypto.randomUUID()}`;
        const delegateId = await addDelegate(store, { subdomain, tenant, labels });
        const name = `${crypto.randomUUID().slice(0, 13)}.customer${i}.example.org`;
        const state = i % 3 === 0 ? "caa-blocked" : "misdirected";
        const report = longReport(name, i);
        const hostnameId = await addHostname(store, {
          ...{ delegateId, name, tenant, labels, state, report, advice: "mend it" },
        });
        const token = i === 0 ? parseCustomerToken(TOKEN) : undefined;
        if (token === undefined) continue;
        const origin = { peer: "x", forwarded: undefined };
        const act = { hostnameId, timeMs: 1, origin, tokenHash: hashCustomerToken(token) };
        await store.customerLinks.create(act);
        // One with as many host names as a delegate can have.
        for (let n = 1; n < 100; n++) {
          await addHostname(store, { delegateId, name: `n${n}.example.org`, state });
        }
      }
    },
  });
  for (let i = 0; i < 30; i++) {
    await portal.admin.post("/settings/tokens", { label: `token ${i}`, scope: ["read", "keys"] });
  }
});
afterAll(() => portal.server.remove());

/** The page itself and what it names: style, script, picture. */
async function weightOf(client: PortalClient, path: string): Promise<number> {
  const page = await client.get(path, BROWSER);
  expect(page.status).toBe(200);
  const base = new URL(path, client.url);
  const loaded = filesOf(page).map((each) => new URL(each, base).pathname);
  expect(loaded).toHaveLength(3);
  const files = await Promise.all(loaded.map((each) => client.get(each, BROWSER)));
  return [page, ...files].reduce((sum, { octets }) => sum + octets.length, 0);
}

function filesOf({ elements }: PortalPage): string[] {
  return elements.flatMap(({ name, attributes }) => {
    const address = attributes.get("src") ?? (name === "link" ? attributes.get("href") : undefined);
    return address ?? [];
  });
}

test("the first look at each page is light, however much there is", async () => {
  const hostname = /\/hostnames\/[^"?]+/.exec((await portal.admin.get("/delegates")).text)?.[0];
  const paths = [
    ...["/", "/delegates", "/delegates?view=delegates", "/delegates/new", "/delegates/1"],
    ...["/delegates/1/edit", `${hostname}`, "/events", "/settings", "/password", "/login"],
  ];
  const weights = new Map<string, number>();
  for (const path of paths) weights.set(path, await weightOf(portal.admin.twin(), path));
  const customer = new PortalClient(portal.server.url);
  weights.set("customer", await weightOf(customer, `/s/${TOKEN}`));
  const heavy = [...weights].filter(([, octets]) => octets > MOST_OCTETS);
  expect(heavy).toEqual([]);
  const list = await portal.admin.get("/delegates");
  const rows = list.elements.filter(({ attributes }) => attributes.get("class") === "name");
  expect(rows).toHaveLength(50);
});
