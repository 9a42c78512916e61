import { SIPHASH_OCTETS, sipHash24 } from "./siphash.ts";

/**
 * DNS cookies: RFC 7873, with the interoperable server cookie of RFC 9018 section 4, so that servers
 * of different makes that share a secret accept each other's. A server cookie proves that whoever
 * asks has received a response at this address before: the source is not forged.
 */

/** RFC 7873 section 4. */
export const CLIENT_COOKIE_OCTETS = 8;
const MIN_SERVER_COOKIE_OCTETS = 8;
const MAX_SERVER_COOKIE_OCTETS = 32;
/** RFC 9018 section 4: version, reserved (3), timestamp (4), hash. */
const SERVER_COOKIE_OCTETS = 16;
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

export interface ExaminedCookie {
  /** `client`: without a server cookie. */
  readonly verdict: "client" | "valid" | "invalid";
  /** The OPTION-DATA of the response: the client cookie and a server cookie that holds. */
  readonly reply: Uint8Array;
}

/** RFC 7873 section 5.2.2: another length of OPTION-DATA is a format error. */
export function isCookieLength(octets: number): boolean {
  const serverCookieOctets = octets - CLIENT_COOKIE_OCTETS;
  return (
    serverCookieOctets === 0 ||
    (serverCookieOctets >= MIN_SERVER_COOKIE_OCTETS &&
      serverCookieOctets <= MAX_SERVER_COOKIE_OCTETS)
  );
}

/** @param cookie the OPTION-DATA of a query, of an allowed length. */
export function examineCookie(cookie: Uint8Array, context: CookieContext): ExaminedCookie {
  const clientCookie = cookie.subarray(0, CLIENT_COOKIE_OCTETS);
  if (cookie.length === CLIENT_COOKIE_OCTETS) {
    return { verdict: "client", reply: freshCookie(clientCookie, context) };
  }
  const serverCookie = cookie.subarray(CLIENT_COOKIE_OCTETS);
  const age = isOurForm(serverCookie) ? ageOf(serverCookie, context.nowSeconds) : Infinity;
  const isTimely = age <= MAX_AGE_SECONDS && age >= -MAX_AHEAD_SECONDS;
  const madeWith = isTimely
    ? context.secrets.findIndex((secret) => isMadeWith(secret, cookie, context.address))
    : -1;
  const isCurrent = madeWith === 0 && age < RENEW_AFTER_SECONDS;
  return {
    verdict: madeWith < 0 ? "invalid" : "valid",
    reply: isCurrent ? cookie : freshCookie(clientCookie, context),
  };
}

function isOurForm(serverCookie: Uint8Array): boolean {
  return serverCookie.length === SERVER_COOKIE_OCTETS && serverCookie[0] === VERSION;
}

/** Seconds, negative for a time to come. RFC 9018 section 4.3: by serial number arithmetic, as 2106 will come. */
function ageOf(serverCookie: Uint8Array, nowSeconds: number): number {
  return (nowSeconds - readUint32(serverCookie, TIMESTAMP_AT)) | 0;
}

function freshCookie(clientCookie: Uint8Array, context: CookieContext): Uint8Array {
  const cookie = new Uint8Array(CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS);
  cookie.set(clientCookie);
  cookie[CLIENT_COOKIE_OCTETS] = VERSION;
  writeUint32(cookie, CLIENT_COOKIE_OCTETS + TIMESTAMP_AT, context.nowSeconds);
  const [secret = new Uint8Array(0)] = context.secrets;
  cookie.set(hash(secret, cookie, context.address), CLIENT_COOKIE_OCTETS + HASH_AT);
  return cookie;
}

function isMadeWith(secret: Uint8Array, cookie: Uint8Array, address: Uint8Array): boolean {
  const expected = hash(secret, cookie, address);
  // All octets are compared, so that the time does not tell how many were right.
  let difference = 0;
  for (let i = 0; i < SIPHASH_OCTETS; i++) {
    difference |= (expected[i] ?? 0) ^ (cookie[CLIENT_COOKIE_OCTETS + HASH_AT + i] ?? 0);
  }
  return difference === 0;
}

/** RFC 9018 section 4.4: over client cookie, version, reserved and timestamp as they are, then the address. */
function hash(secret: Uint8Array, cookie: Uint8Array, address: Uint8Array): Uint8Array {
  const head = CLIENT_COOKIE_OCTETS + HASH_AT;
  const message = new Uint8Array(head + address.length);
  message.set(cookie.subarray(0, head));
  message.set(address, head);
  return sipHash24(secret, message);
}

function readUint32(octets: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = octets.subarray(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function writeUint32(octets: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) octets[at + i] = value >>> (24 - 8 * i);
}
