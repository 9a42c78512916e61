import type { TokenScope } from "../delegate/token-scope.ts";
import type { Act } from "./administration.ts";

/** Live tokens there can be: each is compared with what a registration shows. */
export const MOST_TOKENS = 1000;

/** Tokens that were made by command or by v1. */
export interface Tokens {
  /** @returns its number, or "full" if there are too many. */
  create(token: NewToken): Promise<{ readonly id: number } | "full">;

  /** Those that are not revoked and have not expired. */
  live(nowMs: number): Promise<readonly LiveToken[]>;

  /** The live one with that hash. */
  find(tokenHash: Uint8Array, nowMs: number): Promise<LiveToken | undefined>;

  /** Writes down that it was used, to the minute. */
  noteUse(id: number, nowMs: number): Promise<void>;

  /** It allows nothing from now on. @returns "gone" if there is no such token that is not revoked. */
  revoke(act: Act & { readonly id: number }): Promise<"revoked" | "gone">;
}

export interface NewToken extends Act {
  readonly scopes: readonly TokenScope[];
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
  readonly scopes: readonly TokenScope[];
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly lastUsedMs: number | undefined;
}

/** A token as it is listed: never with its hash. */
export interface TokenRecord {
  readonly id: number;
  /** Its scopes with spaces between. */
  readonly scope: string;
  readonly label: string;
  readonly createdMs: number;
  readonly expiresMs: number | null;
  readonly lastUsedMs: number | null;
  readonly revokedMs: number | null;
}
