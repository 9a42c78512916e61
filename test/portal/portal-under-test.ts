/** A server with its portal, two people who use it, and whatever a test has put into its database before. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcrypt";
import Database from "better-sqlite3";
import { COMMAND_LINE, SERVER } from "../../src/audit/audit-entry.ts";
import type { Report } from "../../src/check/report.ts";
import { parseAllowFrom } from "../../src/delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../src/delegate/credential.ts";
import type { DelegateId } from "../../src/delegate/delegate.ts";
import { type HostnameState, NO_FACTS } from "../../src/hostname/hostname.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import type { UserRole } from "../../src/store/users.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { PortalClient, type PortalPage } from "./portal-client.ts";

export const ZONE = "auth.example.org";
export const ADMIN = "ada";
export const VIEWER = "vera";
/** Of both. */
export const PASSWORD = "correct horse battery staple";
/** What it costs to check it is not what these tests are about. */
const PASSWORD_HASH = Buffer.from(bcrypt.hashSync(PASSWORD, 4), "latin1");

export const PORTAL_ENV = { DNSVOUCH_PORTAL_LISTEN: "127.0.0.1:0" } as const;

export interface PortalUnderTest {
  readonly server: ServerUnderTest;
  readonly url: string;
  /** Both have signed in. */
  readonly admin: PortalClient;
  readonly viewer: PortalClient;
}

export interface PortalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Fills the database before the server starts. */
  readonly seed?: (store: Store) => Promise<void>;
  readonly clock?: () => number;
}

export async function startPortal({
  env = {},
  seed = async () => {},
  clock = Date.now,
}: PortalOptions = {}): Promise<PortalUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-portal-"));
  const store = await openSqliteStore(join(folder, "dnsvouch.db"));
  try {
    await store.beginRun(ZONE, 2026010100);
    await addUser(store, ADMIN, "admin");
    await addUser(store, VIEWER, "viewer");
    await seed(store);
  } finally {
    await store.close();
  }
  const server = await startServerUnderTest({ ...PORTAL_ENV, ...env }, folder, clock);
  const url = server.portalUrl;
  return { server, url, admin: await signedIn(url, ADMIN), viewer: await signedIn(url, VIEWER) };
}

/** Somebody with PASSWORD. */
export async function addUser(store: Store, name: string, role: UserRole): Promise<void> {
  const password = { scheme: "bcrypt", hash: PASSWORD_HASH } as const;
  const user = { name, role, password, timeMs: Date.now(), origin: COMMAND_LINE };
  assert.equal(await store.users.create(user), "created");
}

export async function signedIn(url: string, user: string): Promise<PortalClient> {
  const client = new PortalClient(url);
  const { status, location, words } = await client.signIn(user, PASSWORD);
  assert.deepEqual([status, location], [303, "/"], words);
  await client.get("/settings");
  return client;
}

/** Everything on all pages of a list, one page after the other. `rowsOf`: what is on one. */
export async function allPages(
  client: PortalClient,
  path: string,
  rowsOf: (page: PortalPage) => string[],
): Promise<readonly string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const page: PortalPage = await client.get(next);
    pages.push(rowsOf(page));
    next = nextOf(page);
  }
  return pages;
}

/** Where the page behind it is. */
export function nextOf({ elements }: PortalPage): string | undefined {
  return elements
    .find(({ attributes }) => attributes.get("rel") === "next")
    ?.attributes.get("href");
}

export interface SeededDelegate {
  readonly subdomain: string;
  readonly tenant?: string;
  readonly contact?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createdMs?: number;
}

/** A delegate with one key, by the number that it gets. */
export async function addDelegate(
  store: Store,
  { subdomain, tenant = "", contact = "", labels = {}, createdMs = Date.now() }: SeededDelegate,
): Promise<DelegateId> {
  const allowFrom = parseAllowFrom([]);
  assert(allowFrom);
  const created = await store.createDelegate({
    ...{ zone: ZONE, subdomain, username: crypto.randomUUID(), allowFrom },
    ...{ tenant, contact, labels, createdMs, origin: COMMAND_LINE },
    keyHash: hashApiKey(generateApiKey(randomBytes)),
  });
  assert.equal(created, "created");
  const delegate = await store.findDelegate(ZONE, subdomain);
  assert(delegate);
  return delegate.id;
}

export interface SeededHostname {
  readonly delegateId: number;
  readonly name: string;
  readonly tenant?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state?: HostnameState;
  readonly advice?: string;
  readonly reason?: string;
  readonly report?: Report;
}

/** A host name in a state, with what its last check has found. */
export async function addHostname(store: Store, seeded: SeededHostname): Promise<number> {
  const { delegateId, name, tenant = "", labels = {}, state, report } = seeded;
  const { reason = "", advice = "" } = seeded;
  const timeMs = Date.now();
  const said = { name, tenant, labels, edgeTargets: [] };
  const record = await store.hostnames.create({
    ...{ ...said, delegateId, timeMs, origin: COMMAND_LINE },
  });
  assert(typeof record === "object", `${name}: ${record}`);
  if (state === undefined) return record.id;
  await store.hostnames.judge({
    ...{ id: record.id, timeMs, origin: SERVER, checked: { report } },
    judge: () => ({ state, reason, advice, facts: NO_FACTS, nextCheckMs: undefined }),
  });
  return record.id;
}

export interface TrailRow {
  readonly sequence: number;
  readonly action: string;
  readonly result: string;
  readonly peer: string;
  readonly forwarded: string | null;
  readonly detail: string | null;
}

/** The rows of the trail behind one, the oldest first. */
export function trailOf(server: Pick<ServerUnderTest, "folder">, after = 0): TrailRow[] {
  return reading(server, (database) =>
    database
      .prepare<[number], TrailRow>("SELECT * FROM audit WHERE sequence > ? ORDER BY sequence")
      .all(after),
  );
}

/** What was done since, each act with who did it. */
export function actsSince(server: Pick<ServerUnderTest, "folder">, after: number): string[] {
  return trailOf(server, after).map(({ action, detail }) => `${action}: ${detail}`);
}

export function newestRow(server: Pick<ServerUnderTest, "folder">): number {
  const newest = reading(server, (database) =>
    database
      .prepare<[], { readonly newest: number }>("SELECT max(sequence) newest FROM audit")
      .get(),
  );
  return newest?.newest ?? 0;
}

function reading<Result>(
  { folder }: Pick<ServerUnderTest, "folder">,
  read: (database: Database.Database) => Result,
): Result {
  const database = new Database(join(folder, "dnsvouch.db"), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
