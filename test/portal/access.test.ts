import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PORTAL_ROUTES } from "../../src/portal/portal-routes.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  newestRow,
  type PortalUnderTest,
  signedIn,
  startPortal,
  VIEWER,
} from "./portal-under-test.ts";

let portal: PortalUnderTest;
let other: PortalClient;

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      const id = await addDelegate(store, { subdomain: "shop" });
      await addHostname(store, { delegateId: id, name: "www.example.org", state: "active" });
    },
  });
  other = await signedIn(portal.url, "ada");
});
afterAll(() => portal.server.remove());

/** The address of something that exists, where there is such a thing. */
function pathOf(path: string): string {
  const id = "1";
  const name = path.startsWith("/settings") ? VIEWER : "www.example.org";
  return path.replace(":id", id).replace(":key", "1").replace(":name", name);
}

const READS = PORTAL_ROUTES.filter(({ method }) => method === "get").map(({ path }) => path);
const ACTS = [
  ...PORTAL_ROUTES.filter(({ method }) => method === "post").map(({ path }) => path),
  "/password",
  "/logout",
];

/** Everything that an act could change: the trail has a row for each. */
const state = (): number => newestRow(portal.server);

async function expectNothingDone(
  act: () => Promise<PortalPage>,
  status: number,
  words: string,
): Promise<void> {
  const before = state();
  const answer = await act();
  expect(answer.status).toBe(status);
  expect(answer.words).toContain(words);
  expect(state()).toBe(before);
}

describe("nobody", () => {
  test("there are reads and acts", () => {
    expect([READS.length, ACTS.length].map((count) => count > 10)).toEqual([true, true]);
  });

  test.for(READS)("who reads %s is asked to sign in, and comes back", async (route) => {
    const path = `${pathOf(route)}${route === "/" ? "" : "?q=%3Cb%3E"}`;
    const { status, location, headers } = await new PortalClient(portal.url).get(path);
    const next = route === "/" ? "/login" : `/login?next=${encodeURIComponent(path)}`;
    expect([status, location, headers["set-cookie"]]).toEqual([303, next, undefined]);
  });

  test.for(ACTS)("does %s", async (route) => {
    const guest = new PortalClient(portal.url);
    await guest.get("/login");
    await expectNothingDone(() => guest.post(pathOf(route)), 403, "Your session has ended");
  });

  test.for(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])(
    "does anything by %s",
    async (method) => {
      for (const client of [new PortalClient(portal.url), portal.admin]) {
        const before = state();
        const { status } = await client.send({ method, path: "/delegates/1" });
        expect(status).toBe(client === portal.admin ? 404 : 403);
        expect(state()).toBe(before);
      }
    },
  );

  test("a request for the head alone leads where the page would", async () => {
    const answer = await new PortalClient(portal.url).send({ method: "HEAD", path: "/events" });
    expect([answer.status, answer.location]).toEqual([303, "/login?next=%2Fevents"]);
  });
});

describe("a viewer", () => {
  test.for(PORTAL_ROUTES.filter(({ method, scope }) => method === "get" && scope === "read"))(
    "reads $path",
    async ({ path }) => {
      const answer = await portal.viewer.get(pathOf(path));
      expect(answer.status).toBe(200);
      // Nothing but signing out and what is looked for is sent from there.
      const posts = answer.elements.filter(({ attributes }) => attributes.has("formaction"));
      expect(posts.map(({ attributes }) => attributes.get("formaction"))).toEqual(
        answer.words === "" ? [] : ["/logout"],
      );
      const forms = answer.elements.filter(({ name }) => name === "form");
      const methods = forms.map(({ attributes: a }) => `${a.get("method")} ${a.get("action")}`);
      expect(methods.filter((each) => each.startsWith("post /"))).toEqual([]);
    },
  );

  test.for(PORTAL_ROUTES.filter(({ method, scope }) => method === "get" && scope !== "read"))(
    "gets no form at $path",
    ({ path }) =>
      expectNothingDone(
        () => portal.viewer.get(pathOf(path)),
        403,
        "Your role does not allow this",
      ),
  );

  test.for(PORTAL_ROUTES.filter(({ method }) => method === "post"))("cannot do $path", ({ path }) =>
    expectNothingDone(
      () => portal.viewer.post(pathOf(path), { hostname: "x.example.org", name: "x" }),
      403,
      "Your role does not allow this",
    ),
  );

  test("sees neither users nor tokens", async () => {
    const { words } = await portal.viewer.get("/settings");
    expect(words).toContain("Tokens and users are for administrators.");
    expect(words).not.toContain("ada");
  });
});

/** Where a form does not come from a page of the session itself. */
const STRANGERS: readonly (readonly [string, (path: string) => Promise<PortalPage>])[] = [
  ["without a token", (path) => portal.admin.post(path, { csrf: [] })],
  ["with an empty token", (path) => portal.admin.post(path, { csrf: "" })],
  ["with a wrong token", (path) => portal.admin.post(path, { csrf: "x".repeat(43) })],
  ["with a long token", (path) => portal.admin.post(path, { csrf: "x".repeat(9000) })],
  ["with the token of another session", (path) => portal.admin.post(path, { csrf: other.csrf })],
  ["with a token in the query", (path) => inQuery(path)],
  ["from another site", (path) => from(path, "https://evil.example")],
  ["from another port", (path) => from(path, "http://127.0.0.1:1")],
  ["by another scheme", (path) => from(path, portal.url.replace("http:", "https:"))],
  ["from a name that begins the same", (path) => from(path, `${portal.url}.evil.example`)],
  ["from a page in a sandbox", (path) => from(path, "null")],
  ["from nowhere", (path) => unsaid(path, {})],
  ["from a site beside", (path) => unsaid(path, { "Sec-Fetch-Site": "same-site" })],
  ["by hand", (path) => unsaid(path, { "Sec-Fetch-Site": "none" })],
];

function from(path: string, origin: string): Promise<PortalPage> {
  return portal.admin.post(path, {}, { Origin: origin });
}

function unsaid(path: string, headers: Record<string, string>): Promise<PortalPage> {
  const { csrf } = portal.admin;
  return portal.admin.send({ method: "POST", path, headers, body: `csrf=${csrf}` });
}

function inQuery(path: string): Promise<PortalPage> {
  return portal.admin.post(`${path}?csrf=${portal.admin.csrf}`, { csrf: [] });
}

describe("forms that no page of the session has sent", () => {
  test.for(STRANGERS)("%s do nothing, whatever they are for", async ([, send]) => {
    const before = state();
    for (const route of ACTS) {
      const { status, words } = await send(pathOf(route));
      expect(status).toBe(403);
      expect(words).toContain("This form has expired");
    }
    expect(state()).toBe(before);
    expect((await portal.admin.get("/")).status).toBe(200);
  });

  test("what says no origin but that it is the same is believed", async () => {
    const { csrf } = portal.admin;
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const answer = await portal.admin.send({
      ...{ method: "POST", path: "/delegates/1/lock", headers, body: `csrf=${csrf}` },
    });
    expect([answer.status, answer.location]).toEqual([303, "/delegates/1"]);
    expect((await portal.admin.act("/delegates/1/unlock")).words).toContain("It is unlocked");
  });
});

describe("the API", () => {
  test("does not know the cookie, nor the portal a token", async () => {
    const headers = { Cookie: portal.admin.cookie ?? "", Origin: portal.url };
    expect((await fetch(`${portal.server.url}/api/v1/delegates`, { headers })).status).toBe(401);
    const made = await portal.admin.act("/settings/tokens", { scope: "admin" });
    const token = /dnsvouch_[A-Za-z0-9_-]+|[A-Za-z0-9_-]{40,}/.exec(made.words)?.[0];
    expect(token).toBeDefined();
    const bearer = { Authorization: `Bearer ${token}` };
    expect((await new PortalClient(portal.url, bearer).get("/")).location).toBe("/login");
  });

  test("is not on the listener of the portal, nor the portal on its", async () => {
    expect((await portal.admin.get("/api/v1/delegates")).status).toBe(404);
    expect((await portal.admin.get("/health")).status).toBe(404);
    expect((await fetch(`${portal.server.url}/login`)).status).toBe(404);
    expect((await fetch(`${portal.server.url}/settings`)).status).toBe(404);
  });
});
