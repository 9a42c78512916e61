import type { Act } from "./administration.ts";

/** What a token allows. */
export type TokenScope = "register";

/** Live tokens there can be: each is compared with what a request shows. */
export const MOST_TOKENS = 1000;

/** Tokens that were made by command. */
export interface RegistrationTokens {
  /** @returns its number, or "full" if there are too many. */
  createToken(token: NewToken): Promise<{ readonly id: number } | "full">;

  /** Those that are not revoked and have not expired. */
  liveTokens(nowMs: number): Promise<readonly LiveToken[]>;

  /** It allows nothing from now on. @returns "gone" if there is no such token that is not revoked. */
  revokeToken(act: Act & { readonly id: number }): Promise<"revoked" | "gone">;
}

export interface NewToken extends Act {
  readonly scope: TokenScope;
  /** For people; may be empty. */
  readonly label: string;
  /** SHA-256, 32 octets. */
  readonly tokenHash: Uint8Array;
  /** Milliseconds since 1970; undefined: it does not expire. */
  readonly expiresMs: number | undefined;
}

export interface LiveToken {
  readonly id: number;
  readonly tokenHash: Uint8Array;
}

/** A token as it is listed: never with its hash. */
export interface TokenRecord {
  readonly id: number;
  readonly scope: string;
  readonly label: string;
  readonly createdMs: number;
  readonly expiresMs: number | null;
  readonly lastUsedMs: number | null;
  readonly revokedMs: number | null;
}
