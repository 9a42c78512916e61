import type { Request } from "express";
import type { Origin } from "../audit/audit-entry.ts";
import { allows, type TokenScope } from "../delegate/token-scope.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Actor } from "../http/v1/operations.ts";
import type { UserRecord, UserRole } from "../store/users.ts";
import type { Flash } from "./flashes.ts";

/** A request of somebody who has signed in. */
export interface Visit {
  readonly req: Request;
  readonly user: UserRecord;
  readonly scopes: readonly TokenScope[];
  /** Of their session, for forms. */
  readonly csrf: string;
  /** Equal for all requests of one session. */
  readonly visitor: string;
  /** False: a proxy says who they are. */
  readonly hasSession: boolean;
  readonly source: RequestSource;
  /** Whose acts these are. */
  readonly origin: Origin;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where clients reach the API. */
  readonly apiUrl: string;
  /** The page that they come from, if it is one of ours: path and query. */
  readonly back: string | undefined;
  /** What is to be said of what was just done. */
  readonly flash: Flash | undefined;
}

/** What each role may do, in the words of v1's tokens. */
const SCOPES: Readonly<Record<UserRole, readonly TokenScope[]>> = {
  admin: ["admin"],
  viewer: ["read"],
};

export function scopesOfRole(role: UserRole): readonly TokenScope[] {
  return SCOPES[role];
}

export function may({ scopes }: Pick<Visit, "scopes">, scope: TokenScope): boolean {
  return allows(scopes, scope);
}

/** For operations of v1. */
export function actorOf({ scopes, source, origin, req }: Visit): Actor {
  return { caller: { scopes, tokenId: undefined }, source, origin, req };
}

/** For the trail. */
export function byOf({ name }: Pick<UserRecord, "name">): string {
  return `user ${name}`;
}
