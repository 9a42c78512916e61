// What a query costs without the network: the answer from the index, beside the same bytes from SQL.
// `npm run bench` prints both and their ratio; docs/adr/0003 and 0005 quote it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { bench, do_not_optimize, run, summary } from "mitata";
import { nameFromLabels } from "../src/dns/name.ts";
import { parseName } from "../src/dns/presentation-scanner.ts";
import { respond } from "../src/server/respond.ts";
import { ChallengeIndex } from "../src/zone/challenge-index.ts";
import { buildStaticZones } from "../src/zone/static-records.ts";
import { Zone } from "../src/zone/zone.ts";

const NAMES = 10_000;
const apex = parseName("auth.example.org.");
const soa = { mname: apex, rname: apex, negativeTtl: 5 };
const records = { texts: [], origin: apex, nsAddresses: ["192.0.2.1"] };
const [built] = buildStaticZones([{ apex, soa }], records).zones;
assert(built);
const zone = new Zone(apex, soa, built.nodes);
const challenges = new ChallengeIndex(zone, 1, 1);
const authority = {
  zones: new Map([[apex.key, { zone, challenges }]]),
  udpPayloadSize: 1232,
  nsid: new Uint8Array(0),
  cookieSecrets: [],
  tcpIdleSeconds: 8,
  rateLimit: undefined,
};
const requestor = { transport: "udp", address: Uint8Array.of(192, 0, 2, 1) } as const;

/** A UUID for each number, so that every run asks the same. */
function subdomain(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

function query(number: number): Buffer {
  const name = nameFromLabels([Buffer.from(subdomain(number))], apex);
  const header = Buffer.from("123401000001000000000000", "hex");
  return Buffer.concat([header, name?.octets ?? Buffer.alloc(1), Buffer.from("00100001", "hex")]);
}

const folder = mkdtempSync(join(tmpdir(), "dnsvouch-bench-"));
const database = new Database(join(folder, "bench.db"));
database.exec("CREATE TABLE value (subdomain TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID");
const insert = database.prepare("INSERT INTO value VALUES (?, ?)");
database.transaction(() => {
  for (let number = 0; number < NAMES; number++) {
    const digest = number.toString().padStart(43, "A");
    challenges.publish({ subdomain: subdomain(number), digests: [digest], sequence: number + 1 });
    insert.run(subdomain(number), digest);
  }
})();
const select = database.prepare("SELECT digest FROM value WHERE subdomain = ?").pluck();
const queries = Array.from({ length: NAMES }, (_, number) => query(number));
const missing = Array.from({ length: NAMES }, (_, number) => query(NAMES + number));

let at = 0;
summary(() => {
  bench("TXT of a delegate: whole response from the index", () => {
    at = (at + 7919) % NAMES;
    return do_not_optimize(respond(authority, queries[at] ?? Buffer.alloc(0), requestor, 0));
  }).baseline(true);
  bench("NXDOMAIN: whole response from the index", () => {
    at = (at + 7919) % NAMES;
    return do_not_optimize(respond(authority, missing[at] ?? Buffer.alloc(0), requestor, 0));
  });
  bench("the value alone from SQLite, nothing parsed or written", () => {
    at = (at + 7919) % NAMES;
    return do_not_optimize(select.all(subdomain(at)));
  });
});
await run();
database.close();
rmSync(folder, { recursive: true });
