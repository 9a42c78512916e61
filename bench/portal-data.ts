// What the pages of the portal are drawn from: host names with reports, updates of weeks, a link.
import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import Database from "better-sqlite3";
import { GENESIS, hashOfRow } from "../src/audit/audit-chain.ts";
import { gistOf } from "../src/hostname/gist.ts";
import { type DemoScene, demoReport } from "../test/support/demo-world.ts";
import { subdomain, ZONE } from "./data.ts";

const DAY_MS = 86_400_000;
const UPDATES_OF_EACH = 10;
/** Every so many days, as certificates are renewed. */
const DAYS_BETWEEN = 8;

/** What host names are, in turn: most of them are well. */
const KINDS: readonly { readonly scene: DemoScene; readonly state: string; readonly of: number }[] =
  [
    { scene: "right", state: "active", of: 16 },
    { scene: "right", state: "ready", of: 1 },
    { scene: "missing", state: "pending", of: 1 },
    { scene: "text-in-the-way", state: "conflict", of: 1 },
    { scene: "moved", state: "offboarding", of: 1 },
  ];

export interface PortalData {
  /** The number of a delegate that has everything. */
  readonly delegate: number;
  /** Its host name. */
  readonly hostname: string;
  /** Of the link to that one's customer page. */
  readonly token: string;
}

/** Adds to a database of ours with so many delegates a host name for each, with what its pages show. */
export async function addPortalData(file: string, delegates: number): Promise<PortalData> {
  const nowMs = Date.now();
  const kinds = await Promise.all(
    KINDS.flatMap(({ of, ...kind }) => Array.from({ length: of }, () => kind)).map(
      async ({ scene, state }) => ({ state, text: await templateOf(scene, nowMs) }),
    ),
  );
  const database = new Database(file);
  const addHostname = database.prepare(`
    INSERT INTO hostname (name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms, reason, advice, facts, checked_ms, report, gist)
    VALUES (?, ?, ?, '{"plan":"pro"}', '[]', ?, ?, ?, 'ok', 'Nothing is to do.', '{}', ?, ?, ?)`);
  const addChange = database.prepare(
    "INSERT INTO hostname_change (hostname_id, time_ms, state, reason) VALUES (?, ?, ?, 'ok')",
  );
  database.transaction(() => {
    for (let i = 1; i <= delegates; i++) {
      const { state, text } = kinds[i % kinds.length] ?? { state: "", text: "" };
      const report = text
        .replaceAll(TEMPLATE_NAME, hostnameOf(i))
        .replaceAll(TEMPLATE_DELEGATE, `${subdomain(i - 1)}.${ZONE}`);
      const since = nowMs - (i % 90) * DAY_MS;
      const row = [hostnameOf(i), i, `tenant-${i % 200}`, since - DAY_MS, state, since, nowMs];
      const { lastInsertRowid } = addHostname.run(
        ...row,
        deflateRawSync(report),
        JSON.stringify(gistOf(JSON.parse(report))),
      );
      for (const each of ["pending", state]) addChange.run(lastInsertRowid, since, each);
    }
    addTrail(database, delegates, nowMs);
    addActivity(database, nowMs);
  })();
  const delegate = delegates / 2;
  const token = Buffer.alloc(16, 7).toString("base64url");
  database
    .prepare(
      "INSERT INTO customer_link (hostname_id, token_hash, created_ms) SELECT id, ?, ? FROM hostname WHERE name = ?",
    )
    .run(createHash("sha256").update(token).digest(), nowMs, hostnameOf(delegate));
  database.close();
  return { delegate, hostname: hostnameOf(delegate), token };
}

const TEMPLATE_NAME = "www.template.example";
const TEMPLATE_DELEGATE = `template.${ZONE}`;

async function templateOf(scene: DemoScene, nowMs: number): Promise<string> {
  const look = { name: TEMPLATE_NAME, zone: ZONE, fulldomain: TEMPLATE_DELEGATE, scene, nowMs };
  return JSON.stringify(await demoReport(look));
}

function hostnameOf(delegate: number): string {
  return `www.customer-${delegate}.example`;
}

/** Updates of all delegates, in the order of their time, in a chain as the server makes it. */
function addTrail(database: Database.Database, delegates: number, nowMs: number): void {
  const insert = database.prepare(`
    INSERT INTO audit (sequence, time_ms, action, result, delegate_id, credential_id, peer, forwarded, detail, previous_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const newest = database
    .prepare(
      `SELECT sequence, time_ms AS timeMs, action, result, delegate_id AS delegateId,
         credential_id AS credentialId, peer, forwarded, detail, previous_hash AS previousHash
       FROM audit ORDER BY sequence DESC LIMIT 1`,
    )
    .get() as Parameters<typeof hashOfRow>[0] | undefined;
  let previousHash = newest === undefined ? GENESIS.hash : hashOfRow(newest);
  let sequence = newest?.sequence ?? 0;
  for (let round = UPDATES_OF_EACH - 1; round >= 0; round--) {
    for (let i = 1; i <= delegates; i++) {
      const timeMs = nowMs - Math.round((round * DAYS_BETWEEN + 1 - i / delegates) * DAY_MS);
      const row = {
        sequence: ++sequence,
        timeMs,
        action: "update",
        result: "accepted",
        delegateId: i,
        credentialId: i,
        peer: "192.0.2.10",
        forwarded: null,
        detail: null,
        previousHash,
      };
      insert.run(...Object.values(row));
      previousHash = hashOfRow(row);
    }
  }
  database.prepare("UPDATE audit_anchor SET newest = ?").run(sequence);
  const used = nowMs - DAY_MS / 2;
  const days = Array.from({ length: 12 }, (_, i) => Math.floor(used / DAY_MS) - i * DAYS_BETWEEN);
  database
    .prepare("UPDATE credential SET last_used_ms = ?, used_days = ?")
    .run(used, `${days.join(" ")} `);
}

function addActivity(database: Database.Database, nowMs: number): void {
  const insert = database.prepare("INSERT INTO activity (hour, kind, count) VALUES (?, ?, ?)");
  const hour = Math.floor(nowMs / 3_600_000);
  for (let ago = 0; ago < 8 * 24; ago++) {
    for (const kind of ["values", "other_answers", "refusals", "updates_accepted"]) {
      insert.run(hour - ago, kind, 1000 + ago);
    }
  }
}
