import { SIPHASH_OCTETS, sipHash24 } from "./siphash.ts";

/**
 * DNS cookies: RFC 7873, with the interoperable server cookie of RFC 9018 section 4, so that servers
 * of different makes that share a secret accept each other's. A server cookie proves that whoever
 * asks has received a response at this address before: the source is not forged.
 */

/** As many secrets as a server may know: one in use, and those that it replaced. */
export const MOST_COOKIE_SECRETS = 8;

/** RFC 7873 section 4. */
export const CLIENT_COOKIE_OCTETS = 8;
const MIN_SERVER_COOKIE_OCTETS = 8;
const MAX_SERVER_COOKIE_OCTETS = 32;
/** With a server cookie of RFC 9018 section 4: version, reserved (3), timestamp (4), hash (8). */
export const COOKIE_REPLY_OCTETS = 24;
const VERSION = 1;
const TIMESTAMP_AT = 4;
const HASH_AT = 8;

/** RFC 9018 section 4.3: how old a cookie may be, and how far ahead the clock of another server. */
const MAX_AGE_SECONDS = 3600;
const MAX_AHEAD_SECONDS = 300;
/** RFC 9018 section 4.3: from then on the client gets a new one. */
const RENEW_AFTER_SECONDS = 1800;

/** What makes and checks server cookies. */
export interface CookieContext {
  /** 16 octets each. The first makes cookies, all of them check (RFC 9018 section 5). */
  readonly secrets: readonly Uint8Array[];
  /** Of the requestor: 4 or 16 octets. */
  readonly address: Uint8Array;
  /** Since 1970. */
  readonly nowSeconds: number;
}

/** `client`: without a server cookie. */
export type CookieVerdict = "client" | "valid" | "invalid";

/** RFC 7873 section 5.2.2: another length of OPTION-DATA is a format error. */
export function isCookieLength(octets: number): boolean {
  const serverCookieOctets = octets - CLIENT_COOKIE_OCTETS;
  return (
    serverCookieOctets === 0 ||
    (serverCookieOctets >= MIN_SERVER_COOKIE_OCTETS &&
      serverCookieOctets <= MAX_SERVER_COOKIE_OCTETS)
  );
}

/** What is hashed: at most client cookie, version, reserved, timestamp and an IPv6 address. */
const hashed = new Uint8Array(CLIENT_COOKIE_OCTETS + HASH_AT + 16);
const expectedHash = new Uint8Array(SIPHASH_OCTETS);

/**
 * @param octets has the OPTION-DATA of a query from `at` on, `length` octets, an allowed number.
 * @param reply COOKIE_REPLY_OCTETS that become the OPTION-DATA of the response: the client cookie and
 * a server cookie that holds.
 */
export function examineCookie(
  octets: Uint8Array,
  at: number,
  length: number,
  context: CookieContext,
  reply: Uint8Array,
): CookieVerdict {
  for (let i = 0; i < CLIENT_COOKIE_OCTETS; i++) reply[i] = octets[at + i] ?? 0;
  if (length === CLIENT_COOKIE_OCTETS) {
    writeFreshCookie(reply, context);
    return "client";
  }
  const serverCookieAt = at + CLIENT_COOKIE_OCTETS;
  const isOurForm = length === COOKIE_REPLY_OCTETS && octets[serverCookieAt] === VERSION;
  const age = isOurForm ? ageOf(octets, serverCookieAt, context.nowSeconds) : Infinity;
  const isTimely = age <= MAX_AGE_SECONDS && age >= -MAX_AHEAD_SECONDS;
  const madeWith = isTimely ? secretOf(octets, at, context) : -1;
  if (madeWith === 0 && age < RENEW_AFTER_SECONDS) {
    for (let i = 0; i < COOKIE_REPLY_OCTETS; i++) reply[i] = octets[at + i] ?? 0;
  } else {
    writeFreshCookie(reply, context);
  }
  return madeWith < 0 ? "invalid" : "valid";
}

/** Seconds, negative for a time to come. RFC 9018 section 4.3: by serial number arithmetic, as 2106 will come. */
function ageOf(octets: Uint8Array, serverCookieAt: number, nowSeconds: number): number {
  const at = serverCookieAt + TIMESTAMP_AT;
  let timestamp = 0;
  for (let i = 0; i < 4; i++) timestamp = (timestamp << 8) | (octets[at + i] ?? 0);
  return (nowSeconds - timestamp) | 0;
}

/** Behind the client cookie that is in `reply`. */
function writeFreshCookie(reply: Uint8Array, context: CookieContext): void {
  const serverCookieAt = CLIENT_COOKIE_OCTETS;
  reply[serverCookieAt] = VERSION;
  for (let i = 1; i < TIMESTAMP_AT; i++) reply[serverCookieAt + i] = 0;
  for (let i = 0; i < 4; i++) {
    reply[serverCookieAt + TIMESTAMP_AT + i] = context.nowSeconds >>> (24 - 8 * i);
  }
  const secret = context.secrets[0];
  if (secret !== undefined) {
    writeHash(secret, reply, 0, context.address, reply, serverCookieAt + HASH_AT);
  }
}

/** The number of the secret that a cookie was made with, -1 if it is none of ours. */
function secretOf(octets: Uint8Array, at: number, { secrets, address }: CookieContext): number {
  for (let i = 0; i < secrets.length; i++) {
    const secret = secrets[i];
    if (secret === undefined) break;
    writeHash(secret, octets, at, address, expectedHash, 0);
    // All octets are compared, so that the time does not tell how many were right.
    let difference = 0;
    for (let j = 0; j < SIPHASH_OCTETS; j++) {
      const given = octets[at + CLIENT_COOKIE_OCTETS + HASH_AT + j] ?? 0;
      difference |= (expectedHash[j] ?? 0) ^ given;
    }
    if (difference === 0) return i;
  }
  return -1;
}

/** RFC 9018 section 4.4: over client cookie, version, reserved and timestamp as they are, then the address. */
function writeHash(
  secret: Uint8Array,
  cookie: Uint8Array,
  at: number,
  address: Uint8Array,
  hash: Uint8Array,
  hashAt: number,
): void {
  const head = CLIENT_COOKIE_OCTETS + HASH_AT;
  for (let i = 0; i < head; i++) hashed[i] = cookie[at + i] ?? 0;
  for (let i = 0; i < address.length; i++) hashed[head + i] = address[i] ?? 0;
  sipHash24(secret, hashed, head + address.length, hash, hashAt);
}
