import { randomBytes } from "node:crypto";
import { SqliteError } from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { generateAccessToken } from "../../src/delegate/access-token.ts";
import { generateApiKey } from "../../src/delegate/credential.ts";
import { generateOneTimePassword } from "../../src/delegate/password.ts";
import { watchDatabaseCalls } from "../support/database-calls.ts";
import { RawConnection } from "../support/raw-http.ts";
import { PortalClient } from "./portal-client.ts";
import {
  ADMIN,
  actsSince,
  newestRow,
  PASSWORD,
  type PortalUnderTest,
  signedIn,
  startPortal,
  trailOf,
  VIEWER,
} from "./portal-under-test.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let portal: PortalUnderTest;
let nowMs = Date.now();

beforeAll(async () => {
  portal = await startPortal({ clock: () => nowMs });
});
afterAll(() => portal.server.remove());

describe("a login", () => {
  // The failures of one test are not those of the next.
  beforeEach(() => {
    nowMs += 6 * MINUTE;
  });

  test("gives a new session in a cookie that no script and no other site gets", async () => {
    const client = new PortalClient(portal.url);
    const form = await client.get("/login?next=/events");
    const before = client.cookie;
    const attributes = "Path=/; HttpOnly; Secure; SameSite=Strict";
    expect(form.headers["set-cookie"]).toEqual([`${before}; ${attributes}`]);
    expect(before).toMatch(/^__Host-dnsvouch=[A-Za-z0-9_-]{43}$/);
    const from = newestRow(portal.server);
    const answer = await client.post("/login", {
      ...{ user: ADMIN, password: PASSWORD, next: "/events" },
    });
    expect([answer.status, answer.location]).toEqual([303, "/events"]);
    expect(answer.headers["set-cookie"]).toEqual([`${client.cookie}; ${attributes}`]);
    expect(client.cookie).not.toBe(before);
    expect(actsSince(portal.server, from)).toEqual([`auth.login: user ${ADMIN}, password`]);
  });

  test("takes over no session and no cookie that was planted", async () => {
    const thief = await signedIn(portal.url, VIEWER);
    const victim = thief.twin();
    await victim.signIn(ADMIN, PASSWORD);
    expect(victim.cookie).not.toBe(thief.cookie);
    // The session that was planted is over, too.
    expect((await thief.get("/")).location).toBe("/login");
    const planted = new PortalClient(portal.url);
    planted.cookie = `__Host-dnsvouch=${"A".repeat(43)}`;
    await planted.signIn(ADMIN, PASSWORD);
    expect(planted.cookie).not.toContain("AAAA");
  });

  test("of two cookies of the name, none counts", async () => {
    const client = await signedIn(portal.url, ADMIN);
    const own = client.cookie;
    client.cookie = `${own}; __Host-dnsvouch=${"A".repeat(43)}`;
    expect((await client.get("/")).location).toBe("/login");
    client.cookie = `other=1; ${own}; __host-dnsvouch=x`;
    expect((await client.get("/")).status).toBe(200);
    client.cookie = own?.replace("__Host-", "");
    expect((await client.get("/")).location).toBe("/login");
  });

  test("is for the form that the browser was given, and for it alone", async () => {
    const from = newestRow(portal.server);
    const fields = { user: ADMIN, password: PASSWORD };
    const client = new PortalClient(portal.url);
    await client.get("/login");
    const { csrf, cookie } = client;
    const answers = [
      await client.post("/login", { ...fields, csrf: "x".repeat(43) }),
      await client.post("/login", fields, { Origin: "https://evil.example" }),
      await client.post("/login", fields, { Origin: "null" }),
    ];
    const other = new PortalClient(portal.url);
    await other.get("/login");
    other.cookie = cookie;
    answers.push(await other.post("/login", fields));
    client.cookie = undefined;
    answers.push(await client.post("/login", { ...fields, csrf }));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    for (const { words } of answers) expect(words).toContain("open for too long");
    expect(actsSince(portal.server, from)).toEqual([]);
  });

  test("tells nothing of whether there is such a user", async () => {
    const client = new PortalClient(portal.url);
    const wrong = await client.signIn(ADMIN, "not that");
    const nobody = await client.signIn("nobody", "not that");
    const long = await client.signIn(ADMIN, `${PASSWORD}${"!".repeat(73)}`);
    expect([wrong, nobody, long].map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(nobody.words).toBe(wrong.words);
    expect(long.words).toBe(wrong.words);
    expect(long.text).toContain(`value="${ADMIN}"`);
    for (const { text } of [wrong, nobody, long]) expect(text).not.toContain("not that");
    const rows = trailOf(portal.server).slice(-3);
    expect(rows.map(({ result, detail }) => `${result}: ${detail}`)).toEqual([
      `wrong_key: user ${ADMIN}`,
      "unknown_user: user nobody",
      `wrong_key: user ${ADMIN}`,
    ]);
    await signedIn(portal.url, ADMIN);
  });

  test("keeps what may be a password out of the trail", async () => {
    const client = new PortalClient(portal.url);
    await client.signIn("my secret, typed into the wrong field", "x");
    expect(trailOf(portal.server).at(-1)?.detail).toBe("user (it has the form of none)");
    await signedIn(portal.url, ADMIN);
  });

  test("keeps what was made as a password, a token or a key out of the trail", async () => {
    const client = new PortalClient(portal.url);
    const secrets = [
      generateOneTimePassword(randomBytes),
      generateOneTimePassword(randomBytes).toUpperCase(),
      generateAccessToken(randomBytes),
    ];
    for (const secret of secrets) {
      await client.signIn(secret, "x");
      expect(trailOf(portal.server).at(-1)?.detail).toMatch(/^user \(it has the form of a /);
    }
    await client.signIn(`a${generateApiKey(randomBytes).slice(1)}`, "x");
    expect(trailOf(portal.server).at(-1)?.detail).toBe("user (it has the form of a key)");
    await signedIn(portal.url, ADMIN);
  });

  test.for([
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https://evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "\n//evil.example",
    "/login?next=/login",
    `/${"x".repeat(600)}`,
    "/%\u0000",
    "/ü",
    "",
  ])("leads to no other place than a page of the portal: next=%j", async (next) => {
    const client = new PortalClient(portal.url);
    const form = await client.get(`/login?next=${encodeURIComponent(next)}`);
    const field = form.elements.find(({ attributes: each }) => each.get("name") === "next");
    expect(field?.attributes.get("value")).toBe("/");
    const { status, location } = await client.signIn(ADMIN, PASSWORD, next);
    expect([status, location]).toEqual([303, "/"]);
  });

  test("several at once are sessions of their own", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => signedIn(portal.url, ADMIN)));
    expect(new Set(clients.map(({ cookie }) => cookie)).size).toBe(5);
    const [first, second] = clients;
    await first?.post("/logout");
    expect((await first?.get("/"))?.location).toBe("/login");
    expect((await second?.get("/"))?.status).toBe(200);
  });

  test("ends with signing out, on the server, too", async () => {
    const client = await signedIn(portal.url, ADMIN);
    const { cookie } = client;
    const from = newestRow(portal.server);
    const answer = await client.post("/logout");
    expect([answer.status, answer.location]).toEqual([303, "/login"]);
    expect(answer.headers["set-cookie"]).toEqual([expect.stringContaining("Max-Age=0")]);
    expect(actsSince(portal.server, from)).toEqual([`auth.logout: user ${ADMIN}; user ${ADMIN}`]);
    client.cookie = cookie;
    expect((await client.get("/")).location).toBe("/login");
  });
});

describe("failures", () => {
  test("of one source are limited, also those at once, and others go on", async () => {
    const one = await startPortal({
      env: { DNSVOUCH_TRUSTED_PROXIES: "127.0.0.1" },
      clock: () => nowMs,
    });
    try {
      const at = (address: string): PortalClient =>
        new PortalClient(one.url, { "X-Forwarded-For": address });
      const tries = Array.from({ length: 8 }, async () => {
        const { status } = await at("192.0.2.1").signIn(ADMIN, "wrong");
        return status;
      });
      const statuses = await Promise.all(tries);
      expect(statuses.filter((status) => status === 403)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(3);
      const right = await at("192.0.2.1").signIn(ADMIN, PASSWORD);
      expect([right.status, right.words]).toEqual([
        429,
        expect.stringContaining("Too many failures. Try again in 5 seconds."),
      ]);
      // Not by the name: nobody keeps an administrator out.
      expect((await at("192.0.2.2").signIn(ADMIN, PASSWORD)).status).toBe(303);
      nowMs += 5000;
      expect((await at("192.0.2.1").signIn(ADMIN, "wrong")).status).toBe(403);
      nowMs += 9999;
      expect((await at("192.0.2.1").signIn(ADMIN, PASSWORD)).status).toBe(429);
      nowMs += 1;
      expect((await at("192.0.2.1").signIn(ADMIN, PASSWORD)).status).toBe(303);
    } finally {
      await one.server.remove();
    }
  });
});

describe("a session", () => {
  test("ends after half an hour without use", async () => {
    const client = await signedIn(portal.url, ADMIN);
    nowMs += 29 * MINUTE;
    expect((await client.get("/")).status).toBe(200);
    nowMs += 29 * MINUTE;
    expect((await client.get("/")).status).toBe(200);
    nowMs += 30 * MINUTE;
    expect((await client.get("/")).location).toBe("/login");
    expect((await client.post("/delegates")).words).toContain("Your session has ended");
  });

  test("ends after twelve hours, however busy it is", async () => {
    const client = await signedIn(portal.url, ADMIN);
    for (let passed = 20; passed < 12 * 60; passed += 20) {
      nowMs += 20 * MINUTE;
      expect((await client.send({ method: "HEAD", path: "/password" })).status).toBe(200);
    }
    nowMs += 20 * MINUTE;
    expect((await client.get("/")).location).toBe("/login");
  });

  test("is as long as it is, whatever is done to the clock", async () => {
    const client = await signedIn(portal.url, ADMIN);
    nowMs -= 400 * 24 * HOUR;
    expect((await client.get("/")).status).toBe(200);
    nowMs += 400 * 24 * HOUR;
    const later = await signedIn(portal.url, ADMIN);
    expect((await later.get("/events")).status).toBe(200);
  });

  test("has at once the role that its user has", async () => {
    const admin = await signedIn(portal.url, ADMIN);
    const other = await signedIn(portal.url, VIEWER);
    expect((await other.get("/delegates/new")).status).toBe(403);
    await admin.act(`/settings/users/${VIEWER}/role`, { subject: "admin" });
    expect((await other.get("/delegates/new")).status).toBe(200);
    await admin.act(`/settings/users/${VIEWER}/role`, { subject: "viewer" });
    expect((await other.post("/delegates")).status).toBe(403);
  });

  test("does nothing by a form that began while it was allowed, and ended when it was not", async () => {
    const admin = await signedIn(portal.url, ADMIN);
    await admin.act(`/settings/users/${VIEWER}/role`, { subject: "admin" });
    const demoted = await signedIn(portal.url, VIEWER);
    const body = `csrf=${demoted.csrf}&subject=admin`;
    const connection = await RawConnection.open(Number(new URL(portal.url).port));
    const head = [
      `POST /settings/users/${VIEWER}/role HTTP/1.1`,
      `Host: ${new URL(portal.url).host}`,
      `Origin: ${portal.url}`,
      `Cookie: ${demoted.cookie}`,
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${body.length}`,
      "Expect: 100-continue",
      "\r\n",
    ];
    // The server asks for the body, so it has begun with the request.
    await connection.send(head.join("\r\n"));
    expect((await connection.message()).status).toBe(100);
    await connection.send(body.slice(0, -1));
    await admin.act(`/settings/users/${VIEWER}/role`, { subject: "viewer" });
    const before = newestRow(portal.server);
    await connection.send(body.slice(-1));
    expect((await connection.response()).final.status).toBe(403);
    connection.close();
    expect(newestRow(portal.server)).toBe(before);
  });

  test("ends with its user, also where another one has the name", async () => {
    const admin = await signedIn(portal.url, ADMIN);
    await admin.act("/settings/users", { name: "guest", role: "viewer" });
    const shown = await admin.act("/settings/users/guest/password");
    const password = oneTimeIn(shown.text);
    const guest = new PortalClient(portal.url);
    expect((await guest.signIn("guest", password)).location).toBe("/password");
    await admin.act("/settings/users/guest/delete");
    expect((await guest.get("/password")).location).toContain("/login");
    const again = await admin.act("/settings/users", { name: "guest", role: "admin" });
    expect((await guest.get("/password")).location).toContain("/login");
    expect((await guest.signIn("guest", password)).status).toBe(403);
    expect((await guest.signIn("guest", oneTimeIn(again.text))).status).toBe(303);
  });
});

function oneTimeIn(text: string): string {
  return /[2-9a-z]{5}(?:-[2-9a-z]{5}){3}/.exec(text)?.[0] ?? "";
}

describe("a database that cannot be written", () => {
  test("keeps nobody out, and shows whoever acts that nothing was done", async () => {
    const client = new PortalClient(portal.url);
    await client.get("/login");
    const mend = watchDatabaseCalls((sql) => {
      if (/^\s*(?:INSERT|UPDATE|DELETE)/i.test(sql)) throw new SqliteError("full", "SQLITE_FULL");
    });
    try {
      const answer = await client.signIn(ADMIN, PASSWORD);
      expect([answer.status, answer.location]).toEqual([303, "/"]);
      expect((await client.get("/")).status).toBe(200);
      const act = await client.post("/delegates");
      expect(act.status).toBe(503);
      expect(act.words).toContain("The storage does not answer");
      expect(act.words).toContain("It is not known whether the last step was done");
    } finally {
      mend();
    }
    expect((await client.act("/delegates")).words).toContain("The delegate is registered.");
  });
});
