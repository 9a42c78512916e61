import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { PortalClient } from "./portal-client.ts";
import { actsSince, newestRow, PORTAL_ENV } from "./portal-under-test.ts";

describe("the first password", () => {
  let server: ServerUnderTest;
  let first: PortalClient;
  const CHOSEN = "linden harbour museum";

  beforeAll(async () => {
    server = await startServerUnderTest(PORTAL_ENV);
    first = new PortalClient(server.portalUrl);
  });
  afterAll(() => server.remove());

  test("opens the page to choose another one, and nothing else", async () => {
    const client = first;
    const { location } = await client.signIn("admin", server.oneTimePassword ?? "", "/settings");
    expect(location).toBe("/password");
    for (const path of ["/", "/delegates", "/settings", "/delegates.csv", "/nothing"]) {
      expect((await client.get(path)).location).toBe("/password");
    }
    const page = await client.get("/password");
    expect(page.words).toContain("Choose your password");
    const before = newestRow(server);
    const act = await client.post("/delegates", { hostname: "x.example.org" });
    expect([act.status, act.location]).toEqual([303, "/password"]);
    expect(newestRow(server)).toBe(before);
  });

  test.for([
    ["short", "short", "has 5 characters"],
    ["a".repeat(73), "a".repeat(73), "has 73 octets"],
    ["ü".repeat(37), "ü".repeat(37), "has 74 octets"],
    ["with a NUL \0 in it", "with a NUL \0 in it", "has a NUL in it"],
    [CHOSEN, `${CHOSEN}s`, "not the same as above"],
    [CHOSEN, "", "not the same as above"],
  ])("cannot be %j", async ([password = "", again = "", why = ""]) => {
    const answer = await first.post("/password", { password, again });
    expect([answer.status, answer.words]).toEqual([422, expect.stringContaining(why)]);
    expect(answer.text).not.toContain(password);
  });

  test("cannot be chosen again as it was shown", async () => {
    const oneTime = server.oneTimePassword ?? "";
    const answer = await first.post("/password", { password: oneTime, again: oneTime });
    expect([answer.status, answer.words]).toEqual([
      422,
      expect.stringContaining("That is the one-time password"),
    ]);
  });

  test("is chosen once: then every other session is over, and the one-time password dead", async () => {
    const oneTime = server.oneTimePassword ?? "";
    const client = new PortalClient(server.portalUrl);
    const other = new PortalClient(server.portalUrl);
    await client.signIn("admin", oneTime);
    await other.signIn("admin", oneTime);
    await client.get("/password");
    const before = client.cookie;
    const from = newestRow(server);
    const page = await client.act("/password", { password: CHOSEN, again: CHOSEN });
    expect(page.words).toContain("Your password is saved.");
    expect(client.cookie).not.toBe(before);
    expect(actsSince(server, from)).toEqual(["user.password: user admin; user admin"]);
    expect((await other.get("/password")).location).toContain("/login");
    expect((await other.signIn("admin", oneTime)).status).toBe(403);
    expect((await other.signIn("admin", CHOSEN)).location).toBe("/");
  });

  test("is changed by who knows it, and by nobody else who has the session", async () => {
    const client = new PortalClient(server.portalUrl);
    await client.signIn("admin", CHOSEN);
    await client.get("/password");
    const next = "another harbour museum";
    const wrong = await client.post("/password", { current: "x", password: next, again: next });
    expect([wrong.status, wrong.words]).toEqual([
      422,
      expect.stringContaining("That is not your password."),
    ]);
    const other = client.twin();
    const right = { current: CHOSEN, password: next, again: next };
    expect((await client.act("/password", right)).words).toContain("Your password is saved.");
    expect((await other.get("/")).location).toBe("/login");
    expect((await client.get("/")).status).toBe(200);
  });
});
