/**
 * A dnsvouch process that serves the zone which the golden messages ask about: auth.example, with
 * the delegates of the exercise zone, its records, and what only a configuration can bring there.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ANYWHERE } from "../../src/delegate/allow-from.ts";
import { parseChallengeDigest } from "../../src/delegate/challenge-digest.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type DnsvouchProcess, startDnsvouch } from "./dnsvouch-process.ts";
import { DIGEST_A, DIGEST_B, EXERCISE_RECORDS } from "./exercise-zone.ts";

const ZONE = "auth.example";
const DELEGATES: Readonly<Record<string, readonly string[]>> = {
  fresh: [],
  once: [DIGEST_A],
  twice: [DIGEST_A, DIGEST_B],
};

/** Six texts that fit a UDP message with EDNS, and hardly. */
const LARGE_TEXTS = [0, 1, 2, 3, 4, 5].map((number) => `${"y".repeat(170)}${number}`);
const RECORDS: readonly string[] = [
  ...EXERCISE_RECORDS,
  ...LARGE_TEXTS.map((text) => `large.auth.example. TXT "${text}"`),
  '*.wild.auth.example. TXT "wild"',
  "sub.auth.example. NS ns.sub.auth.example.",
  "ns.sub.auth.example. A 192.0.2.53",
];

/**
 * Limits count what many requestors send, and would count what one of us sends against it. A slow
 * machine may take its time to send a first message.
 */
const CONFIG = `
[general]
domain = "${ZONE}"
nsname = "ns1.${ZONE}"
listen = "127.0.0.1:0"
records = [
${RECORDS.map((record) => `  '${record}',`).join("\n")}
]
[database]
connection = "dnsvouch.db"
[api]
ip = "127.0.0.1"
port = 0
[dns]
nsid = "vector"
rrl_per_second = 0
tcp_connections = 0
tcp_connections_per_source = 0
tcp_first_message_seconds = 60
tcp_idle_seconds = 60
`;

export interface VectorServer {
  readonly dnsvouch: DnsvouchProcess;
  /** Of 127.0.0.1, for UDP and TCP. */
  readonly port: number;
  /** Kills it if it still runs, and removes its folder. */
  remove(): Promise<void>;
}

/** `io`: how it reads UDP. */
export async function startVectorServer(io: "dgram" | "batch"): Promise<VectorServer> {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-vector-"));
  await publishDelegates(join(folder, "dnsvouch.db"));
  writeFileSync(join(folder, "dnsvouch.toml"), `${CONFIG}io = "${io}"\n`);
  const dnsvouch = startDnsvouch(["serve", "-c", "dnsvouch.toml"], folder);
  const remove = async (): Promise<void> => {
    dnsvouch.child.kill("SIGKILL");
    await dnsvouch.exit();
    rmSync(folder, { recursive: true });
  };
  try {
    await dnsvouch.ready();
  } catch (error) {
    await remove();
    throw error;
  }
  const [, port] = /^ {2}DNS {2}127\.0\.0\.1:([0-9]+)/m.exec(dnsvouch.stdout()) ?? [];
  assert(port !== undefined, `no DNS address in: ${dnsvouch.stdout()}`);
  return { dnsvouch, port: Number(port), remove };
}

async function publishDelegates(database: string): Promise<void> {
  const store = await openSqliteStore(database);
  await store.beginRun(ZONE, 1);
  for (const [subdomain, digests] of Object.entries(DELEGATES)) {
    await publish(store, subdomain, digests);
  }
  await store.close();
}

const ORIGIN = { peer: "192.0.2.1", forwarded: undefined };

async function publish(store: Store, subdomain: string, digests: readonly string[]): Promise<void> {
  const keyHash = new Uint8Array(32);
  const delegate = { zone: ZONE, subdomain, allowFrom: ANYWHERE, keyHash, createdMs: 0 };
  await store.createDelegate({ ...delegate, username: subdomain, origin: ORIGIN });
  const credential = await store.findCredential(subdomain);
  assert(credential !== undefined);
  for (const text of digests) {
    const digest = parseChallengeDigest(text);
    assert(digest !== undefined);
    const ids = { credentialId: credential.id, delegateId: credential.delegate.id };
    await store.addChallengeDigest({ ...ids, digest, slots: 2, createdMs: 0, origin: ORIGIN });
  }
}
