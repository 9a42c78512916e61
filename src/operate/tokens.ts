import type { Origin } from "../audit/audit-entry.ts";
import { generateAccessToken, hashAccessToken } from "../delegate/access-token.ts";
import type { TokenScope } from "../delegate/token-scope.ts";
import type { Store } from "../store/store.ts";
import { MOST_TOKENS } from "../store/tokens.ts";
import { ActError } from "./act-error.ts";

export interface ActParts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** Whose acts these are, for the audit trail. */
  readonly origin: Origin;
}

export interface TokenToCreate {
  readonly scopes: readonly TokenScope[];
  readonly label: string;
  /** From now on; undefined: it does not expire. */
  readonly lifetimeSeconds: number | undefined;
}

export interface CreatedToken {
  readonly id: number;
  /** Shown once: the store has its hash. */
  readonly token: string;
}

/** Makes a token. Throws ActError if there are too many. */
export async function createToken(
  { store, clock, randomOctets, origin }: ActParts,
  { scopes, label, lifetimeSeconds }: TokenToCreate,
): Promise<CreatedToken> {
  const token = generateAccessToken(randomOctets);
  const timeMs = clock();
  const created = await store.tokens.create({
    scopes,
    label,
    tokenHash: hashAccessToken(token),
    expiresMs: lifetimeSeconds === undefined ? undefined : timeMs + lifetimeSeconds * 1000,
    timeMs,
    origin,
  });
  if (created === "full") {
    throw new ActError(`there are ${MOST_TOKENS} tokens already: revoke those that nobody uses`);
  }
  return { id: created.id, token };
}

/** Throws ActError if there is no such token. */
export async function revokeToken({ store, clock, origin }: ActParts, id: number): Promise<void> {
  const outcome = await store.tokens.revoke({ id, timeMs: clock(), origin });
  if (outcome === "gone") throw new ActError(`there is no token ${id} that is not revoked already`);
}
