import { hash, timingSafeEqual } from "node:crypto";

/** Row number of a credential in the store. */
export type CredentialId = number;

/** A key that the server made: 40 characters of the base64url alphabet, 240 random bits. */
export type ApiKey = string & { readonly brand: "ApiKey" };

/** SHA-256 of a key: 32 octets. The key itself is shown once and kept nowhere. */
export type KeyHash = Uint8Array;

const KEY_OCTETS = 30;
const KEY = /^[A-Za-z0-9_-]{40}$/;
/** Compared for unknown users, so that they cost what a wrong key costs. */
const NO_KEY_HASH: KeyHash = new Uint8Array(32);

/** A new key from `randomOctets`, which must be a CSPRNG. */
export function generateApiKey(randomOctets: (count: number) => Buffer): ApiKey {
  return randomOctets(KEY_OCTETS).toString("base64url") as ApiKey;
}

/** A key as a client sends it, or undefined if no key can look like that. */
export function parseApiKey(value: unknown): ApiKey | undefined {
  return typeof value === "string" && KEY.test(value) ? (value as ApiKey) : undefined;
}

/**
 * A fast hash on purpose: 240 random bits cannot be searched, so a slow one would protect nothing
 * and would let anybody keep the server busy (docs/adr/0004).
 */
export function hashApiKey(key: ApiKey): KeyHash {
  // By way of hex, which is faster: its octets share their memory with others.
  return Buffer.from(hash("sha256", key, "hex"), "hex");
}

/** Whether `key` is the one behind `hash`, in constant time; `hash` undefined (no such user) is always false. */
export function matchesKeyHash(key: ApiKey, hash: KeyHash | undefined): boolean {
  const equal = timingSafeEqual(hashApiKey(key), hash ?? NO_KEY_HASH);
  return equal && hash !== undefined;
}
