/**
 * The one kind of value a delegate can publish: the digest value of RFC 8555 section 8.4, that is
 * base64url (RFC 4648 section 5, no padding) of a SHA-256 digest: 32 octets, so 43 characters.
 *
 * Nothing else is accepted, so that nobody can plant an SPF or `_validation-persist` text at a name
 * of this zone.
 */
export type ChallengeDigest = string & { readonly brand: "ChallengeDigest" };

const DIGEST = /^[A-Za-z0-9_-]{43}$/;

/** The digest in `value`, or undefined if it is none. Accepts any JSON value. */
export function parseChallengeDigest(value: unknown): ChallengeDigest | undefined {
  return typeof value === "string" && DIGEST.test(value) ? (value as ChallengeDigest) : undefined;
}
