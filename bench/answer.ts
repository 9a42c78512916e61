// What a query costs without the network: the plain path, beside `respond` for the same message and
// the bare value from SQL. `npm run bench:answer` prints all and their ratios.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { bench, do_not_optimize, run, summary } from "mitata";
import { nameFromLabels } from "../src/dns/name.ts";
import { parseName } from "../src/dns/presentation-scanner.ts";
import { AnswerPath } from "../src/server/answer-path.ts";
import { createRateLimitMemory, RateLimit } from "../src/server/rate-limit.ts";
import { respond } from "../src/server/respond.ts";
import { ChallengeIndex } from "../src/zone/challenge-index.ts";
import { ChallengePublisher } from "../src/zone/challenge-publisher.ts";
import { buildStaticZones } from "../src/zone/static-records.ts";
import { createTable } from "../src/zone/table/table-memory.ts";
import { TableReader } from "../src/zone/table/table-reader.ts";
import { TableWriter } from "../src/zone/table/table-writer.ts";
import { Zone } from "../src/zone/zone.ts";

const NAMES = 10_000;
const NOW_MS = 1_800_000_000_000;
const apex = parseName("auth.example.org.");
const soa = { mname: apex, rname: apex, negativeTtl: 5 };
const records = { texts: [], origin: apex, nsAddresses: ["192.0.2.1"] };
const [built] = buildStaticZones([{ apex, soa }], records).zones;
assert(built);
const zone = new Zone(apex, soa, built.nodes);
const handle = createTable({ readers: 1, zones: 1 }, 1);
const writer = new TableWriter(handle);
const publisher = new ChallengePublisher(writer, 0, 1);
writer.setComplete();
const table = new TableReader(handle, 0);
const challenges = new ChallengeIndex(table, { zone, number: 0, ttl: 1, stored: () => undefined });
const authority = {
  zones: new Map([[apex.key, { zone, challenges }]]),
  udpPayloadSize: 1232,
  nsid: new Uint8Array(0),
  cookieSecrets: [Buffer.from("e5e973e5a6b2a43f48e7dc849e37bfcf", "hex")],
  tcpIdleSeconds: 8,
  rateLimit: new RateLimit({
    perSecond: 1_000_000_000,
    coversLoopback: false,
    seed: 1,
    memory: createRateLimitMemory(1),
    thread: 0,
  }),
};
const path = new AnswerPath({
  authority,
  table,
  clock: () => NOW_MS,
  onFault: (error) => assert.fail(String(error)),
});
const requestor = { transport: "udp", address: Uint8Array.of(192, 0, 2, 1) } as const;
const output = Buffer.alloc(4096);

/** A UUID for each number, so that every run asks the same. */
function subdomain(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

function query(number: number, opt = ""): Buffer {
  const name = nameFromLabels([Buffer.from(subdomain(number))], apex);
  const header = Buffer.from(`12340100000100000000000${opt === "" ? 0 : 1}`, "hex");
  const question = Buffer.concat([name?.octets ?? Buffer.alloc(1), Buffer.from("00100001", "hex")]);
  return Buffer.concat([header, question, Buffer.from(opt, "hex")]);
}

const folder = mkdtempSync(join(tmpdir(), "dnsvouch-bench-"));
const database = new Database(join(folder, "bench.db"));
database.exec("CREATE TABLE value (subdomain TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID");
const insert = database.prepare("INSERT INTO value VALUES (?, ?)");
database.transaction(() => {
  for (let number = 0; number < NAMES; number++) {
    const digest = number.toString().padStart(43, "A");
    publisher.publish({ subdomain: subdomain(number), digests: [digest], sequence: number + 1 });
    insert.run(subdomain(number), digest);
  }
})();
table.begin();
const select = database.prepare("SELECT digest FROM value WHERE subdomain = ?").pluck();
const numbers = Array.from({ length: NAMES }, (_, number) => number);
const queries = numbers.map((number) => query(number));
const missing = numbers.map((number) => query(NAMES + number));
const EDNS = "0000291000000080000000";
const withEdns = numbers.map((number) => query(number, EDNS));
const COOKIE = "000029100000008000000c000a00082464c4abcf10c957";
const withCookie = numbers.map((number) => query(number, COOKIE));

let at = 0;
function next(of: readonly Buffer[]): Buffer {
  at = (at + 7919) % NAMES;
  return of[at] ?? assert.fail();
}

function plainly(what: string, of: readonly Buffer[]) {
  return bench(what, () => {
    const octets = next(of);
    path.begin();
    do_not_optimize(path.answer(octets, 0, octets.length, requestor, output, 0));
    path.end();
  });
}

summary(() => {
  bench("the value alone from SQLite, nothing parsed or written", () => {
    next(queries);
    return do_not_optimize(select.all(subdomain(at)));
  }).baseline(true);
  bench("TXT of a delegate by respond", () =>
    do_not_optimize(respond(authority, next(queries), requestor, NOW_MS)),
  );
  plainly("TXT of a delegate", queries);
  plainly("TXT of a delegate, EDNS", withEdns);
  plainly("TXT of a delegate, EDNS and a client cookie", withCookie);
  plainly("NXDOMAIN", missing);
});
await run();
database.close();
rmSync(folder, { recursive: true });
