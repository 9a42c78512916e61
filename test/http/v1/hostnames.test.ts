import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type Reply, type V1Client, v1Client } from "./v1-client.ts";

let server: ServerUnderTest;
let someResolver: ServerUnderTest;
let call: V1Client;
let nowMs = Date.now();
let delegateId: number;

beforeAll(async () => {
  // Somebody to ask, also on a machine without a resolver: it refuses what it is not asked for.
  someResolver = await startServerUnderTest();
  const env = {
    DNSVOUCH_CHECKS_EDGE_TARGETS: "edge.host.example",
    DNSVOUCH_CHECKS_RESOLVERS: `127.0.0.1:${someResolver.dnsPort}`,
  };
  server = await startServerUnderTest(env, undefined, () => nowMs);
  call = v1Client(server.url, await newToken(server.folder, "read,register,delegates,checks"));
  delegateId = (await call("POST", "/delegates", { tenant: "acme" })).body.id;
});
afterAll(async () => {
  await server.remove();
  await someResolver.remove();
});

const add = (name: string, more: object = {}): Promise<Reply> =>
  call("POST", `/delegates/${delegateId}/hostnames`, { name, ...more });

describe("host names", () => {
  test("F27 have a tenant, labels and edge targets of their own, by which they are found", async () => {
    const labels = { env: "prod" };
    const added = await add("Shop.Example.ORG.", {
      tenant: "emca",
      labels,
      edge_targets: ["192.0.2.80"],
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      name: "shop.example.org",
      tenant: "emca",
      labels,
      edge_targets: ["192.0.2.80"],
      state: "pending",
      cname: { name: "_acme-challenge.shop.example.org" },
    });
    expect((await add("straße.example.org")).body).toMatchObject({
      name: "xn--strae-oqa.example.org",
      tenant: "acme",
    });
    const found = async (query: string): Promise<string[]> =>
      (await call("GET", `/hostnames?${query}`)).body.items.map(
        ({ name }: { name: string }) => name,
      );
    expect(await found("tenant=emca")).toEqual(["shop.example.org"]);
    expect(await found("label=env%3Dprod&state=pending")).toEqual(["shop.example.org"]);
    expect(await found("q=strae")).toEqual(["xn--strae-oqa.example.org"]);
    expect(await found("state=active")).toEqual([]);
  });

  test("belong to one delegate, and move from one that is deleted", async () => {
    const other = (await call("POST", "/delegates", {})).body.id;
    await add("moving.example.org");
    const path = `/delegates/${other}/hostnames`;
    const taken = await call("POST", path, { name: "moving.example.org" });
    expect([taken.status, taken.body.code]).toEqual([409, "name_taken"]);
    const third = (await call("POST", "/delegates", {})).body.id;
    await call("POST", `/delegates/${third}/hostnames`, { name: "left.example.org" });
    await call("DELETE", `/delegates/${third}`);
    expect((await call("GET", "/hostnames/left.example.org")).body.state).toBe("orphaned");
    const moved = await call("POST", path, { name: "left.example.org" });
    expect(moved.body).toMatchObject({ state: "pending", delegate: { id: other } });
  });

  test.for([
    "",
    "com",
    "https://example.org/",
    "_acme-challenge.example.org",
    "192.0.2.1",
    "a b.example.org",
    "*.*.example.org",
  ])("are not %j", async (name) => {
    const refused = await add(name);
    expect([refused.status, refused.body.code]).toEqual([400, "invalid_request"]);
    expect(refused.body.errors[0].at).toBe("body/name");
  });

  test("a wildcard shares its challenge name with the name itself, and is another one", async () => {
    const [host, wildcard] = [await add("both.example.org"), await add("*.both.example.org")];
    expect(wildcard.body.cname).toEqual(host.body.cname);
    expect((await call("GET", "/hostnames/*.both.example.org")).body.id).toBe(wildcard.body.id);
    expect((await call("GET", `/hostnames/${host.body.id}`)).body.name).toBe("both.example.org");
  });

  test("change as they were seen, and are deleted", async () => {
    const { id } = (await add("changed.example.org")).body;
    const path = `/delegates/${delegateId}/hostnames/${id}`;
    const etag = (await call("GET", path)).headers.get("etag") ?? "";
    const change = { labels: { a: "1" }, edge_targets: ["192.0.2.0/24"] };
    const changed = await call("PATCH", path, change, { "If-Match": etag });
    expect([changed.status, changed.body.labels]).toEqual([200, { a: "1" }]);
    expect((await call("PATCH", path, { tenant: "x" }, { "If-Match": etag })).status).toBe(412);
    expect((await call("DELETE", path, undefined, { "If-Match": etag })).status).toBe(412);
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
    const other = (await call("POST", "/delegates", {})).body.id;
    const { id: mine } = (await add("mine.example.org")).body;
    expect((await call("DELETE", `/delegates/${other}/hostnames/${mine}`)).status).toBe(404);
  });

  test("have 16 labels at most, from the beginning", async () => {
    const seventeen = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"]));
    const refused = await add("labels.example.org", { labels: seventeen });
    expect([refused.status, refused.body.errors[0].at]).toEqual([400, "body/labels"]);
    const { k16: _, ...sixteen } = seventeen;
    expect((await add("labels.example.org", { labels: sixteen })).status).toBe(201);
  });

  test("of a locked delegate are locked, and what they were when it is unlocked", async () => {
    const locked = (await call("POST", "/delegates", {})).body.id;
    await call("POST", `/delegates/${locked}/hostnames`, { name: "locked.example.net" });
    await call("POST", `/delegates/${locked}/lock`);
    const seen = (await call("GET", "/hostnames/locked.example.net")).body;
    expect([seen.state, seen.next_check_at]).toEqual(["locked", null]);
    await call("POST", `/delegates/${locked}/unlock`);
    expect((await call("GET", "/hostnames/locked.example.net")).body.state).toBe("pending");
  });
});

describe("F6 F35 a look at once", () => {
  test("shows all to who has a token, once in 10 seconds", async () => {
    await add("look.dnsvouch.invalid");
    const looked = await call("POST", "/hostnames/look.dnsvouch.invalid/recheck");
    expect(looked.status).toBe(200);
    // Nobody can have it (RFC 6761 section 6.4), or no resolver answers here.
    expect(looked.body.state).toBe("error");
    expect(looked.body.last_check.steps).toHaveLength(10);
    const soon = await call("POST", "/hostnames/look.dnsvouch.invalid/recheck");
    expect([soon.status, soon.headers.get("retry-after")]).toEqual([429, "10"]);
    const reader = v1Client(server.url, await newToken(server.folder, "read"));
    expect((await reader("POST", "/hostnames/look.dnsvouch.invalid/recheck")).status).toBe(403);
  });

  test("shows strangers what DNS shows everybody, and nothing else", async () => {
    const stranger = v1Client(server.url, undefined);
    const { id } = (await add("public.dnsvouch.invalid", { labels: { secret: "label" } })).body;
    expect((await stranger("POST", `/hostnames/${id}/recheck`)).status).toBe(404);
    expect((await stranger("POST", "/hostnames/unknown.example.org/recheck")).status).toBe(404);
    const { status, body } = await stranger("POST", "/hostnames/public.dnsvouch.invalid/recheck");
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual([
      "checked_at",
      "name",
      "records",
      "result",
      "steps",
    ]);
    for (const step of body.steps) expect(Object.keys(step)).toEqual(["id", "status", "code"]);
    expect(JSON.stringify(body)).not.toMatch(
      /label|acme\b|auth\.example|edge\.host|10\.255|traffic|resolvers/,
    );
  });

  test("shows a token that may check and not read no more than strangers", async () => {
    const checker = v1Client(server.url, await newToken(server.folder, "checks"));
    const { id } = (await add("checked.dnsvouch.invalid", { tenant: "hidden" })).body;
    expect((await checker("POST", `/hostnames/${id}/recheck`)).status).toBe(404);
    const { status, body } = await checker("POST", "/hostnames/checked.dnsvouch.invalid/recheck");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["name", "checked_at", "result", "records", "steps"]);
    nowMs += 10_000;
    expect((await call("POST", `/hostnames/${id}/recheck`)).body.tenant).toBe("hidden");
  });

  test("strangers all together look 60 times a minute, and keep nobody with a token from it", async () => {
    const stranger = v1Client(server.url, undefined);
    nowMs += 60_000;
    const statuses: number[] = [];
    for (let i = 0; i < 62; i++) {
      statuses.push((await stranger("POST", `/hostnames/no-${i}.example.org/recheck`)).status);
    }
    expect(statuses.filter((status) => status === 404)).toHaveLength(60);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const refused = await stranger("POST", "/hostnames/public.dnsvouch.invalid/recheck");
    expect(refused.headers.get("retry-after")).toBe("1");
    nowMs += 10_000;
    expect((await call("POST", "/hostnames/public.dnsvouch.invalid/recheck")).status).toBe(200);
  });
});

describe("tls-ask", () => {
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${server.url}${path}`, { headers });
    return `${response.status} ${await response.text()}`;
  };
  const REFUSED = '403 {"error":"not_allowed"}';

  beforeAll(async () => {
    await add("ready.example.org");
    await add("active.example.org");
    // As if their checks had passed: there are no name servers for them here.
    await server.restart().then((restarted) => {
      server = restarted;
    });
    await stateByHand({ "ready.example.org": "ready", "active.example.org": "active" });
    call = v1Client(server.url, await newToken(server.folder, "admin"));
  });

  async function stateByHand(states: Record<string, string>): Promise<void> {
    const database = new Database(join(server.folder, "dnsvouch.db"));
    for (const [name, state] of Object.entries(states)) {
      const set = "UPDATE hostname SET state = ?, next_check_ms = NULL WHERE name = ?";
      assert.equal(database.prepare(set).run(state, name).changes, 1);
    }
    database.close();
    server = await server.restart();
  }

  test("says yes about names that are ready or active", async () => {
    expect(await ask("/api/v1/tls-ask?domain=ready.example.org")).toBe("200 ");
    expect(await ask("/api/v1/tls-ask?domain=Active.Example.ORG.")).toBe("200 ");
  });

  test.for([
    "unknown.example.org",
    "shop.example.org",
    "locked.example.net",
    "",
    "x".repeat(300),
    "%00",
    "*",
  ])("says the same no about %j", async (domain) => {
    expect(await ask(`/api/v1/tls-ask?domain=${domain}`)).toBe(REFUSED);
  });

  test("says no without a domain, and to other spellings of the path nothing", async () => {
    expect(await ask("/api/v1/tls-ask")).toBe(REFUSED);
    expect(await ask("/api/v1/tls-ask/?domain=ready.example.org")).toMatch(/^404 /);
  });

  test("F24 says no when the delegate is locked, at once, and after it is deleted", async () => {
    const { delegate } = (await call("GET", "/hostnames/ready.example.org")).body;
    await call("POST", `/delegates/${delegate.id}/lock`);
    expect(await ask("/api/v1/tls-ask?domain=ready.example.org")).toBe(REFUSED);
    await call("POST", `/delegates/${delegate.id}/unlock`);
    expect(await ask("/api/v1/tls-ask?domain=ready.example.org")).toBe("200 ");
  });

  test("answers who is in checks.ask_sources, and others behind a token in the path alone", async () => {
    const token = await newToken(server.folder, "checks");
    const reader = await newToken(server.folder, "read");
    server = await server.restart({ DNSVOUCH_CHECKS_ASK_SOURCES: "192.0.2.0/24" });
    const path = "/api/v1/tls-ask?domain=active.example.org";
    expect(await ask(path)).toBe(REFUSED);
    expect(await ask(path, { Authorization: `Bearer ${token}` })).toBe(REFUSED);
    expect(await ask(`/api/v1/${token}/tls-ask?domain=active.example.org`)).toBe("200 ");
    expect(await ask(`/${token}${path}`)).toBe("200 ");
    expect(await ask(`/${token}/api/v1/tls-ask?domain=unknown.example.org`)).toBe(REFUSED);
    expect(await ask(`/${reader}${path}`)).toBe(REFUSED);
    expect(await ask(`/${"n".repeat(40)}${path}`)).toBe(REFUSED);
    expect([...server.errors, ...server.warnings].join()).not.toContain(token);
  });

  test("with a token in the path, it is in use", async () => {
    const token = await newToken(server.folder, "checks");
    const call = v1Client(server.url, await newToken(server.folder, "admin"));
    const lastUse = async (): Promise<unknown> => {
      const { items } = (await call("GET", "/tokens")).body;
      return items.findLast(({ scopes }: { scopes: string[] }) => scopes.join() === "checks")
        .last_used_at;
    };
    expect(await lastUse()).toBeNull();
    await ask(`/api/v1/${token}/tls-ask?domain=www.example.org`);
    await vi.waitFor(async () => expect(await lastUse()).not.toBeNull());
  });

  test("a trusted proxy that says nothing of a client asks for itself", async () => {
    server = await server.restart({ DNSVOUCH_API_TRUSTED_PROXIES: "127.0.0.1" });
    const path = "/api/v1/tls-ask?domain=active.example.org";
    expect(await ask(path)).toBe("200 ");
    for (const client of ["203.0.113.9", "203.0.113.9, 127.0.0.1", "garbage", "unknown", ""]) {
      expect(await ask(path, { "X-Forwarded-For": client }), client).toBe(REFUSED);
    }
    expect(await ask(path, { "X-Forwarded-For": "10.0.0.9" })).toBe("200 ");
    server = await server.restart({
      DNSVOUCH_API_TRUSTED_PROXIES: "127.0.0.1",
      DNSVOUCH_CHECKS_ASK_SOURCES: "192.0.2.0/24",
    });
    expect(await ask(path)).toBe(REFUSED);
  });
});
