import { createHmac, timingSafeEqual } from "node:crypto";

const KEY_OCTETS = 32;
const LONGEST_TOKEN = 64;

/**
 * Whose pages a token is for: those of a cookie, also of one before a login, which the login replaces, and
 * so the tokens of all forms before; or those of somebody whom a proxy names, who has no cookie.
 */
export type CsrfHolder = { readonly cookie: string } | { readonly user: string };

/**
 * Tokens in forms that show that a page of ours has sent them. Nothing is stored: each is an HMAC of whom it is for,
 * by a key of this process, so forms from before a restart are refused.
 */
export class CsrfTokens {
  readonly #key: Buffer;

  /** `randomOctets`: a CSPRNG. */
  constructor(randomOctets: (count: number) => Buffer) {
    this.#key = randomOctets(KEY_OCTETS);
  }

  /** 43 characters of the base64url alphabet. */
  tokenOf(holder: CsrfHolder): string {
    const label = "cookie" in holder ? `cookie:${holder.cookie}` : `user:${holder.user}`;
    return createHmac("sha256", this.#key).update(label).digest("base64url");
  }

  /** Whether `sent` is the token of that holder, in constant time. It may be anything that a form can send. */
  isTokenOf(holder: CsrfHolder, sent: unknown): boolean {
    if (typeof sent !== "string" || sent.length > LONGEST_TOKEN) return false;
    const token = Buffer.from(this.tokenOf(holder));
    const given = Buffer.from(sent);
    return given.length === token.length && timingSafeEqual(given, token);
  }
}
