// Who uses the portal of a small hosting provider, what its days are like, and the one link that a customer has.
import assert from "node:assert/strict";
import { COMMAND_LINE } from "../../src/audit/audit-entry.ts";
import { generateCustomerToken, hashCustomerToken } from "../../src/delegate/customer-token.ts";
import type { ActivityCounts } from "../../src/store/activity.ts";
import type { Store } from "../../src/store/store.ts";
import type { UserRole } from "../../src/store/users.ts";
import { type DemoAct, type DemoOptions, PANEL } from "./demo-acts.ts";

/** Everybody has this password: a hash takes a tenth of a second, so that it is written down. */
export const DEMO_PASSWORD = "linden harbor museum";
const PASSWORD_HASH = "$2b$10$6.TqxIab.zohm8fJGikBTOX8idOW9D8FRU32jZ7gtWL59ygYAlMsG";
/** Who looks at the pictures. */
export const DEMO_ADMIN = "admin";
/** Whose owner has a link. */
export const DEMO_CUSTOMER = "shop.example.net";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 7;

interface DemoUser {
  readonly name: string;
  readonly role: UserRole;
  readonly createdAgo: number;
  readonly loginsAgo: readonly number[];
  readonly peer: string;
}

const USERS: readonly DemoUser[] = [
  {
    name: DEMO_ADMIN,
    role: "admin",
    createdAgo: 419.9,
    loginsAgo: [6.1, 3.2, 0.06],
    peer: "192.0.2.31",
  },
  { name: "mira", role: "admin", createdAgo: 350, loginsAgo: [9.3, 1.1], peer: "192.0.2.32" },
  { name: "support", role: "viewer", createdAgo: 120, loginsAgo: [2.4], peer: "192.0.2.35" },
];

export interface DemoPeople {
  /** To be told with the other acts, in the order of time. */
  readonly acts: readonly DemoAct[];
  readonly customerToken: string;
}

export function demoPeople(store: Store, { nowMs, randomOctets }: DemoOptions): DemoPeople {
  const at = (ago: number, run: (timeMs: number) => Promise<unknown>): DemoAct => {
    const atMs = nowMs - Math.round(ago * DAY);
    return { atMs, run: () => run(atMs) };
  };
  const customerToken = generateCustomerToken(randomOctets);
  const acts = [
    ...USERS.flatMap((user) => [
      at(user.createdAgo, (timeMs) => createUser(store, user, timeMs)),
      ...user.loginsAgo.map((ago) => at(ago, (timeMs) => logIn(store, user, timeMs))),
    ]),
    // Somebody has the name of the role for that of the user, and a wrong password.
    at(3.21, (timeMs) => refuseLogin(store, "unknown_user", "administrator", timeMs)),
    at(3.205, (timeMs) => refuseLogin(store, "wrong_key", DEMO_ADMIN, timeMs)),
    at(0.07, (timeMs) => createLink(store, hashCustomerToken(customerToken), timeMs)),
    ...hoursUntil(nowMs).map((hourMs) => ({
      atMs: hourMs,
      run: () => store.activity.add(hourMs, countsOf(hourMs, nowMs, randomOctets)),
    })),
  ];
  return { acts, customerToken };
}

async function createUser(store: Store, { name, role }: DemoUser, timeMs: number): Promise<void> {
  const password = { scheme: "bcrypt", hash: Buffer.from(PASSWORD_HASH, "latin1") } as const;
  const created = await store.users.create({
    ...{ name, role, password, timeMs, origin: COMMAND_LINE },
  });
  assert.equal(created, "created");
}

async function logIn(store: Store, { name, peer }: DemoUser, timeMs: number): Promise<void> {
  await store.users.noteLogin(name, timeMs);
  const origin = { peer, forwarded: undefined, by: `user ${name}` };
  await store.recordAct({ timeMs, action: "auth.login", result: "accepted", origin });
}

async function refuseLogin(
  store: Store,
  result: "unknown_user" | "wrong_key",
  name: string,
  timeMs: number,
): Promise<void> {
  const origin = { peer: "192.0.2.31", forwarded: undefined };
  await store.recordAct({ timeMs, action: "auth.login", result, origin, detail: name });
}

async function createLink(store: Store, tokenHash: Uint8Array, timeMs: number): Promise<void> {
  const hostname = await store.hostnames.findNamed(DEMO_CUSTOMER);
  // A provider that begins has no host names yet.
  if (hostname === undefined) return;
  const act = { hostnameId: hostname.id, tokenHash, timeMs, origin: PANEL };
  assert.equal(await store.customerLinks.create(act), "created");
}

/** The beginnings of the hours of the last days, the one that is now among them. */
function hoursUntil(nowMs: number): readonly number[] {
  const newestMs = Math.floor(nowMs / HOUR) * HOUR;
  return Array.from({ length: DAYS * 24 }, (_, i) => newestMs - (DAYS * 24 - 1 - i) * HOUR);
}

/** Clients renew at night; resolvers and strangers ask by day, and less on Saturdays and Sundays. */
function countsOf(
  hourMs: number,
  nowMs: number,
  randomOctets: DemoOptions["randomOctets"],
): ActivityCounts {
  const date = new Date(hourMs);
  const hour = date.getUTCHours();
  const isWeekend = [0, 6].includes(date.getUTCDay());
  const night = bell(hour, 1.5, 3);
  const day = bell(hour, 14, 4) * (isWeekend ? 0.5 : 1);
  // Of the hour that is now, a part has passed.
  const part = Math.min((nowMs - hourMs) / HOUR, 1);
  const some = (count: number): number => {
    const [swing = 0, rest = 0] = randomOctets(2);
    // So that what is rare is there now and then.
    return Math.floor(count * (0.85 + (swing / 256) * 0.3) * part + rest / 256);
  };
  return {
    values: some(160 + 1400 * night + 320 * day),
    other_answers: some(140 + 420 * night + 520 * day),
    refusals: some(40 + 60 * night + 170 * day),
    updates_accepted: some(0.1 + 1.2 * night + 0.3 * day),
    updates_refused: some(0.02 + 0.1 * day),
  };
}

/** 1 at its peak, around the clock. */
function bell(hour: number, peak: number, width: number): number {
  const away = Math.abs(hour - peak);
  const distance = Math.min(away, 24 - away);
  return Math.exp(-((distance / width) ** 2) / 2);
}
