import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { PortalClient } from "./portal-client.ts";
import { PORTAL_ENV } from "./portal-under-test.ts";

let server: ServerUnderTest;
let guest: PortalClient;
let names: readonly string[];

beforeAll(async () => {
  server = await startServerUnderTest(PORTAL_ENV);
  guest = new PortalClient(server.portalUrl);
  const { elements } = await guest.get("/login");
  names = elements.flatMap(({ attributes }) => {
    const address = attributes.get("src") ?? attributes.get("href") ?? "";
    return address.startsWith("/static/") ? [address.slice("/static/".length)] : [];
  });
});
afterAll(() => server.remove());

describe("files of pages", () => {
  test("are three, each with its hash in the name", () => {
    expect(names.map((name) => name.replace(/[0-9a-f]{12}/, "#")).sort()).toEqual([
      "favicon.#.svg",
      "portal.#.js",
      "style.#.css",
    ]);
  });

  test("are kept for ever, compressed for who can read that", async () => {
    for (const name of names) {
      const path = `/static/${name}`;
      const plain = await guest.get(path);
      const packed = await guest.get(path, { "Accept-Encoding": "gzip, br;q=0.5" });
      expect([plain.status, packed.status]).toEqual([200, 200]);
      for (const { headers } of [plain, packed]) {
        expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
        expect(headers.vary).toBe("Accept-Encoding");
        expect(headers["x-content-type-options"]).toBe("nosniff");
      }
      expect([plain.headers["content-encoding"], packed.headers["content-encoding"]]).toEqual([
        undefined,
        "br",
      ]);
      const source = new URL(
        `../../src/portal/static/${name.replace(/\.[0-9a-f]{12}/, "")}`,
        import.meta.url,
      );
      expect(plain.octets).toEqual(readFileSync(source));
      expect(brotliDecompressSync(packed.octets)).toEqual(plain.octets);
      expect((await guest.get(path, { "Accept-Encoding": "br;q=0" })).octets).toEqual(plain.octets);
      const head = await guest.send({ method: "HEAD", path });
      expect([head.status, head.octets.length]).toEqual([200, 0]);
      expect(head.headers["content-length"]).toBe(String(plain.octets.length));
    }
  });

  test("are beside the pages of customers, too", async () => {
    for (const name of names) {
      expect((await fetch(`${server.url}/s/${name}`)).status).toBe(200);
    }
  });

  test.for([
    "nothing.css",
    "style.css",
    "style.000000000000.css",
    "portal.js",
    "icons.svg",
    "..%2fstyle.css",
    "..%2f..%2f..%2fpackage.json",
    "%2e%2e%2f%2e%2e%2fpackage.json",
    "....//....//etc/passwd",
    "%2fetc%2fpasswd",
    "%00",
    "constructor",
    "__proto__",
    "",
  ])("there is no %j", async (name) => {
    for (const url of [`${server.portalUrl}/static`, `${server.url}/s`]) {
      const answer = await new PortalClient(url).get(`${new URL(url).pathname}/${name}`);
      // Behind a slash there is a page of the portal, which is for who has signed in.
      const isElsewhere = name === "" || name.includes("//");
      const isPortal = url.endsWith("/static");
      expect(answer.status).toBe(isElsewhere && isPortal ? 303 : 404);
      expect(answer.text).not.toContain("dependencies");
      expect(answer.text).not.toContain("root:");
    }
  });
});
