// What happens at a provider besides the lives of its host names: tokens, keys that are changed, clients that are
// refused.
import assert from "node:assert/strict";
import {
  type AuditResult,
  COMMAND_LINE,
  type Origin,
  shownUsername,
} from "../../src/audit/audit-entry.ts";
import { parseAllowFrom } from "../../src/delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../src/delegate/credential.ts";
import type { DelegateId } from "../../src/delegate/delegate.ts";
import type { TokenScope } from "../../src/delegate/token-scope.ts";
import type { Store } from "../../src/store/store.ts";

/** Something that is done at a moment. */
export interface DemoAct {
  readonly atMs: number;
  readonly run: () => Promise<unknown>;
}

/** One after the other, in the order of time. */
export async function runDemo(acts: readonly DemoAct[]): Promise<void> {
  for (const { run } of acts.toSorted((a, b) => a.atMs - b.atMs)) await run();
}

export interface DemoOptions {
  readonly zone: string;
  /** Milliseconds since 1970; all else lies before. */
  readonly nowMs: number;
  /** For names and keys: the same octets make the same data. */
  readonly randomOctets: (count: number) => Buffer;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The provider's panel, which has the first token. */
export const PANEL: Origin = { peer: "192.0.2.10", forwarded: undefined, by: "token 1" };
const SUPPORT: Origin = { peer: "192.0.2.14", forwarded: undefined, by: "token 2" };

interface DemoToken {
  readonly label: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAgo: number;
  readonly usedAgo?: number;
  readonly lifetimeDays?: number;
  readonly revokedAgo?: number;
}

/** The panel's comes first. */
const TOKENS: readonly DemoToken[] = [
  { label: "panel", scopes: ["register", "delegates", "keys"], createdAgo: 420, usedAgo: 0.02 },
  { label: "support desk", scopes: ["read", "delegates", "checks"], createdAgo: 300, usedAgo: 0.1 },
  { label: "caddy at the edge", scopes: ["read"], createdAgo: 260, usedAgo: 0.001 },
  { label: "contractor", scopes: ["register"], createdAgo: 70, lifetimeDays: 30, usedAgo: 51 },
  { label: "old panel", scopes: ["admin"], createdAgo: 419, usedAgo: 62, revokedAgo: 61 },
];

/** Updates that were refused, by the host name whose delegate they were for; several a moment apart. */
const REFUSED: readonly (readonly [
  ago: number,
  name: string,
  result: AuditResult,
  peer: string,
  times: number,
])[] = [
  [0.08, "tickets.museum.example", "source_not_allowed", "192.0.2.199", 1],
  [3.4, "order.bakery.example", "wrong_key", "203.0.113.50", 3],
  [17.2, "regatta.sailing.example", "other_subdomain", "203.0.113.61", 1],
  [26.6, "shop.brewery.example", "bad_value", "203.0.113.77", 2],
  [48.1, "books.example.net", "credential_revoked", "203.0.113.21", 4],
];
const STRANGERS = ["acme", "root@example.com", "3f0b1c9e-6d0a-4a51-9b1e-000000000000"];

/** Each is run at its moment: what it needs of the store is there then. */
export function demoActs(store: Store, options: DemoOptions): readonly DemoAct[] {
  const { nowMs } = options;
  const at = (ago: number, run: (timeMs: number) => Promise<unknown>): DemoAct => {
    const atMs = nowMs - Math.round(ago * DAY);
    return { atMs, run: () => run(atMs) };
  };
  return [
    ...TOKENS.toSorted((a, b) => b.createdAgo - a.createdAgo).flatMap((token) =>
      tokenActs(store, options, token, at),
    ),
    ...REFUSED.flatMap(([ago, name, result, peer, times]) =>
      Array.from({ length: times }, (_, i) =>
        at(ago - i / 1440, (timeMs) => refuse(store, { timeMs, name, result, peer })),
      ),
    ),
    ...STRANGERS.map((claimed, i) =>
      at(5.5 - i / 1440, (timeMs) =>
        store.recordAct({
          ...{ timeMs, action: "update", result: "unknown_user" },
          origin: { peer: "192.0.2.223", forwarded: undefined },
          detail: shownUsername(claimed),
        }),
      ),
    ),
    at(49, (timeMs) => rotateKey(store, options, { timeMs, name: "books.example.net" })),
    at(0.9, (timeMs) => rotateKey(store, options, { timeMs, name: "shop.brewery.example" })),
    at(21, (timeMs) => changeDelegate(store, timeMs)),
  ];
}

function tokenActs(
  store: Store,
  { randomOctets }: DemoOptions,
  token: DemoToken,
  at: (ago: number, run: (timeMs: number) => Promise<unknown>) => DemoAct,
): DemoAct[] {
  const { label, scopes, createdAgo, usedAgo, lifetimeDays, revokedAgo } = token;
  const tokenHash = randomOctets(32);
  let id = 0;
  const create = async (timeMs: number): Promise<void> => {
    const expiresMs = lifetimeDays === undefined ? undefined : timeMs + lifetimeDays * DAY;
    const said = { label, scopes, tokenHash, expiresMs };
    const created = await store.tokens.create({ ...said, timeMs, origin: COMMAND_LINE });
    assert(created !== "full");
    id = created.id;
  };
  const revoke = (timeMs: number) => store.tokens.revoke({ id, timeMs, origin: COMMAND_LINE });
  return [
    at(createdAgo, create),
    ...(usedAgo === undefined ? [] : [at(usedAgo, (timeMs) => store.tokens.noteUse(id, timeMs))]),
    ...(revokedAgo === undefined ? [] : [at(revokedAgo, revoke)]),
  ];
}

async function refuse(
  store: Store,
  refused: {
    readonly timeMs: number;
    readonly name: string;
    readonly result: AuditResult;
    readonly peer: string;
  },
): Promise<void> {
  const { timeMs, name, result, peer } = refused;
  const delegateId = await idOf(store, name);
  const [credential] = await store.credentialsOf(delegateId, timeMs);
  await store.recordAct({
    ...{ timeMs, action: "update", result, delegateId },
    credentialId: credential?.id,
    origin: { peer, forwarded: undefined },
  });
}

/** The key before works for another day. */
async function rotateKey(
  store: Store,
  { randomOctets }: DemoOptions,
  { timeMs, name }: { readonly timeMs: number; readonly name: string },
): Promise<void> {
  const created = await store.createCredential({
    ...{ delegateId: await idOf(store, name), timeMs, origin: PANEL, label: "web-03" },
    username: `web-03.${name}`,
    keyHash: hashApiKey(generateApiKey(randomOctets)),
    othersExpireMs: timeMs + DAY,
  });
  assert(typeof created === "object", `${name}: ${created}`);
}

/** The club has a server of its own by now, and somebody new to write to. */
async function changeDelegate(store: Store, timeMs: number): Promise<void> {
  const changed = await store.changeDelegate({
    ...{ delegateId: await idOf(store, "regatta.sailing.example"), timeMs, origin: SUPPORT },
    contact: "harbour@sailing.example",
    labels: new Map([["plan", "business"]]),
    allowFrom: parseAllowFrom(["203.0.113.61/32", "2001:db8:61::/64"]),
  });
  assert.equal(changed, "changed");
}

async function idOf(store: Store, name: string): Promise<DelegateId> {
  const hostname = await store.hostnames.findNamed(name);
  assert(hostname, name);
  return hostname.delegateId;
}
