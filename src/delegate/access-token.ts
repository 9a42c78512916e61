import { createHmac, hash as digestOf, timingSafeEqual } from "node:crypto";

/**
 * Tokens that allow what no delegate's key does, such as to register. They can stand in a path, so that a
 * client that knows nothing of them sends one with its base URL.
 */
export type AccessToken = string & { readonly brand: "AccessToken" };

/** Letters, digits and what else a path segment has without escapes (RFC 3986 section 2.3). 22 of 64 are 132 bits. */
const TOKEN = /^[A-Za-z0-9._~-]{22,256}$/;
/** That form as the first segment of a path, for a router. */
export const TOKEN_SEGMENT: RegExp = /^\/[A-Za-z0-9._~-]{22,256}(?=\/)/;
/** What must be written for it. */
export const TOKEN_FORM = "22 to 256 letters, digits and . _ ~ -";

/** So that one that was published by mistake is found by those who look for such things. */
const PREFIX = "dv_";
/** 240 random bits. */
const TOKEN_OCTETS = 30;

/** A new token from `randomOctets`, which must be a CSPRNG. */
export function generateAccessToken(randomOctets: (count: number) => Buffer): AccessToken {
  return `${PREFIX}${randomOctets(TOKEN_OCTETS).toString("base64url")}` as AccessToken;
}

/** Whether `generateAccessToken` may have made it: such a text is not to be shown, whatever it was sent as. */
export function isOwnTokenForm(text: string): boolean {
  return text.startsWith(PREFIX) && TOKEN.test(text);
}

export function parseAccessToken(text: string): AccessToken | undefined {
  return TOKEN.test(text) ? (text as AccessToken) : undefined;
}

/** SHA-256, 32 octets: a token has too many bits for anybody to search (docs/adr/0004). */
export function hashAccessToken(token: AccessToken): Uint8Array {
  return hashOfSent(token);
}

/** Of whatever was sent as a token: to be compared with the hashes of those that there are. */
export function hashOfSent(text: string): Uint8Array {
  return digestOf("sha256", text, "buffer");
}

/** In constant time. */
export function isSameHash(sent: Uint8Array, hash: Uint8Array): boolean {
  return timingSafeEqual(sent, hash);
}

/** A key of 32 octets that whoever has the token can make, and nobody else: not from its hash. */
export function sealingKeyOf(token: string): Uint8Array {
  return createHmac("sha256", token).update("dnsvouch answers").digest();
}
