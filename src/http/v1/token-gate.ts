import type { IncomingMessage } from "node:http";
import type { AuditResult } from "../../audit/audit-entry.ts";
import {
  hashOfSent,
  isSameHash,
  parseAccessToken,
  sealingKeyOf,
} from "../../delegate/access-token.ts";
import { allows } from "../../delegate/token-scope.ts";
import { TokenBuckets } from "../../limit/token-buckets.ts";
import type { LiveToken } from "../../store/tokens.ts";
import type { ApiParts } from "../api-parts.ts";
import { bearerToken } from "../bearer-token.ts";
import { countFailure } from "../count-refusal.ts";
import { noteTokenUse } from "../note-token-use.ts";
import type { RequestSource } from "../request-source.ts";
import { ProblemError } from "./problem.ts";
import { type Route, scopesOf } from "./route.ts";

const MINUTE_MS = 60_000;
const MOST_TOKENS = 2000;

/** A token that counts, shown by a request. */
export interface ShownToken {
  readonly token: LiveToken;
  /** Made of the token as it was sent, which goes no further than this. */
  readonly sealingKey: () => Uint8Array;
}

/** For the trail. */
export function tokenName({ id }: LiveToken): string {
  return `token ${id}`;
}

/** Who may call v1: a token, as Bearer alone (RFC 6750 section 2.1). No cookie, no Basic, no path says who it is. */
export class TokenGate {
  readonly #parts: ApiParts;
  #perMinute = 0;
  #buckets: TokenBuckets | undefined;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  /** The token that a request shows; undefined: none. Throws ProblemError for one that does not count. */
  async tokenOf(req: IncomingMessage, source: RequestSource): Promise<ShownToken | undefined> {
    const { store, clock } = this.#parts;
    const { authorization } = req.headers;
    if (authorization === undefined) return undefined;
    const sent = parseAccessToken(bearerToken(authorization) ?? "");
    if (sent === undefined) throw this.#refuse(source);
    const hash = hashOfSent(sent);
    const token = await store.tokens.find(hash, clock());
    if (token === undefined || !isSameHash(hash, token.tokenHash)) throw this.#refuse(source);
    await noteTokenUse(this.#parts, token);
    return { token, sealingKey: () => sealingKeyOf(sent) };
  }

  /** Throws ProblemError unless the token allows what the route needs. */
  require(token: LiveToken | undefined, route: Route, source: RequestSource): LiveToken {
    if (token === undefined) {
      throw new ProblemError(
        "token_required",
        "send Authorization: Bearer TOKEN; dnsvouch token create makes one",
      );
    }
    const needed = scopesOf(route);
    const missing = needed.filter((scope) => !allows(token.scopes, scope));
    if (missing.length === 0) return token;
    this.#record(source, "scope_required", { by: tokenName(token), detail: `v1 ${route.id}` });
    throw new ProblemError(
      "scope_required",
      `this token does not allow ${missing.join(" and ")}: make one that does with dnsvouch token create --scope ${needed.join(",")}`,
    );
  }

  /** Counts a request of a token. Gives the headers that say how many are left; throws ProblemError if none are. */
  take({ id }: LiveToken): Readonly<Record<string, string>> {
    const { options, clock } = this.#parts;
    const times = options.v1PerTokenPerMinute;
    if (times === 0) return {};
    if (times !== this.#perMinute || this.#buckets === undefined) {
      const rate = { times, intervalMs: MINUTE_MS, burst: times, mostKeys: MOST_TOKENS };
      this.#buckets = new TokenBuckets(rate);
      this.#perMinute = times;
    }
    const key = String(id);
    const nowMs = clock();
    const waitMs = this.#buckets.take(key, nowMs);
    if (waitMs > 0) {
      throw new ProblemError(
        "too_many_requests",
        `this token makes more than ${times} requests a minute (limits.v1_per_token_per_minute)`,
        { waitMs },
      );
    }
    // draft-ietf-httpapi-ratelimit-headers: requests that are left, and seconds until there is one more.
    const left = this.#buckets.left(key, nowMs);
    const seconds = Math.ceil(MINUTE_MS / times / 1000);
    return {
      "RateLimit-Policy": `"token";q=${times};w=60`,
      RateLimit: `"token";r=${left};t=${seconds}`,
    };
  }

  /** By the source alone, as wrong keys are. */
  #refuse(source: RequestSource): ProblemError {
    const { limits, clock } = this.#parts;
    const waitMs = limits.takeFailure(source.key, clock());
    this.#record(source, "token_required", { by: undefined, detail: "v1" });
    if (waitMs > 0) {
      return new ProblemError("too_many_requests", "too many wrong tokens from there", { waitMs });
    }
    return new ProblemError(
      "token_required",
      "the token is none that works: it was never made, is revoked, or has expired",
    );
  }

  /** Counts it, and writes it down. */
  #record(
    { key, origin }: RequestSource,
    result: AuditResult,
    { by, detail }: { readonly by: string | undefined; readonly detail: string },
  ): void {
    const { refusals, counters, clock } = this.#parts;
    countFailure(counters, result);
    const what = { timeMs: clock(), action: "check", result, detail } as const;
    refusals.record(key, { ...what, origin: { ...origin, by } });
  }
}
