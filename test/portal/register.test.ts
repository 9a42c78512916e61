import { SqliteError } from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { register } from "../support/api-client.ts";
import { watchDatabaseCalls } from "../support/database-calls.ts";
import type { PortalPage } from "./portal-client.ts";
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

beforeAll(async () => {
  portal = await startPortal({
    env: {
      DNSVOUCH_DOMAIN: `${ZONE},second.example.org`,
      DNSVOUCH_INSTANT_ENABLED: "true",
      DNSVOUCH_INSTANT_DOMAIN: "instant.example.org",
    },
    seed: async (store) => {
      const delegateId = await addDelegate(store, { subdomain: "taken.example.org" });
      await addHostname(store, { delegateId, name: "taken.example.org" });
      const gone = await addDelegate(store, { subdomain: "gone" });
      await addHostname(store, { delegateId: gone, name: "gone.example.org" });
      const act = { delegateId: gone, timeMs: 1, origin: { peer: "x", forwarded: undefined } };
      await store.deleteDelegate(act);
    },
  });
});
afterAll(() => portal.server.remove());

const fieldOf = ({ elements }: PortalPage, name: string): string | undefined =>
  elements.find(({ attributes }) => attributes.get("name") === name)?.attributes.get("value");

describe("registering", () => {
  test("makes a delegate, shows its key once, and lets it update", async () => {
    const from = newestRow(portal.server);
    const page = await portal.admin.act("/delegates", {
      ...{ hostname: "Shop.Example.ORG.", tenant: " emca ", contact: "it@example.org" },
      ...{ labels: "env=prod team=web", allowfrom: "127.0.0.0/8, 192.0.2.0/24" },
    });
    expect(page.words).toContain("The delegate is registered for Shop.Example.ORG..");
    for (const words of ["emca", "it@example.org", "env=prod", "team=web", "192.0.2.0/24"]) {
      expect(page.words).toContain(words);
    }
    const shown = page.elements.filter(({ name }) => name === "code").map(({ text }) => text);
    const username = shown.find((text) => /^[0-9a-f-]{36}$/.test(text)) ?? "";
    const password = shown.find((text) => /^[A-Za-z0-9_-]{40}$/.test(text)) ?? "";
    const subdomain = /([0-9a-f-]{36})\.auth\.example\.org/.exec(page.text)?.[1];
    const update = await fetch(`${portal.server.url}/update`, {
      method: "POST",
      headers: { "X-Api-User": username, "X-Api-Key": password },
      body: JSON.stringify({ subdomain, txt: "x".repeat(43) }),
    });
    expect(update.status).toBe(200);
    // What clients read has it filled in this once.
    expect(page.words).toContain(`"password": "${password}"`);
    const path = page.elements.find(({ attributes: each }) =>
      /^\/delegates\/\d+\/edit$/.test(each.get("href") ?? ""),
    );
    const again = await portal.admin.get(path?.attributes.get("href")?.replace("/edit", "") ?? "");
    expect([again.status, again.text.includes(password)]).toEqual([200, false]);
    expect(actsSince(portal.server, from).slice(0, 2)).toEqual([
      "register: user ada",
      "hostname.created: shop.example.org; user ada",
    ]);
  });

  test("shows the key to the session that has made it alone", async () => {
    const { status, location } = await portal.admin.post("/delegates", {});
    expect(status).toBe(303);
    const other = await portal.viewer.get(location);
    const head = await portal.admin.send({ method: "HEAD", path: location });
    const file = await portal.admin.get("/delegates.csv");
    const own = await portal.admin.get(location);
    const isShown = ({ text }: PortalPage): boolean => text.includes("Key of the delegate");
    expect([other, head, file, own].map(isShown)).toEqual([false, false, false, true]);
    expect(isShown(await portal.admin.get(location))).toBe(false);
  });

  test("shows the key also where the host name could not be stored", async () => {
    const mend = watchDatabaseCalls((sql) => {
      if (/INSERT INTO hostname\b/i.test(sql)) throw new SqliteError("full", "SQLITE_FULL");
    });
    try {
      const page = await portal.admin.act("/delegates", { hostname: "full.example.org" });
      expect(page.words).toContain(
        "The delegate is registered, but full.example.org was not added",
      );
      expect(page.words).toContain("Key of the delegate");
    } finally {
      mend();
    }
  });

  test("of a wildcard is of the name itself", async () => {
    const readable = { hostname: "*.wild.example.org", naming: "readable" };
    const page = await portal.admin.act("/delegates", readable);
    expect(page.words).toContain(`wild.example.org.${ZONE}`);
    expect((await portal.admin.get("/hostnames/*.wild.example.org")).status).toBe(200);
  });

  test("of a name in letters of its language is of that which DNS has", async () => {
    const page = await portal.admin.act("/delegates", { hostname: "straße.example.org" });
    expect(page.words).toContain("xn--strae-oqa.example.org");
    expect((await portal.admin.get("/hostnames/XN--strae-oqa.example.org.")).status).toBe(200);
  });

  test("is in the zone that is chosen, and in none for instant ones", async () => {
    const form = await portal.admin.get("/delegates/new");
    const zones = form.elements.filter(({ inside }) =>
      inside.some(({ attributes }) => attributes.get("name") === "zone"),
    );
    expect(zones.map(({ text }) => text)).toEqual([ZONE, "second.example.org"]);
    const page = await portal.admin.act("/delegates", { zone: "second.example.org" });
    expect(page.words).toContain(".second.example.org");
    const refused = await portal.admin.post("/delegates", { zone: "instant.example.org" });
    expect(refused.status).toBe(422);
  });

  test("takes a name over from a delegate that is deleted", async () => {
    const page = await portal.admin.act("/delegates", { hostname: "gone.example.org" });
    expect(page.words).toContain("The delegate is registered for gone.example.org.");
  });
});

describe("a form that does not fit", () => {
  const GOOD = { tenant: "emca", contact: "it@example.org", labels: "a=b" };

  test.for([
    ["hostname", { hostname: "com" }, "is a public suffix"],
    ["hostname", { hostname: "-x.example.org" }, "check a host name"],
    ["hostname", { hostname: "https://www.example.org/x" }, "this is a URL"],
    ["hostname", { hostname: "_acme-challenge.example.org" }, "where the challenge goes"],
    ["hostname", { hostname: "taken.example.org" }, "has a delegate already"],
    ["hostname", { hostname: "", naming: "readable" }, "host name"],
    ["hostname", { hostname: `${"a.".repeat(125)}example.org` }, ""],
    ["tenant", { tenant: "x".repeat(129) }, ""],
    ["contact", { contact: "a\u0000b" }, ""],
    ["labels", { labels: "novalue" }, "each is KEY=VALUE"],
    ["labels", { labels: "=x" }, "each is KEY=VALUE"],
    ["labels", { labels: 'a="b' }, "each is KEY=VALUE"],
    ["labels", { labels: "UPPER=x" }, ""],
    ["labels", { labels: "a=b __proto__=x" }, "each is KEY=VALUE"],
    ["labels", { labels: Array.from({ length: 17 }, (_, i) => `k${i}=v`).join(" ") }, "16"],
    ["allowfrom", { allowfrom: "192.0.2.0/33" }, ""],
    ["allowfrom", { allowfrom: "everywhere" }, ""],
    ["zone", { zone: "other.example" }, "one of"],
    ["naming", { naming: "mine" }, ""],
  ] as const)("says so at %s: %j", async ([field, wrong, why]) => {
    const before = newestRow(portal.server);
    const page = await portal.admin.post("/delegates", { ...GOOD, ...wrong });
    expect(page.status).toBe(422);
    expect(newestRow(portal.server)).toBe(before);
    expect(page.words.toLowerCase()).toContain(why.toLowerCase());
    for (const [name, value] of Object.entries({ ...GOOD, ...wrong })) {
      if (name !== "naming" && name !== "zone") expect(fieldOf(page, name)).toBe(value);
    }
    const invalid = page.elements.filter(({ attributes }) => attributes.has("aria-invalid"));
    const named = invalid.map(({ attributes }) => attributes.get("name"));
    expect(named).toEqual([field]);
  });

  test("of a readable name that was given says that it is never given twice", async () => {
    const fields = { hostname: "twice.example.org", naming: "readable" };
    const page = await portal.admin.act("/delegates", fields);
    const id = /\/delegates\/(\d+)\/edit/.exec(page.text)?.[1];
    await portal.admin.act(`/delegates/${id}/delete`);
    const again = await portal.admin.post("/delegates", fields);
    expect([again.status, again.words]).toEqual([
      422,
      expect.stringContaining("names are never given twice"),
    ]);
  });
});

test("delegates that clients have made have pages as well", async () => {
  const { fulldomain } = await register(portal.server.url);
  const list = await portal.admin.get(`/delegates?view=delegates&q=${fulldomain.slice(0, 36)}`);
  expect(list.words).toContain(fulldomain.slice(0, 8));
});
