import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { register } from "../support/api-client.ts";
import { textsAt } from "../support/look-up.ts";
import { exchange, RawConnection } from "../support/raw-http.ts";
import { PortalClient } from "./portal-client.ts";
import {
  ADMIN,
  newestRow,
  PASSWORD,
  type PortalUnderTest,
  signedIn,
  startPortal,
  VIEWER,
} from "./portal-under-test.ts";

let portal: PortalUnderTest;
let port: number;
const opened: RawConnection[] = [];

beforeAll(async () => {
  portal = await startPortal();
  port = Number(new URL(portal.url).port);
});
afterEach(() => {
  for (const connection of opened.splice(0)) connection.close();
});
afterAll(() => portal.server.remove());

async function expectAlive(): Promise<void> {
  expect((await portal.admin.get("/")).status).toBe(200);
}

/** A POST of somebody who has signed in, up to the end of its head. */
function head(path: string, length: string): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Origin: ${portal.url}`,
    `Cookie: ${portal.admin.cookie}`,
    length,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

describe("octets that are no request", () => {
  test.for([
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\0".repeat(1000),
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
    "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: localhost\r\n${"A: b\r\n".repeat(200)}\r\n`,
    `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${"a=b; ".repeat(3000)}\r\n\r\n`,
  ])("are refused: %j", async (text) => {
    const { final } = await exchange(port, [Buffer.from(text, "latin1")]);
    expect(final.status).toBeGreaterThanOrEqual(400);
    expect(final.status).toBeLessThan(500);
    expect(final.body).not.toMatch(/\bat .*\.[jt]s:\d+/);
    await expectAlive();
  });
});

describe("addresses", () => {
  test.for([
    "//evil.example",
    "//evil.example/..",
    "/%2e%2e",
    "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/..",
    "/./settings/../../x",
    "/\\evil.example",
    "/%5cevil.example",
    "/SETTINGS",
    "/settings/",
    "/settings%2f",
    "/settings;x=1",
    "/delegates/1/",
    "/delegates/%31%00",
    "/hostnames/",
    "/hostnames/%E0%A4%A",
    "/%",
    "/%c0%ae",
    `/${"a/".repeat(2000)}`,
    "http://evil.example/settingsx",
    "/constructor",
    "/__proto__",
  ])("that are none lead nowhere: %s", async (path) => {
    for (const client of [portal.admin, new PortalClient(portal.url)]) {
      const { status, location, text } = await client.get(path);
      expect([303, 400, 404]).toContain(status);
      if (location !== "") expect(location).toMatch(/^\/login(?:\?next=%2F[^/]*)?$/);
      expect(text).not.toContain("root:");
      const { status: posted } = await client.post(path);
      expect([400, 403, 404]).toContain(posted);
    }
    await expectAlive();
  });

  test("what is asked for behind a login comes back to the same page or to the first", async () => {
    const guest = new PortalClient(portal.url);
    for (const path of [
      "//evil.example",
      "/\\evil.example",
      "/login/../\\x",
      "http://evil.example/",
    ]) {
      const { location } = await guest.get(path);
      const form = await guest.get(location);
      const next = form.elements.find(({ attributes }) => attributes.get("name") === "next");
      const { hostname } = new URL(next?.attributes.get("value") ?? "/", portal.url);
      expect(hostname).toBe("127.0.0.1");
    }
  });
});

describe("forms", () => {
  test("of more than 16 kB are refused, and nothing is done", async () => {
    const before = newestRow(portal.server);
    for (const path of ["/delegates", "/login", "/password", "/settings/tokens"]) {
      const answer = await portal.admin.twin().post(path, { tenant: "x".repeat(20_000) });
      expect([answer.status, answer.text]).toEqual([
        413,
        "The form has more than 16384 octets: send less.\n",
      ]);
    }
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const { final } = await exchange(port, [
      head("/delegates", "Transfer-Encoding: chunked"),
      chunk,
      chunk,
      "0\r\n\r\n",
    ]);
    expect(final.status).toBe(413);
    expect(newestRow(portal.server)).toBe(before);
  });

  test("that are cut off do nothing", async () => {
    const before = newestRow(portal.server);
    const connection = await RawConnection.open(port);
    await connection.send(head("/delegates", "Content-Length: 100"), `csrf=${portal.admin.csrf}`);
    connection.close();
    await expectAlive();
    expect(newestRow(portal.server)).toBe(before);
  });

  test("that are nothing of the kind do nothing", async () => {
    const before = newestRow(portal.server);
    const { csrf } = portal.admin;
    for (const body of [
      `{"csrf":"${csrf}"}`,
      `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--x--`,
      "csrf",
      "&&&===",
      "%",
      "%zz=%zz",
      "\0\xff\xfe",
      `csrf[]=${csrf}`,
      `csrf%00=${csrf}`,
      `CSRF=${csrf}`,
      `csrf=x&csrf=${csrf}`,
    ]) {
      const headers = { Origin: portal.url };
      const answer = await portal.admin.send({
        ...{ method: "POST", path: "/delegates" },
        headers,
        body,
      });
      expect(answer.status).toBe(403);
    }
    expect(newestRow(portal.server)).toBe(before);
  });
});

/** With the 100 the server has begun to wait for the form: the connection is at work. */
const UNFINISHED =
  "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";

describe("many connections to the portal", () => {
  test("keep neither DNS nor the API, nor those of others, from an answer", async () => {
    const delegate = await register(portal.server.url);
    const statuses = new Map<number, number>();
    for (let i = 0; i < 300; i++) {
      const connection = await RawConnection.open(port, { from: `127.0.0.${2 + (i % 6)}` });
      opened.push(connection);
      await connection.send(UNFINISHED);
      const { status } = await connection.message();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([
      [100, 200],
      [503, 100],
    ]);
    expect((await fetch(`${portal.server.url}/health`)).status).toBe(200);
    const { fulldomain } = delegate;
    expect(await textsAt(`127.0.0.1:${portal.server.dnsPort}`, fulldomain)).toEqual([]);
    const update = await fetch(`${portal.server.url}/update`, {
      method: "POST",
      headers: { "X-Api-User": delegate.username, "X-Api-Key": delegate.password },
      body: JSON.stringify({ subdomain: delegate.subdomain, txt: "x".repeat(43) }),
    });
    expect(update.status).toBe(200);
    for (const connection of opened.splice(0)) connection.close();
    await vi.waitFor(expectAlive);
  });
});

describe("who says that they are somebody", () => {
  test("is believed where a trusted proxy says so, and nowhere else", async () => {
    const proxied = await startPortal({
      env: {
        DNSVOUCH_TRUSTED_PROXIES: "127.0.0.1",
        DNSVOUCH_PORTAL_TRUSTED_USER_HEADER: "Remote-User",
      },
    });
    try {
      const https = { Host: "portal.example.org", "X-Forwarded-Proto": "https" };
      const as = (user: string, more: Record<string, string> = {}): PortalClient =>
        new PortalClient(proxied.url, { ...https, "Remote-User": user, ...more });
      const ada = as(ADMIN);
      const page = await ada.get("/");
      expect([page.status, page.words.includes("Sign out")]).toEqual([200, false]);
      const Origin = "https://portal.example.org";
      const made = await ada.post("/delegates", {}, { Origin });
      expect(made.status).toBe(303);
      expect((await ada.post("/delegates", {}, { Origin: proxied.url })).status).toBe(403);
      const vera = as(VIEWER);
      await vera.get("/");
      // The token of somebody else, and a form without any.
      expect((await vera.post("/delegates", { csrf: ada.csrf }, { Origin })).words).toContain(
        "This form has expired",
      );
      expect((await vera.post("/delegates", {}, { Origin })).words).toContain("Your role");
      const nobody = await as("mallory").get("/");
      expect([nobody.status, nobody.words]).toEqual([
        403,
        expect.stringContaining("No access for mallory"),
      ]);
      for (const name of ["", "two words", "<b>", "ada,vera"]) {
        expect((await as(name).get("/")).location).toBe("/login");
      }
      // Behind the proxy by plain http, nobody is anybody.
      const plain = new PortalClient(proxied.url, {
        Host: "portal.example.org",
        "Remote-User": ADMIN,
      });
      expect((await plain.get("/")).status).toBe(403);
      const raw = [
        `GET / HTTP/1.1\r\nHost: localhost\r\nRemote-User: ${ADMIN}\r\nRemote-User: ${ADMIN}\r\n\r\n`,
      ];
      expect((await exchange(new URL(proxied.url).port as never, raw)).final.status).toBe(303);
      const elsewhere = await exchange(
        Number(new URL(proxied.url).port),
        [`GET / HTTP/1.1\r\nHost: localhost\r\nRemote-User: ${ADMIN}\r\n\r\n`],
        { from: "127.0.0.2" },
      );
      expect(elsewhere.final.status).toBe(303);
    } finally {
      await proxied.server.remove();
    }
    // Without the setting the header is one like any other.
    const guest = new PortalClient(portal.url, { "Remote-User": ADMIN });
    expect((await guest.get("/")).location).toBe("/login");
  });
});

describe("portal.insecure", () => {
  test("lets people in over plain http, with a cookie that such browsers keep", async () => {
    const open = await startPortal({ env: { DNSVOUCH_PORTAL_INSECURE: "true" } });
    try {
      const Host = "portal.lan:8081";
      const client = new PortalClient(open.url, { Host });
      await client.get("/login");
      expect(client.cookie).toMatch(/^dnsvouch=/);
      const fields = { user: ADMIN, password: PASSWORD };
      const answer = await client.post("/login", fields, { Origin: `http://${Host}` });
      expect(answer.headers["set-cookie"]).toEqual([
        expect.stringMatching(/^dnsvouch=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
      ]);
      expect((await client.get("/")).status).toBe(200);
      // The session of one way is none of the other.
      const other = await signedIn(open.url, ADMIN);
      const moved = new PortalClient(open.url, { Host });
      moved.cookie = other.cookie;
      expect((await moved.get("/")).location).toBe("/login");
    } finally {
      await open.server.remove();
    }
  });
});
