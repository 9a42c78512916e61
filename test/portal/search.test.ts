import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
  ZONE,
} from "./portal-under-test.ts";

const UUID = "0c1f6a52-7c1e-4d0a-9d6b-5b1f0a8f3c77";

let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      const first = await addDelegate(store, { subdomain: UUID, contact: "Mira@Linden.example" });
      for (const name of ["www.linden.test", "*.linden.test", "shop.linden.test"]) {
        await addHostname(store, { delegateId: first, name });
      }
      const other = await addDelegate(store, { subdomain: "readable.museum.test" });
      await addHostname(store, { delegateId: other, name: "xn--mnchen-3ya.example" });
      await addDelegate(store, { subdomain: "bare" });
    },
  });
});
afterAll(() => portal.server.remove());

async function found(q: string, view = "hostnames"): Promise<string[]> {
  const page = await portal.admin.get(`/delegates?${new URLSearchParams({ view, q })}`);
  const names = page.elements.filter(({ attributes }) => attributes.get("class") === "name");
  return names.map(({ text }) => text);
}

const OF_LINDEN = ["www.linden.test", "*.linden.test", "shop.linden.test"];

describe("a host name is found", () => {
  test.for([
    UUID,
    UUID.slice(0, 8),
    `${UUID}.${ZONE}`,
    `${UUID}.${ZONE}.`,
    UUID.toUpperCase(),
    "mira@linden",
  ])("by what is known of its delegate: %s", async (q) => {
    expect(await found(q)).toEqual(OF_LINDEN);
    expect(await found(q, "delegates")).toHaveLength(1);
  });

  test.for([
    "münchen.example",
    "MÜNCHEN.example.",
    "_acme-challenge.xn--mnchen-3ya.example.",
    "xn--mnchen",
  ])("as people and dig write it: %s", async (q) => {
    expect(await found(q)).toEqual(["xn--mnchen-3ya.example"]);
    expect(await found(q, "delegates")).toHaveLength(1);
  });

  test("and opened by its name in letters of its language", async () => {
    const { status } = await portal.admin.get(
      `/hostnames/${encodeURIComponent("MÜNCHEN.example")}`,
    );
    expect(status).toBe(200);
  });

  // All delegates of a zone have that, and nearly all random names have two digits.
  test.for([ZONE, "auth", "0c"])("not by what most delegates have: %s", async (q) => {
    expect(await found(q)).toEqual([]);
  });

  test("in a file, too", async () => {
    const { text } = await portal.admin.get(`/delegates.csv?q=${UUID}.${ZONE}.`);
    expect(text.trimEnd().split("\r\n")).toHaveLength(1 + OF_LINDEN.length);
  });
});

describe("the lists", () => {
  test("hand what was looked for from one to the other", async () => {
    const links = async (path: string): Promise<string[]> =>
      (await portal.admin.get(path)).elements.flatMap(
        ({ attributes }) => attributes.get("href") ?? "",
      );
    expect(await links("/delegates?q=linden.&tenant=t&label=a%3Db&state=active")).toContain(
      "/delegates?view=delegates&q=linden.&tenant=t&label=a%3Db",
    );
    expect(await links("/delegates?view=delegates&q=linden&life=live")).toContain(
      "/delegates?q=linden",
    );
  });

  test("name the first host name of a delegate, and count the others", async () => {
    const { words } = await portal.admin.get("/delegates?view=delegates");
    expect(words).toContain("www.linden.test +2");
    expect(words).toContain("xn--mnchen-3ya.example");
    expect(words).toContain("no hostnames");
  });

  test("find what is registered by the labels that were given to it", async () => {
    await portal.admin.act("/delegates", { hostname: "late.example.org", labels: "env=prod" });
    for (const view of ["", "&view=delegates"]) {
      const { words } = await portal.admin.get(`/delegates?label=env%3Dprod${view}`);
      expect(words).toContain("late.example.org");
    }
  });
});
