import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  allPages,
  nextOf,
  type PortalUnderTest,
  startPortal,
  trailOf,
} from "./portal-under-test.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 8, 14, 12);
let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal({
    clock: () => NOW,
    seed: async (store) => {
      const delegateId = await addDelegate(store, { subdomain: "shop", createdMs: NOW - 9 * DAY });
      for (let i = 0; i < 130; i++) {
        const forwarded = i % 2 === 0 ? `198.51.100.${i}` : undefined;
        const origin = { peer: "192.0.2.7", forwarded, by: "token 5" };
        const act = { timeMs: NOW - 3 * DAY + i, result: "accepted", origin } as const;
        await store.recordAct({ ...act, action: "hostname.changed", detail: `h${i}.example.org` });
      }
      const origin = { peer: "192.0.2.8", forwarded: undefined, by: "token 6" };
      const detail = "note=x; user root; token 1";
      const label = { timeMs: NOW - DAY, action: "delegate.label", result: "accepted" } as const;
      await store.recordAct({ ...label, delegateId, origin, detail });
      const refused = { timeMs: NOW - DAY, action: "auth.login", result: "wrong_key" } as const;
      await store.recordAct({
        ...refused,
        origin: { peer: "192.0.2.9", forwarded: undefined },
        detail: "user eve",
      });
    },
  });
});
afterAll(() => portal.server.remove());

function rowsOf({ elements }: PortalPage): string[] {
  const rows = elements.filter(({ name, inside, attributes }) => {
    const isBody = inside.some((each) => each.name === "tbody");
    return name === "tr" && isBody && !attributes.has("class");
  });
  return rows.map(({ text }) => text);
}

const allOf = (path: string) => allPages(portal.admin, path, rowsOf);

describe("the trail", () => {
  test("is shown from its end, each row once over all pages", async () => {
    const count = trailOf(portal.server).length;
    const pages = await allOf("/events");
    expect(pages.flat()).toHaveLength(count);
    expect(pages.slice(0, -1).every(({ length }) => length === 60)).toBe(true);
    const page = await portal.admin.get("/events");
    expect(page.words).toContain(`Row ${count} is the newest`);
    expect(page.words).toContain("Yesterday, 13 September");
    expect(page.words).toContain("Today, 14 September");
  });

  test("is narrowed by a word, a kind, a host name and a day", async () => {
    const get = async (query: string) => (await allOf(`/events?${query}`)).flat();
    expect(await get("q=198.51.100.8")).toHaveLength(6);
    expect(await get("q=H7.EXAMPLE")).toHaveLength(1);
    expect(await get("hostname=H7.example.org")).toHaveLength(1);
    expect(await get("hostname=7.example.org")).toEqual([]);
    expect(await get("type=delegate&q=shop")).toHaveLength(2);
    expect(await get("type=auth&q=eve")).toHaveLength(1);
    expect(await get("until=2026-09-12&type=hostname")).toHaveLength(130);
    expect(await get("until=2026-09-10&type=hostname")).toEqual([]);
    const page = await portal.admin.get("/events?q=example&type=hostname&until=2026-09-14");
    expect(nextOf(page)).toMatch(/^\/events\?q=example&type=hostname&until=2026-09-14&before=\d+$/);
  });

  test.for([
    "q=%00",
    "type=nothing",
    "until=2026-99-99",
    "until=x",
    "before=-5",
    "before=1e999",
    "before=x",
    "hostname=%00",
  ])("takes an address that was typed by hand: %s", async (query) => {
    expect((await portal.admin.get(`/events?${query}`)).status).toBe(200);
    expect((await portal.admin.get(`/events.csv?${query}`)).status).toBe(200);
  });

  test("says who it was, whatever they have written", async () => {
    const [row = ""] = (await allOf("/events?type=delegate&q=note")).flat();
    expect(row).toContain("token 6, 192.0.2.8");
    expect(row).not.toContain("user root, 192.0.2.8");
    const [login = ""] = (await allOf("/events?q=eve")).flat();
    expect(login).toContain("user eve, 192.0.2.9");
    expect(login).toContain("Wrong key");
  });

  test("says where nothing was found", async () => {
    const page = await portal.admin.get("/events?q=nowhere");
    expect(page.words).toContain("No event matches");
    expect(page.words).toContain("Clear filters");
  });

  test("is a file, too, which has nothing that is a formula", async () => {
    const file = await portal.viewer.get("/events.csv?type=hostname");
    expect(file.headers["content-disposition"]).toBe('attachment; filename="events.csv"');
    const rows = file.text.trimEnd().split("\r\n");
    expect(rows).toHaveLength(131);
    expect(rows[1]).toMatch(
      /^\d+,2026-09-11T12:00:00\.129Z,hostname\.changed,accepted,,192\.0\.2\.7,,h129\.example\.org; token 5$/,
    );
  });
});
