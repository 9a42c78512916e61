// A provider's panel, which knows nothing of this server but its API: it onboards two hundred host names of forty
// customers, and follows each through its life while their zones change under it.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newToken, type V1Client, v1Client } from "../http/v1/v1-client.ts";
import { address } from "../lab/addresses.ts";
import { browse, startCaddy } from "../lab/caddy.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { Lab } from "../lab/lab.ts";
import {
  BOGUS,
  CUSTOMERS,
  DEAD,
  EDGE,
  ELSEWHERE,
  type Provider,
  startProvider,
} from "../lab/provider.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const lab = new Lab();
let provider: Provider;
let call: V1Client;

/** What the panel keeps of a host name. */
interface Onboarded {
  readonly name: string;
  readonly delegateId: number;
  readonly hostnameId: number;
  readonly subdomain: string;
  readonly fulldomain: string;
  readonly username: string;
  readonly password: string;
}
let values = 0;
const onboarded = new Map<string, Onboarded>();

beforeAll(async () => {
  provider = await startProvider(lab);
  const scopes = "read,register,delegates,keys,checks";
  call = v1Client(provider.url, await newToken(dirname(provider.database), scopes));
});
afterAll(async () => {
  await provider.server.close();
  await lab.close();
});

async function did(method: string, path: string, body?: unknown, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
  const reply = await call(method, path, body, headers);
  assert(reply.status < 300, `${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

async function pass(ms: number): Promise<void> {
  provider.clock.nowMs += ms;
  await provider.server.lookAtHostnames();
}

async function states(): Promise<Record<string, number>> {
  const { hostnames } = await did("GET", "/stats");
  return Object.fromEntries(Object.entries<number>(hostnames).filter(([, count]) => count > 0));
}

async function stateOf(name: string): Promise<string> {
  return (await did("GET", `/hostnames/${name}`)).state;
}

function of(name: string): Onboarded {
  const found = onboarded.get(name);
  assert(found, name);
  return found;
}

function set(name: string, ...lines: readonly string[]): void {
  provider.records.set(name, lines);
}

function setAlias(name: string, fulldomain = of(name).fulldomain): void {
  set(`_acme-challenge.${name}`, `CNAME ${fulldomain}.`);
}

async function publish(name: string): Promise<string> {
  const { username, password, subdomain } = of(name);
  const txt = challengeValue(String(values++));
  const response = await fetch(`${provider.url}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": password },
    body: JSON.stringify({ subdomain, txt }),
  });
  assert.equal(response.status, 200, await response.text());
  return txt;
}

/** As an authority does. */
async function validate(name: string, txt: string): Promise<void> {
  expect(txtValues(await dig(address.unbound, `_acme-challenge.${name}`, "TXT"))).toContain(txt);
}

async function mayCaddyAsk(name: string): Promise<number> {
  const response = await fetch(`${provider.url}/api/v1/tls-ask?domain=${name}`);
  await response.arrayBuffer();
  return response.status;
}

const HOSTS = ["www", "shop", "api", "blog", "mail"];
const NAMES = CUSTOMERS.flatMap((zone) => HOSTS.map((host) => `${host}.${zone}`));

test("onboards 200 host names, each with a delegate: the first check finds that nothing is set up", async () => {
  for (const [i, name] of NAMES.entries()) {
    const tenant = name.split(".")[1] ?? "";
    const readable = i % 2 === 0 ? {} : { naming: "readable", name };
    const delegate = await did(
      "POST",
      "/delegates",
      { tenant, labels: { env: "prod" }, ...readable },
      `d-${name}`,
    );
    const hostname = await did(
      "POST",
      `/delegates/${delegate.id}/hostnames`,
      { name },
      `h-${name}`,
    );
    const { credential, subdomain, fulldomain } = delegate;
    const ids = { delegateId: delegate.id, hostnameId: hostname.id };
    onboarded.set(name, { name, ...ids, subdomain, fulldomain, ...credential });
  }
  await pass(0);
  expect(await states()).toEqual({ pending: 200 });
  const { next_action: todo } = await did("GET", `/hostnames/${NAMES[0]}`);
  expect(todo).toContain(`_acme-challenge.${NAMES[0]}. CNAME ${of(NAMES[0] ?? "").fulldomain}.`);
});

test("F20 sees them propagate and become ready when the customers have made their records", async () => {
  for (const name of NAMES) {
    setAlias(name);
    set(name, `A ${EDGE}`);
  }
  await provider.serveZones();
  await pass(MINUTE);
  expect(await states()).toEqual({ propagating: 200 });
  expect(await mayCaddyAsk("www.customer0.test")).toBe(403);
  await pass(MINUTE);
  expect(await states()).toEqual({ ready: 200 });
  expect(await mayCaddyAsk("www.customer0.test")).toBe(200);
});

test("has Caddy serve names that are ready, with a certificate of the first handshake, and no others", async () => {
  const folder = lab.newFolder("caddy");
  await lab.keep(startCaddy(folder, `${provider.url}/api/v1/tls-ask`));
  expect(await browse(folder, "www.customer0.test")).toBe("served by Caddy");
  expect(await browse(folder, "www.nobody.test")).toMatch(/alert|error/i);
});

test("F4 gets an event for each, to start the ACME client by: page by page", async () => {
  const ready = new Set<string>();
  for (let after = 0; ; ) {
    const page = await did("GET", `/events?type=hostname.ready&limit=60&after=${after}`);
    for (const { hostname } of page.items) ready.add(hostname);
    if (page.next === null) break;
    after = page.next;
  }
  expect(ready).toEqual(new Set(NAMES));
});

test("F36 sees those become active whose values were published and asked for", async () => {
  for (const name of NAMES.slice(0, 12)) await validate(name, await publish(name));
  await publish("mail.customer39.test");
  await pass(2 * MINUTE);
  expect(await states()).toEqual({ active: 12, ready: 188 });
});

test("F1 F33 F34 sees what customers do wrong, each by its name, and the way back", async () => {
  setAlias("www.customer1.test", "elsewhere.customer1.test");
  set("_acme-challenge.shop.customer1.test", 'TXT "left behind"');
  set("api.customer1.test", `A ${EDGE}`, 'CAA 0 issue "digicert.com"');
  provider.records.delete("_acme-challenge.blog.customer1.test");
  await provider.serveZones();
  await pass(7 * HOUR);
  expect(await states()).toMatchObject({
    misdirected: 1,
    conflict: 1,
    "caa-blocked": 1,
    pending: 1,
  });
  expect(await stateOf("api.customer1.test")).toBe("caa-blocked");
  for (const host of ["www", "shop", "blog"]) setAlias(`${host}.customer1.test`);
  set("api.customer1.test", `A ${EDGE}`);
  await provider.serveZones();
  provider.clock.nowMs += 10_000;
  // F35: not at the next turn, but when somebody asks.
  const looked = await did("POST", "/hostnames/api.customer1.test/recheck");
  expect(looked.state).toBe("propagating");
  await pass(MINUTE);
  await pass(MINUTE);
  expect(await states()).toEqual({ active: 12, ready: 188 });
});

test("sees a zone that does not validate, and one whose name servers do not answer", async () => {
  const { id } = await did("POST", "/delegates", {});
  for (const name of [`www.${BOGUS}`, `www.${DEAD}`]) {
    await did("POST", `/delegates/${id}/hostnames`, { name });
    const { fulldomain } = await did("GET", `/delegates/${id}`);
    set(`_acme-challenge.${name}`, `CNAME ${fulldomain}.`);
  }
  await provider.serveZones();
  await pass(MINUTE);
  expect(await stateOf(`www.${BOGUS}`)).toBe("dnssec-bogus");
  expect(await stateOf(`www.${DEAD}`)).toBe("error");
  await did("DELETE", `/delegates/${id}`);
  await pass(7 * HOUR);
});

test("F24 F25 is told of a leaver with the record to delete, locks it, and Caddy gets no more", async () => {
  const name = "shop.customer0.test";
  set(name, `A ${ELSEWHERE}`);
  await provider.serveZones();
  for (let i = 0; i < 4; i++) {
    expect(await stateOf(name)).toBe("active");
    await pass(DAY);
  }
  const leaver = await did("GET", `/hostnames/${name}`);
  expect(leaver.state).toBe("offboarding");
  expect(leaver.next_action).toContain(`_acme-challenge.${name}. CNAME ${of(name).fulldomain}.`);
  expect(await mayCaddyAsk(name)).toBe(403);
  await did("POST", `/delegates/${of(name).delegateId}/lock`);
  expect(await stateOf(name)).toBe("locked");
  expect(txtValues(await dig(address.unbound, `_acme-challenge.${name}`, "TXT"))).toEqual([]);
});

test("F25 deletes it: an orphan, until the customer has deleted the record", async () => {
  const name = "shop.customer0.test";
  await did("DELETE", `/delegates/${of(name).delegateId}`);
  await pass(0);
  const { items } = await did("GET", "/hostnames?state=orphaned");
  expect(items.map((item: { name: string }) => item.name)).toContain(name);
  provider.records.delete(`_acme-challenge.${name}`);
  await provider.serveZones();
  await pass(7 * HOUR);
  expect((await call("GET", `/hostnames/${name}`)).status).toBe(404);
});

test("F41 rotates a key without a gap", async () => {
  const { name, delegateId, username } = of("www.customer0.test");
  const { items } = await did("GET", `/delegates/${delegateId}/keys`);
  const key = items.find((item: { username: string }) => item.username === username);
  const rotated = await did("POST", `/delegates/${delegateId}/keys/${key.id}/rotate`, {
    overlap_seconds: 3600,
  });
  await publish(name);
  onboarded.set(name, { ...of(name), username: rotated.username, password: rotated.password });
  provider.clock.nowMs += HOUR;
  await validate(name, await publish(name));
  const left = (await did("GET", `/delegates/${delegateId}/keys`)).items;
  expect(left.map((item: { username: string }) => item.username)).toEqual([rotated.username]);
});

test("F5 F26 sees who renews no more, and whose traffic never came", async () => {
  const name = "new.customer2.test";
  const { id, fulldomain } = await did("POST", "/delegates", {});
  await did("POST", `/delegates/${id}/hostnames`, { name });
  setAlias(name, fulldomain);
  set(name, `A ${ELSEWHERE}`);
  await provider.serveZones();
  await pass(0);
  await pass(MINUTE);
  await pass(76 * DAY);
  expect(await stateOf(name)).toBe("ready");
  expect(await states()).toMatchObject({ stale: 12 });
  await validate("www.customer0.test", await publish("www.customer0.test"));
  await pass(14 * DAY);
  expect(await stateOf("www.customer0.test")).toBe("active");
  expect(await stateOf(name)).toBe("never_pointed");
});

test("the trail has all of it, without a gap, each state by its name", async () => {
  const types = new Set<string>();
  let expected = 1;
  for (let after = 0; ; ) {
    const page = await did("GET", `/events?limit=200&after=${after}`);
    for (const { id, type } of page.items) {
      expect(id).toBe(expected++);
      types.add(type);
    }
    if (page.next === null) break;
    after = page.next;
  }
  expect([...types].filter((type) => type.startsWith("hostname.")).toSorted()).toEqual(
    [
      ..."active caa-blocked conflict created deleted dnssec-bogus error locked misdirected".split(
        " ",
      ),
      ..."never_pointed offboarding orphaned pending propagating ready stale".split(" "),
    ].map((state) => `hostname.${state}`),
  );
});
