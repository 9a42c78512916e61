import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOSTNAME_STATES } from "../../src/hostname/hostname.ts";
import { needsAttention, STATES_BY_URGENCY } from "../../src/portal/parts/tone.ts";
import type { PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  allPages,
  nextOf,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

const MOST = 50;
const COUNT = 140;
let portal: PortalUnderTest;
const nameOf = (i: number): string => `host${String(i).padStart(3, "0")}.example.org`;
const stateOf = (i: number) => HOSTNAME_STATES[i % HOSTNAME_STATES.length] ?? "active";

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      let delegateId = 0;
      for (let i = 0; i < COUNT; i++) {
        const tenant = i % 2 === 0 ? "even" : "odd";
        const labels = { env: i % 10 === 0 ? "=cmd|' /C calc'!A0" : "prod" };
        const contact = '@SUM(1+1)*cmd|"x",\n';
        if (i % 2 === 0) {
          const said = { tenant: `=${tenant}`, labels, contact: contact.trim() };
          delegateId = await addDelegate(store, { subdomain: `d${i}`, ...said });
        }
        await addHostname(store, {
          ...{ delegateId, name: nameOf(i), tenant, labels, state: stateOf(i) },
        });
      }
      for (let i = 0; i < 40; i++) await addDelegate(store, { subdomain: `bare${i}` });
      const act = {
        delegateId: 1 as never,
        timeMs: 5,
        origin: { peer: "x", forwarded: undefined },
      };
      await store.disableDelegate(act);
      await store.deleteDelegate({ ...act, delegateId: 2 as never });
    },
  });
});
afterAll(() => portal.server.remove());

/** Of the rows of a list, in their order. */
function namesOn({ elements }: PortalPage): string[] {
  const links = elements.filter(({ attributes }) => attributes.get("class") === "name");
  return links.map(({ text }) => text);
}

/** All pages of a list, one after the other. */
const allOf = (path: string) => allPages(portal.admin, path, namesOn);

describe("the list of host names", () => {
  test("has every one once, over all pages, those first that need attention", async () => {
    const pages = await allOf("/delegates");
    expect(pages.map(({ length }) => length)).toEqual([MOST, MOST, COUNT - 2 * MOST]);
    const names = pages.flat();
    expect([...names].sort()).toEqual(Array.from({ length: COUNT }, (_, i) => nameOf(i)));
    const places = names.map((name) => {
      return STATES_BY_URGENCY.indexOf(stateOf(Number(name.slice(4, 7))));
    });
    // What is locked or deleted has its delegate's state.
    const moved = places.filter((place, i) => i > 0 && place < (places[i - 1] ?? 0));
    expect(moved.length).toBeLessThan(5);
    const first = await portal.admin.get("/delegates");
    expect(first.words).toContain(`${COUNT} hostnames on`);
    expect(first.words).toContain("those that need attention first");
  });

  test("is narrowed by a part of the name, the state, the tenant and a label", async () => {
    const get = async (query: string) => (await allOf(`/delegates?${query}`)).flat();
    expect(await get("q=HOST01")).toHaveLength(10);
    expect(await get("q=%20host017.%20")).toEqual([nameOf(17)]);
    expect(await get("state=stale")).toHaveLength(COUNT / HOSTNAME_STATES.length);
    const urgent = (await get("state=attention")).length;
    const states = HOSTNAME_STATES.filter(needsAttention).length;
    expect(Math.abs(urgent - (states * COUNT) / HOSTNAME_STATES.length)).toBeLessThan(5);
    expect(await get("tenant=odd")).toHaveLength(COUNT / 2);
    expect(await get("label=env%3Dprod")).toHaveLength(COUNT - 14);
    expect(await get("label=env%3D&state=stale")).toEqual([]);
    expect(await get("tenant=odd&q=host01&label=env%3Dprod")).toHaveLength(5);
    expect(await get("q=%25")).toEqual([]);
    expect(await get("q=_")).toEqual([]);
  });

  test("keeps what it was narrowed to on every page", async () => {
    const page = await portal.admin.get("/delegates?tenant=odd&q=host&label=env%3Dprod");
    const next = nextOf(page) ?? "";
    expect(next).toBe(
      `/delegates?q=host&tenant=odd&label=env%3Dprod&after=${/after=(.*)/.exec(next)?.[1]}`,
    );
    const values = page.elements.map(({ attributes }) => attributes.get("value"));
    expect(values).toEqual(expect.arrayContaining(["host", "odd", "env=prod"]));
    const csv = page.elements.find(({ attributes }) =>
      attributes.get("href")?.startsWith("/delegates.csv"),
    );
    expect(csv?.attributes.get("href")).toBe("/delegates.csv?q=host&tenant=odd&label=env%3Dprod");
  });

  test.for([
    "after=x",
    "after=99-1",
    "after=1e9-1",
    "after=0-999999999999999",
    "state=nothing&life=x&view=y",
    "label=novalue",
    "q=%00",
    "tenant=%00%01",
    "q=%ff%fe",
    `q=${"x".repeat(2000)}`,
  ])("takes an address that was typed by hand: %s", async (query) => {
    expect((await portal.admin.get(`/delegates?${query}`)).status).toBe(200);
    expect((await portal.admin.get(`/delegates?view=delegates&${query}`)).status).toBe(200);
  });

  test("says where nothing was found, and how to see everything again", async () => {
    const page = await portal.admin.get("/delegates?q=nowhere&label=a%3Db");
    expect(page.words).toContain("No hostname matches “nowhere” with a=b");
    expect(page.words).toContain("Clear filters");
    const none = await portal.admin.get("/delegates?view=delegates&q=nowhere");
    expect(none.words).toContain("No delegate matches");
  });
});

describe("the list of delegates", () => {
  test("has every one once, over all pages", async () => {
    const pages = await allOf("/delegates?view=delegates");
    expect(pages.map(({ length }) => length)).toEqual([MOST, MOST, COUNT / 2 + 40 - 2 * MOST]);
    expect(new Set(pages.flat()).size).toBe(COUNT / 2 + 40);
  });

  test("is narrowed by what became of them, a part of the name, and that of a host name", async () => {
    const get = async (query: string) => (await allOf(`/delegates?view=delegates&${query}`)).flat();
    expect(await get("life=locked")).toEqual(["d0.auth.example.org"]);
    expect(await get("life=deleted")).toEqual(["d2.auth.example.org"]);
    expect(await get("life=live")).toHaveLength(COUNT / 2 + 38);
    expect(await get("q=bare")).toHaveLength(40);
    expect(await get("q=host017")).toEqual(["d16.auth.example.org"]);
    expect(await get("tenant=%3Deven")).toHaveLength(COUNT / 2);
  });
});

describe("files for spreadsheets", () => {
  test("have all host names, and nothing that is a formula", async () => {
    const file = await portal.admin.get("/delegates.csv");
    expect(file.headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="hostnames.csv"',
    });
    const rows = file.text.trimEnd().split("\r\n");
    expect(rows[0]).toBe(
      "hostname,delegate,state,since,reason,tenant,labels,last_update,last_check",
    );
    expect(rows).toHaveLength(COUNT + 1);
    const narrowed = await portal.admin.get("/delegates.csv?tenant=odd&q=host01");
    expect(narrowed.text.trimEnd().split("\r\n")).toHaveLength(6);
  });

  test("have all delegates", async () => {
    const file = await portal.admin.get("/delegates.csv?view=delegates");
    const rows = file.text.trimEnd().split("\r\n");
    expect(rows).toHaveLength(COUNT / 2 + 40 + 1);
    expect(rows[1]).toContain(`d0.auth.example.org,locked,'=even,"'@SUM(1+1)*cmd|""x"","`);
    for (const row of rows) expect(row).not.toMatch(/(?:^|,)"?[=+@-]/);
    const deleted = await portal.admin.get("/delegates.csv?view=delegates&life=deleted");
    expect(deleted.text.trimEnd().split("\r\n")).toHaveLength(2);
  });
});

describe("several at once", () => {
  test("are looked at, or it is said that none was ticked", async () => {
    const none = await portal.admin.post(
      "/hostnames/recheck",
      {},
      { Referer: `${portal.url}/delegates?tenant=odd` },
    );
    expect(none.location).toBe("/delegates?tenant=odd");
    expect((await portal.admin.get(none.location)).words).toContain("Nothing was selected");
    const page = await portal.admin.act("/hostnames/recheck", {
      hostname: ["5", "6", "999999", "x", "-1"],
    });
    expect(page.words).toMatch(/looked at/);
  });
});
