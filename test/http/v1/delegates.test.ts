import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digest } from "../../support/api-client.ts";
import { exchange } from "../../support/dns-exchange.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type Reply, type V1Client, v1Client } from "./v1-client.ts";

const ZONE = "auth.example.org";

let server: ServerUnderTest;
let call: V1Client;
let nowMs: number;

beforeAll(async () => {
  nowMs = Date.now();
  const records = ["ns1 A 192.0.2.1", "dev TXT static", "*.wild TXT x"].map((line) =>
    line.replace(" ", `.${ZONE}. `),
  );
  const env = {
    DNSVOUCH_GENERAL_RECORDS: records.join("\n"),
    DNSVOUCH_LIMITS_V1_PER_TOKEN_PER_MINUTE: "0",
  };
  server = await startServerUnderTest(env, undefined, () => nowMs);
  call = v1Client(server.url, await newToken(server.folder, "read,register,delegates,keys"));
});
afterAll(() => server.remove());

async function create(body: object = {}): Promise<Reply["body"]> {
  const created = await call("POST", "/delegates", body);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  expect(created.headers.get("location")).toBe(`/api/v1/delegates/${created.body.id}`);
  return created.body;
}

interface Credential {
  readonly username: string;
  readonly password: string;
}

async function update(
  { username, password }: Credential,
  subdomain: string,
  number = 1,
): Promise<number> {
  const response = await fetch(`${server.url}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": password },
    body: JSON.stringify({ subdomain, txt: digest(number) }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function dig(name: string, type = "TXT"): Promise<string> {
  const { rcode, answer } = await exchange(server.dnsPort, "udp", `${name}. ${type}`);
  return answer.length > 0 ? answer.join("; ") : rcode;
}

describe("delegates", () => {
  test("F14 are in DNS at once, and what made them works for them alone", async () => {
    const one = await create();
    const other = await create();
    expect(await dig(one.fulldomain)).toBe("NOERROR");
    expect(await update(one.credential, one.subdomain)).toBe(200);
    expect(await dig(one.fulldomain)).toContain(digest(1));
    expect(await update(one.credential, other.subdomain)).toBe(401);
    expect(await dig(other.fulldomain)).toBe("NOERROR");
    expect((await call("GET", `/delegates/${one.id}`)).body).toMatchObject({
      last_update_at: new Date(nowMs).toISOString(),
      keys: 1,
    });
  });

  test("F27 have a tenant, a contact and labels, by which they are found", async () => {
    const said = {
      tenant: "acme",
      contact: "dns@acme.example",
      labels: { env: "prod", team: "web" },
    };
    const mine = await create(said);
    await create({ tenant: "acme", labels: { env: "staging" } });
    await call("POST", `/delegates/${mine.id}/hostnames`, { name: "shop.acme.example" });
    const found = async (query: string): Promise<number[]> =>
      (await call("GET", `/delegates?${query}`)).body.items.map(({ id }: { id: number }) => id);
    expect((await call("GET", `/delegates/${mine.id}`)).body).toMatchObject(said);
    expect(await found("tenant=acme&label=env%3Dprod")).toEqual([mine.id]);
    expect(await found("tenant=acme")).toHaveLength(2);
    expect(await found("q=SHOP.acme")).toEqual([mine.id]);
    expect(await found(`q=${mine.subdomain.slice(0, 13)}`)).toEqual([mine.id]);
    expect(await found("tenant=nobody")).toEqual([]);
  });

  test("come page by page, each once, whatever is added meanwhile", async () => {
    for (let i = 0; i < 7; i++) await create({ tenant: "paged" });
    const seen: number[] = [];
    let after = 0;
    for (let pages = 0; ; pages++) {
      const { body } = await call("GET", `/delegates?tenant=paged&limit=3&after=${after}`);
      seen.push(...body.items.map(({ id }: { id: number }) => id));
      if (pages === 1) await create({ tenant: "paged" });
      if (body.next === null) break;
      after = body.next;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
  });

  test("change only as they were seen: ETag and If-Match", async () => {
    const { id } = await create({ labels: { env: "prod" } });
    const path = `/delegates/${id}`;
    const seen = (await call("GET", path)).headers.get("etag") ?? "";
    expect((await call("GET", path, undefined, { "If-None-Match": seen })).status).toBe(304);
    const changed = await call(
      "PATCH",
      path,
      { labels: { env: null, tier: "1" } },
      { "If-Match": seen },
    );
    expect(changed.status).toBe(200);
    expect(changed.body.labels).toEqual({ tier: "1" });
    const late = await call("PATCH", path, { tenant: "late" }, { "If-Match": seen });
    expect([late.status, late.body.code]).toEqual([412, "precondition_failed"]);
    expect((await call("DELETE", path, undefined, { "If-Match": seen })).status).toBe(412);
    expect((await call("GET", path)).body.tenant).toBe("");
    const now = changed.headers.get("etag") ?? "";
    expect((await call("DELETE", path, undefined, { "If-Match": now })).status).toBe(204);
  });

  test("have 16 labels at most, from the beginning", async () => {
    const seventeen = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"]));
    const refused = await call("POST", "/delegates", { labels: seventeen });
    expect([refused.status, refused.body.errors[0].at]).toEqual([400, "body/labels"]);
    const { k16: _, ...sixteen } = seventeen;
    const { id } = await create({ labels: sixteen });
    const more = await call("PATCH", `/delegates/${id}`, { labels: { k16: "v" } });
    expect([more.status, more.body.code]).toEqual([409, "too_many"]);
  });

  test("restrict who may update", async () => {
    const { id, credential, subdomain } = await create({ allowfrom: ["192.0.2.0/24"] });
    expect(await update(credential, subdomain)).toBe(401);
    await call("PATCH", `/delegates/${id}`, { allowfrom: ["127.0.0.0/8"] });
    expect(await update(credential, subdomain)).toBe(200);
    const wrong = await call("PATCH", `/delegates/${id}`, { allowfrom: ["192.0.2.1"] });
    expect([wrong.status, wrong.body.errors[0].at]).toEqual([400, "body/allowfrom"]);
  });

  test("F30 have as many values at once as they are given, 2 by default, also after a restart", async () => {
    const {
      id,
      credential,
      subdomain,
      fulldomain,
      txt_slots: slots,
    } = await create({ txt_slots: 3 });
    const usual = await create();
    expect([slots, usual.txt_slots]).toEqual([3, 2]);
    for (const number of [1, 2, 3, 4]) {
      await update(credential, subdomain, number);
      await update(usual.credential, usual.subdomain, number);
    }
    const count = async (name: string): Promise<number> => (await dig(name)).split("; ").length;
    expect([await count(fulldomain), await count(usual.fulldomain)]).toEqual([3, 2]);
    const token = await newToken(server.folder, "read,register,delegates,keys");
    server = await server.restart();
    call = v1Client(server.url, token);
    expect([await count(fulldomain), await count(usual.fulldomain)]).toEqual([3, 2]);
    await call("PATCH", `/delegates/${id}`, { txt_slots: 1 });
    await update(credential, subdomain, 5);
    expect(await count(fulldomain)).toBe(1);
    expect((await call("POST", "/delegates", { txt_slots: 11 })).status).toBe(400);
  });

  test("are locked, unlocked, deleted and restored", async () => {
    const { id, credential, subdomain, fulldomain } = await create();
    await update(credential, subdomain);
    const act = (verb: string) => call("POST", `/delegates/${id}/${verb}`);
    expect((await act("unlock")).status).toBe(409);
    expect((await act("lock")).body.state).toBe("locked");
    expect((await act("lock")).body).toMatchObject({ status: 409, code: "wrong_state" });
    expect(await dig(fulldomain)).toBe("NOERROR");
    expect(await update(credential, subdomain)).toBe(401);
    expect((await act("unlock")).body.state).toBe("live");
    expect(await update(credential, subdomain)).toBe(200);
    expect((await act("restore")).status).toBe(409);
    expect((await call("DELETE", `/delegates/${id}`)).status).toBe(204);
    expect((await call("DELETE", `/delegates/${id}`)).status).toBe(409);
    expect(await dig(fulldomain)).toBe("NXDOMAIN");
    const restored = (await act("restore")).body;
    expect(await update(credential, subdomain)).toBe(401);
    expect(await update(restored.credential, subdomain)).toBe(200);
  });

  test("F30 many host names may share one, which says when they are more than it has values", async () => {
    const { id } = await create();
    const names = ["a.shared.example", "b.shared.example", "*.shared.example"];
    const warnings = [];
    for (const name of names) {
      expect((await call("POST", `/delegates/${id}/hostnames`, { name })).status).toBe(201);
      warnings.push((await call("GET", `/delegates/${id}`)).body.warnings.length);
    }
    expect(warnings).toEqual([0, 0, 1]);
    const { body } = await call("GET", `/delegates/${id}/records`);
    const cnames = body.items.filter(({ type }: { type: string }) => type === "CNAME");
    expect(cnames.map(({ name }: { name: string }) => name)).toEqual([
      "_acme-challenge.a.shared.example",
      "_acme-challenge.b.shared.example",
      "_acme-challenge.shared.example",
    ]);
  });
});

describe("F41 keys", () => {
  test("are listed with label and last use, two at once, and rotated with an overlap", async () => {
    const { id, credential, subdomain } = await create();
    await update(credential, subdomain);
    const keys = `/delegates/${id}/keys`;
    const [first] = (await call("GET", keys)).body.items;
    expect(first).toMatchObject({ username: credential.username, expires_at: null });
    expect(first.last_used_at).toBe(new Date(nowMs).toISOString());
    const rotated = await call("POST", `${keys}/${first.id}/rotate`, {
      label: "web02",
      overlap_seconds: 3600,
    });
    expect(rotated.status).toBe(201);
    expect(rotated.body).toMatchObject({ label: "web02", expires_at: null });
    expect(await update(credential, subdomain, 2)).toBe(200);
    expect(await update(rotated.body, subdomain, 3)).toBe(200);
    expect((await call("POST", keys, {})).body.code).toBe("wrong_state");
    nowMs += 3_600_000;
    expect(await update(credential, subdomain, 4)).toBe(401);
    expect(await update(rotated.body, subdomain, 5)).toBe(200);
    const second = await call("POST", keys, { label: "spare" });
    expect(
      (await call("GET", keys)).body.items.map(({ label }: { label: string }) => label),
    ).toEqual(["web02", "spare"]);
    expect((await call("DELETE", `${keys}/${second.body.id}`)).status).toBe(204);
    expect(await update(second.body, subdomain)).toBe(401);
    expect((await call("DELETE", `${keys}/${second.body.id}`)).status).toBe(404);
  });

  test("of another delegate are none of this one", async () => {
    const mine = await create();
    const other = await create();
    const [key] = (await call("GET", `/delegates/${other.id}/keys`)).body.items;
    expect((await call("DELETE", `/delegates/${mine.id}/keys/${key.id}`)).status).toBe(404);
    expect(await update(other.credential, other.subdomain)).toBe(200);
  });
});

describe("F19 names that people can read", () => {
  test("are where they say, take updates, and leave names between that exist", async () => {
    const made = await create({ naming: "readable", name: "WWW.Example.COM." });
    expect(made.fulldomain).toBe(`www.example.com.${ZONE}`);
    expect(await update(made.credential, made.subdomain)).toBe(200);
    expect(await dig(`Www.example.com.${ZONE}`)).toContain(digest(1));
    expect(await dig(`example.com.${ZONE}`)).toBe("NOERROR");
    expect(await dig(`com.${ZONE}`, "A")).toBe("NOERROR");
    expect(await dig(`other.com.${ZONE}`)).toBe("NXDOMAIN");
    expect(await dig(`_acme-challenge.www.example.com.${ZONE}`)).toBe("NXDOMAIN");
  });

  test("are never given twice, also after they were deleted; restored they are", async () => {
    const made = await create({ naming: "readable", name: "shop.example.com" });
    await call("DELETE", `/delegates/${made.id}`);
    expect(await dig(made.fulldomain)).toBe("NXDOMAIN");
    const again = await call("POST", "/delegates", {
      naming: "readable",
      name: "shop.example.com",
    });
    expect([again.status, again.body.code]).toEqual([409, "name_taken"]);
    const restored = (await call("POST", `/delegates/${made.id}/restore`)).body;
    expect(await update(restored.credential, made.subdomain)).toBe(200);
  });

  test("are there again after a restart, before and after all is in memory", async () => {
    const made = await create({ naming: "readable", name: "kept.example.com" });
    await update(made.credential, made.subdomain);
    server = await server.restart();
    expect(await dig(made.fulldomain)).toContain(digest(1));
    expect(await dig(`example.com.${ZONE}`)).toBe("NOERROR");
    expect(await dig(`www.kept.example.com.${ZONE}`)).toBe("NXDOMAIN");
    const token = await newToken(server.folder, "read,register,delegates,keys");
    call = v1Client(server.url, token);
  });

  test.for([
    { name: "_acme-challenge.example.com", why: "a label that begins with an underscore" },
    { name: "_x.example.com", why: "the same" },
    { name: "a._b.example.com", why: "the same, within" },
    { name: "com", why: "a public suffix" },
    { name: "*.example.com", why: "a wildcard" },
    { name: "x.dev", why: "below a static record" },
    { name: "a.b.wild", why: "below a name that exists" },
    {
      name: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.com`,
      why: "too long",
    },
    { name: "192.0.2.1", why: "an address" },
    { name: "a..example.com", why: "an empty label" },
    { name: undefined, why: "nothing" },
  ])("are not $name: $why", async ({ name }) => {
    const refused = await call("POST", "/delegates", { naming: "readable", name });
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].at).toBe("body/name");
  });

  test("are for holders of a token that may register alone", async () => {
    for (const scope of ["read", "delegates", "keys", "checks"]) {
      const other = v1Client(server.url, await newToken(server.folder, scope));
      const refused = await other("POST", "/delegates", {
        naming: "readable",
        name: "www.example.net",
      });
      expect([refused.status, refused.body.code]).toEqual([403, "scope_required"]);
    }
  });
});
