import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashCustomerToken, parseCustomerToken } from "../../src/delegate/customer-token.ts";
import { PORTAL_ROUTES } from "../../src/portal/portal-routes.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

const TOKEN = "BBBBBBBBBBBBBBBBBBBBBB";
let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      const delegateId = await addDelegate(store, { subdomain: "shop" });
      const hostnameId = await addHostname(store, { delegateId, name: "www.example.org" });
      const token = parseCustomerToken(TOKEN);
      if (token === undefined) throw new Error(TOKEN);
      const origin = { peer: "server", forwarded: undefined };
      await store.customerLinks.create({
        ...{ hostnameId, tokenHash: hashCustomerToken(token), timeMs: 1, origin },
      });
    },
  });
});
afterAll(() => portal.server.remove());

function expectSafe({ headers }: PortalPage): void {
  const policy = String(headers["content-security-policy"]);
  expect(policy.split("; ").sort()).toEqual([
    "base-uri 'none'",
    "default-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ]);
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": expect.stringMatching(/DENY|SAMEORIGIN/),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": expect.stringContaining("camera=()"),
    "cache-control": "no-store",
  });
  expect(headers["x-powered-by"]).toBeUndefined();
  expect(headers["server"]).toBeUndefined();
  expect(headers.etag).toBeUndefined();
  expect(headers["access-control-allow-origin"]).toBeUndefined();
}

describe("every answer", () => {
  test("of a page says what it may do, and is kept nowhere", async () => {
    const paths = PORTAL_ROUTES.filter(({ method }) => method === "get").map(({ path }) =>
      path.replace(":id", "1").replace(":name", "www.example.org"),
    );
    for (const path of [...paths, "/password", "/login", "/nothing", "/delegates/99", "/%zz"]) {
      for (const client of [portal.admin, portal.viewer, new PortalClient(portal.url)]) {
        const answer = await client.get(path, { Origin: "https://evil.example" });
        expectSafe(answer);
        expect(answer.headers["referrer-policy"]).toBe("same-origin");
      }
    }
  });

  test("of an act does, too", async () => {
    expectSafe(await portal.admin.post("/delegates/1/lock"));
    expectSafe(await portal.admin.post("/delegates/1/unlock", { csrf: "" }));
    expectSafe(await portal.admin.post("/delegates", { hostname: "?" }));
    expectSafe(await new PortalClient(portal.url).post("/login", { user: "x" }));
  });

  test("for a customer is for no other site and no search engine, and sets no cookie", async () => {
    const customer = new PortalClient(portal.server.url, { Origin: "https://evil.example" });
    for (const path of [`/s/${TOKEN}`, `/s/${"C".repeat(22)}`, "/s/x"]) {
      const answer = await customer.get(path);
      expectSafe(answer);
      expect(answer.headers).toMatchObject({
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
      });
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });

  test("is compressed where that is understood and worth it, and has its length", async () => {
    await portal.admin.get("/");
    const zipped = await portal.admin.get("/delegates/new", {
      "Accept-Encoding": "gzip, deflate, br",
    });
    const plain = await portal.admin.get("/delegates/new", { "Accept-Encoding": "gzip;q=0, *" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(zipped.headers.vary).toBe("Accept-Encoding, Cookie");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(zipped.text === plain.text).toBe(true);
    for (const { headers, octets } of [zipped, plain]) {
      expect(headers["content-length"]).toBe(String(octets.length));
    }
    const head = await portal.admin.send({ method: "HEAD", path: "/delegates/new" });
    expect([head.status, head.octets.length]).toEqual([200, 0]);
    expect(head.headers["content-length"]).toBe(String(plain.octets.length));
  });
});

describe("plain HTTP from elsewhere", () => {
  const elsewhere = { Host: "portal.example.org:8081" };

  test("shows why nobody signs in there, on every page", async () => {
    const client = new PortalClient(portal.url, elsewhere);
    for (const path of ["/login", "/", "/delegates", "/nothing"]) {
      const { status, words, headers } = await client.get(path);
      expect([status, headers["set-cookie"]]).toEqual([403, undefined]);
      expect(words).toContain("http://portal.example.org:8081 is plain http");
      expect(words).toContain("ssh -L 8081:127.0.0.1:8081");
    }
    const login = await client.post("/login", { user: "ada", password: "x" });
    expect([login.status, login.words]).toEqual([403, expect.stringContaining("plain http")]);
  });

  test("takes no session, whatever a client says of a proxy that is none", async () => {
    const client = portal.admin.twin();
    for (const more of [
      { "X-Forwarded-Proto": "https" },
      { "X-Forwarded-Host": "localhost" },
      { Forwarded: "proto=https" },
    ]) {
      expect((await client.get("/", { ...elsewhere, ...more })).status).toBe(403);
    }
    for (const host of [
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "evil",
      "[::2]",
      "a b",
    ]) {
      expect((await client.get("/", { Host: host })).status).toBe(403);
    }
    for (const host of ["localhost:1", "127.9.9.9", "[::1]:8081", "x.localhost"]) {
      expect((await client.get("/", { Host: host })).status).toBe(200);
    }
  });
});
