import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Report, reportOf, step } from "../../src/check/report.ts";
import { hashCustomerToken, parseCustomerToken } from "../../src/delegate/customer-token.ts";
import { PORTAL_ROUTES } from "../../src/portal/portal-routes.ts";
import type { Store } from "../../src/store/store.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

/** Each would be markup, leave an attribute, or run, if it were written as it is. The client checks each page. */
const SCRIPT = `"'><script>alert(1)</script>`;
const IMAGE = `x" onerror="alert(1)' onload='x`;
const ENTITY = "&lt;b&gt; &#60;i&#62; &quot;";
const URL = "javascript:alert(1)//";
const HOSTILE = [SCRIPT, IMAGE, ENTITY, URL] as const;
const TOKEN = "AAAAAAAAAAAAAAAAAAAAAA";
const NAME = "www.example.org";

let portal: PortalUnderTest;

/** As a name server could make it. */
function hostileReport(): Report {
  const found = {
    asked: NAME,
    owner: SCRIPT,
    rrset: [`0 issue "${SCRIPT}"`, `0 iodef "${IMAGE}"`],
  };
  const trace = [`${NAME}: CNAME ${SCRIPT}, CAA 0 issue "${IMAGE}" (decides)`, SCRIPT];
  return reportOf(NAME, [
    step("input", "ok", { found: SCRIPT }),
    step("zone", "zone-lame", { found: IMAGE, fix: `${SCRIPT}; more`, trace: [SCRIPT, IMAGE] }),
    step("cname", "cname-misdirected", {
      ...{ found: `CNAME ${SCRIPT}`, expected: `CNAME ${IMAGE}`, dig: `dig ${SCRIPT}` },
      ...{ fix: `let _acme-challenge.${NAME}. CNAME ${SCRIPT}. do`, trace: [ENTITY] },
    }),
    step("caa", "caa-other-ca", { found, fix: `add: x. CAA 0 issue "${URL}"`, trace }),
    step("dnssec", "dnssec-bogus", { found: ENTITY, fix: SCRIPT }),
    step("traffic", "traffic-not-switched", { found: `CNAME ${SCRIPT}, ${IMAGE}`, fix: SCRIPT }),
    step("tls", "tls-expiring", { found: `${SCRIPT} until 2026-01-01`, fix: IMAGE }),
  ]);
}

async function seed(store: Store): Promise<void> {
  for (const [i, text] of HOSTILE.entries()) {
    const subdomain = `shop${i}`;
    const labels = { env: text };
    const said = { tenant: text, contact: `${text}@example.org`, labels };
    const delegateId = await addDelegate(store, { subdomain, ...said });
    const name = i === 0 ? NAME : `www${i}.example.org`;
    const hostnameId = await addHostname(store, {
      ...{ delegateId, name, tenant: text, labels, state: "misdirected" },
      ...{ reason: text, advice: `${text} CNAME ${text}`, report: hostileReport() },
    });
    const token = parseCustomerToken(i === 0 ? TOKEN : `${TOKEN.slice(1)}${i}`);
    if (token === undefined) continue;
    const tokenHash = hashCustomerToken(token);
    const origin = { peer: "192.0.2.1", forwarded: `unreadable: ${text}`, by: `user ${text}` };
    const timeMs = Date.now();
    await store.customerLinks.create({ hostnameId, tokenHash, timeMs, origin });
    const row = { timeMs, action: "auth.login", result: "wrong_key", origin } as const;
    await store.recordAct({ ...row, detail: `user ${text}` });
    await store.recordAct({ ...row, action: "hostname.changed", detail: `${text}: ${text}` });
  }
}

beforeAll(async () => {
  portal = await startPortal({ seed });
  const { admin } = portal;
  for (const [i, label] of HOSTILE.entries()) {
    await admin.act("/settings/tokens", { label, scope: "read" });
    await admin.act(`/delegates/${i + 1}/keys`, { label });
  }
});
afterAll(() => portal.server.remove());

function expectHarmless({ text, headers }: PortalPage): void {
  expect(text).not.toContain("<script>");
  expect(text).not.toContain("<b>");
  expect(text).not.toMatch(/ on(?:error|load)="/);
  expect(JSON.stringify(headers)).not.toContain("<script>");
}

const READS = PORTAL_ROUTES.filter(({ method }) => method === "get").map(({ path }) => path);
/** What a query can say, on any page. */
const QUERY = ["q", "tenant", "label", "state", "life", "view", "after", "type", "hostname"];
const MORE = ["until", "before", "account", "ca", "since", "next", "wait"];

function queryOf(text: string): string {
  const names = [...QUERY, ...MORE];
  const values = names.map((name) => [name, name === "label" ? `a=${text}` : text]);
  return new URLSearchParams(Object.fromEntries(values)).toString();
}

describe("what others have written", () => {
  test.for(READS)("is text on %s", async (route) => {
    for (const [i] of HOSTILE.entries()) {
      const name = i === 0 ? NAME : `www${i}.example.org`;
      const path = route.replace(":id", String(i + 1)).replace(":name", name);
      const answer = await portal.admin.get(path);
      expect(answer.status).toBe(200);
      if (!route.endsWith(".csv")) expectHarmless(answer);
    }
  });

  test("is shown as it is", async () => {
    const { words: tokens } = await portal.admin.get("/settings");
    const { words: events } = await portal.admin.get("/events");
    const { words: list } = await portal.admin.get("/delegates?view=delegates");
    for (const [i, text] of HOSTILE.entries()) {
      const { words: delegate } = await portal.admin.get(`/delegates/${i + 1}`);
      const pages = [tokens, events, list, delegate];
      expect(pages.map((words) => words.includes(text))).toEqual([true, true, true, true]);
    }
    const { words: check } = await portal.admin.get(`/hostnames/${NAME}`);
    expect(check.includes(SCRIPT)).toBe(true);
  });

  test("is text on the page of a customer", async () => {
    const customer = new PortalClient(portal.server.url);
    const page = await customer.get(`/s/${TOKEN}`);
    expect(page.status).toBe(200);
    expect(page.words).toContain(SCRIPT);
    expectHarmless(page);
    for (const text of HOSTILE) {
      expectHarmless(await customer.get(`/s/${TOKEN}?${queryOf(text)}`));
      expect((await customer.get(`/s/${encodeURIComponent(text)}`)).status).toBe(404);
    }
  });
});

describe("what somebody sends", () => {
  test.for(READS.filter((path) => !path.endsWith(".csv")))(
    "is text in the query of %s",
    async (route) => {
      const path = route.replace(":id", "1").replace(":name", NAME);
      for (const text of HOSTILE) {
        expectHarmless(await portal.admin.get(`${path}?${queryOf(text)}`));
        expectHarmless(
          await portal.admin.get(`${path}?view=delegates&q=${encodeURIComponent(text)}`),
        );
      }
    },
  );

  test.for(HOSTILE)("is text in paths, forms and headers: %s", async (text) => {
    const { admin, url } = portal;
    const quoted = encodeURIComponent(text);
    for (const path of [`/${quoted}`, `/delegates/${quoted}`, `/hostnames/${quoted}`]) {
      const answer = await admin.get(path, { Referer: `${url}/${text}`, "User-Agent": text });
      expect(answer.status).toBe(404);
      expectHarmless(answer);
    }
    const everything = Object.fromEntries(
      "hostname tenant contact labels allowfrom naming zone label days name role txt_slots"
        .concat(" edge_targets subject user password next")
        .split(" ")
        .map((name) => [name, text]),
    );
    const paths = PORTAL_ROUTES.filter(({ method }) => method === "post").map(({ path }) => path);
    for (const route of paths) {
      const path = route.replace(":id", "99").replace(":key", "99").replace(":name", quoted);
      const answer = await admin.post(path, everything, { Referer: `${url}/delegates?q=${text}` });
      expect(answer.status).not.toBe(500);
      expectHarmless(answer);
    }
    for (const path of ["/delegates/1/edit", `/hostnames/${NAME}/edit`, "/delegates"]) {
      const answer = await admin.post(path, { ...everything, naming: "uuid" });
      expect(answer.status).toBe(422);
      expectHarmless(answer);
      const values = answer.elements.map(({ attributes }) => attributes.get("value"));
      expect(values).toContain(text);
    }
    const guest = new PortalClient(url, { "User-Agent": text, Referer: text });
    expectHarmless(await guest.get(`/login?next=${quoted}`));
    expectHarmless(await guest.post("/login", everything));
    expectHarmless(await admin.get("/events"));
  });

  test("becomes no header", async () => {
    const line = "x\r\nSet-Cookie: planted=1\r\n\r\n<script>";
    const quoted = encodeURIComponent(line);
    const { admin } = portal;
    const answers = [
      await admin.get(`/hostnames/${quoted}`),
      await admin.post(`/hostnames/${quoted}/link`),
      await admin.post("/hostnames/recheck", { subject: line }),
      await admin.post("/delegates/1/hostnames", { hostname: line }),
      await admin.post("/settings/users", { name: line }),
      await admin.post(`/settings/users/${quoted}/role`, { subject: line }),
      await admin.get(`/delegates.csv?q=${quoted}`),
      await new PortalClient(portal.url).get(`/${quoted}?${quoted}`),
    ];
    for (const answer of answers) {
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(answer.status).toBeLessThan(500);
    }
  });
});
