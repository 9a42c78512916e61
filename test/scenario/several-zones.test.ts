import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { ANYWHERE } from "../../src/delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../src/delegate/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { expectRefusal, postUpdate } from "../http/requests.ts";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { exchange, TRANSPORTS } from "../support/dns-exchange.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const FIRST = "auth.example.org";
const SECOND = "auth.example.net";
/** Inside the first one, but not right below it. */
const NESTED = "acme.eu.auth.example.org";
const ALL = [FIRST, SECOND, NESTED];

let server: ServerUnderTest;
/** A delegate of the zone that `/register` does not use, and one with the same label in the nested zone. */
let second: Delegate;
let nested: Delegate;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-"));
  const subdomain = randomUUID();
  second = await createDelegate(folder, SECOND, subdomain);
  nested = await createDelegate(folder, NESTED, subdomain);
  server = await startServerUnderTest(serving(ALL), folder);
});

afterEach(() => server.remove());

function serving(domains: readonly string[]): Record<string, string> {
  return { DNSVOUCH_DOMAIN: domains.join(",") };
}

/** What `/register` will not do for any zone but the first. */
async function createDelegate(folder: string, zone: string, subdomain: string): Promise<Delegate> {
  const store = await openSqliteStore(join(folder, "dnsvouch.db"));
  const username = randomUUID();
  const password = generateApiKey(randomBytes);
  await store.beginRun(zone, 2026010100);
  const created = await store.createDelegate({
    zone,
    subdomain,
    allowFrom: ANYWHERE,
    username,
    keyHash: hashApiKey(password),
    createdMs: 0,
    origin: { peer: "192.0.2.1", forwarded: undefined },
  });
  expect(created).toBe("created");
  await store.close();
  return { username, password, subdomain, fulldomain: `${subdomain}.${zone}`, allowfrom: [] };
}

/** What both transports answer: the RCODE, the texts, and the owner of the SOA of a negative answer. */
async function txt(name: string): Promise<{ rcode: string; texts: string[]; soa: string }> {
  const [udp, tcp] = await Promise.all(
    TRANSPORTS.map((transport) => exchange(server.dnsPort, transport, `${name}. TXT`)),
  );
  expect(tcp).toEqual(udp);
  const { rcode = "", answer = [], authority = [] } = udp ?? {};
  const texts = answer.map((line) => line.split('"')[1] ?? "");
  return { rcode, texts, soa: authority[0]?.split(" ")[0] ?? "" };
}

function published(...numbers: number[]): object {
  return { rcode: "NOERROR", texts: numbers.map(digest), soa: "" };
}

async function serials(): Promise<number[]> {
  const messages = ALL.map((zone) => exchange(server.dnsPort, "udp", `${zone}. SOA`));
  return (await Promise.all(messages)).map(({ answer }) => Number(answer[0]?.split(" ")[6]));
}

/** What the database holds of the values and the serials. */
function stored(): unknown {
  const database = new Database(join(server.folder, "dnsvouch.db"), { readonly: true });
  const values = database.prepare("SELECT * FROM challenge_value ORDER BY sequence").all();
  const zones = database.prepare("SELECT * FROM zone ORDER BY id").all();
  database.close();
  return { values, zones };
}

test("/register uses the first zone, and the others deny the name, each with its own SOA", async () => {
  const delegate = await register(server.url);
  expect(delegate.fulldomain).toBe(`${delegate.subdomain}.${FIRST}`);
  await update(server.url, delegate, digest(1));
  expect(await txt(delegate.fulldomain)).toEqual(published(1));
  for (const zone of [SECOND, NESTED]) {
    const denied = { rcode: "NXDOMAIN", texts: [], soa: `${zone}.` };
    expect(await txt(`${delegate.subdomain}.${zone}`)).toEqual(denied);
  }
});

test("a delegate publishes in its own zone, also where another has the same label", async () => {
  await update(server.url, second, digest(1));
  expect(await txt(second.fulldomain)).toEqual(published(1));
  expect(await txt(nested.fulldomain)).toEqual({ rcode: "NOERROR", texts: [], soa: `${NESTED}.` });
  await update(server.url, nested, digest(2));
  expect(await txt(second.fulldomain)).toEqual(published(1));
  expect(await txt(nested.fulldomain)).toEqual(published(2));
  const denied = { rcode: "NXDOMAIN", texts: [], soa: `${FIRST}.` };
  expect(await txt(`${second.subdomain}.${FIRST}`)).toEqual(denied);
});

test("an update raises the serial of its own zone and of no other", async () => {
  const [one = 0, two = 0, three = 0] = await serials();
  await update(server.url, second, digest(1));
  expect(await serials()).toEqual([one, two + 1, three]);
  await update(server.url, nested, digest(1));
  await update(server.url, nested, digest(2));
  expect(await serials()).toEqual([one, two + 1, three + 2]);
  await update(server.url, await register(server.url), digest(1));
  expect(await serials()).toEqual([one + 1, two + 1, three + 2]);
});

test("a restart with the zones in another order keeps everything where it was", async () => {
  const delegate = await register(server.url);
  for (const each of [delegate, second, nested]) await update(server.url, each, digest(1));
  const before = await serials();

  server = await server.restart(serving(ALL.toReversed()));
  expect(server.warnings).toEqual([]);
  expect(await serials()).toEqual(before.map((serial) => serial + 1));
  for (const each of [delegate, second, nested]) {
    expect(await txt(each.fulldomain)).toEqual(published(1));
    await update(server.url, each, digest(2));
    expect((await txt(each.fulldomain)).texts.toSorted()).toEqual([1, 2].map(digest).toSorted());
  }
  // /register follows the order.
  expect((await register(server.url)).fulldomain).toMatch(new RegExp(`\\.${NESTED}$`));
});

test("what a zone holds that is not served any more is warned of and never acknowledged", async () => {
  await update(server.url, second, digest(1));
  server = await server.restart(serving([FIRST]));
  expect(server.warnings.toSorted()).toEqual([
    `zone ${NESTED} has 1 delegate in the database and is not served; add it to general.domain`,
    `zone ${SECOND} has 1 delegate in the database and is not served; add it to general.domain`,
  ]);
  const before = stored();
  const atStart = server.warnings.length;

  const stranger = { ...second, password: "A".repeat(40) };
  expectRefusal(await postUpdate(server, stranger, digest(2)), 401, "forbidden");
  expect(server.warnings).toHaveLength(atStart);

  for (const each of [second, nested, second]) {
    expectRefusal(await postUpdate(server, each, digest(2)), 401, "forbidden");
  }
  expect(stored()).toEqual(before);
  expect(server.warnings.slice(atStart)).toEqual([
    `an update was refused: its delegate is in the zone ${SECOND}, which is not served; add it to general.domain`,
    `an update was refused: its delegate is in the zone ${NESTED}, which is not served; add it to general.domain`,
  ]);
  // The nested zone is no zone of its own now: its names are not in the first one.
  expect(await txt(second.fulldomain)).toEqual({ rcode: "REFUSED", texts: [], soa: "" });
  expect(await txt(nested.fulldomain)).toEqual({ rcode: "NXDOMAIN", texts: [], soa: `${FIRST}.` });

  server = await server.restart(serving(ALL));
  expect(server.warnings).toEqual([]);
  expect(await txt(second.fulldomain)).toEqual(published(1));
  await update(server.url, second, digest(3));
  expect((await txt(second.fulldomain)).texts.toSorted()).toEqual([1, 3].map(digest).toSorted());
});

test("the start names all zones, and its commands use the first", async () => {
  const folder = new ProcessFolder();
  onTestFinished(() => folder.remove());
  const list = ALL.map((zone) => `"${zone}"`).join(", ");
  const general = ['listen = "127.0.0.1:0"', `domain = [${list}]`];
  const dnsvouch = folder.start(["-c", folder.configFile({ general })]);
  await dnsvouch.ready();
  expect(dnsvouch.stdout()).toMatch(
    new RegExp(`^dnsvouch \\S+ {2}zones ${ALL.join(", ")} {2}database db\\.sqlite$`, "m"),
  );
  const { fulldomain } = await register(apiUrl(dnsvouch));
  expect(fulldomain).toMatch(new RegExp(`\\.${FIRST}$`));
});

test("each zone has its own SOA and nameserver, and the one above delegates the nested one", async () => {
  for (const zone of ALL) {
    const { answer } = await exchange(server.dnsPort, "udp", `${zone}. SOA`);
    expect(answer[0]).toContain(` IN SOA ${zone}. hostmaster.${zone}. `);
    const ns = await exchange(server.dnsPort, "udp", `${zone}. NS`);
    expect(ns.answer).toEqual([`${zone}. 3600 IN NS ${zone}.`]);
    const a = await exchange(server.dnsPort, "udp", `${zone}. A`);
    expect(a.answer).toEqual([`${zone}. 3600 IN A 127.0.0.1`]);
  }
  const between = await exchange(server.dnsPort, "udp", "eu.auth.example.org. TXT");
  expect(between).toMatchObject({ rcode: "NOERROR", answer: [] });
  const ds = await exchange(server.dnsPort, "udp", `${NESTED}. DS`);
  expect(ds).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer: [] });
  expect([between, ds].map(({ authority }) => authority[0]?.split(" ")[0])).toEqual([
    `${FIRST}.`,
    `${FIRST}.`,
  ]);
});
