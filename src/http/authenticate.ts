import type { IncomingMessage } from "node:http";
import { type AuditResult, shownUsername } from "../audit/audit-entry.ts";
import { permits } from "../delegate/allow-from.ts";
import { type ApiKey, hashApiKey, matchesKeyHash, parseApiKey } from "../delegate/credential.ts";
import { canonicalUsername } from "../delegate/username.ts";
import type { StoredCredential } from "../store/store.ts";
import type { ApiParts } from "./api-parts.ts";
import { basicIdentity, type ClaimedIdentity } from "./basic-identity.ts";
import type { RequestSource } from "./request-source.ts";

/** What became of a request's user name and key. */
export type Authentication =
  | { readonly kind: "accepted"; readonly credential: StoredCredential }
  /** Whatever is wrong, the client is told the same; `why` is for the trail. */
  | { readonly kind: "refused"; readonly why: AuditResult; readonly who: Who }
  /** The key cannot be checked now: `waitMs` until then, undefined if it is not known. */
  | { readonly kind: "later"; readonly waitMs: number | undefined; readonly who: Who };

/** As far as it is known, for the trail. */
export interface Who {
  readonly delegateId?: number;
  readonly credentialId?: number;
  readonly detail?: string;
}

/**
 * Whether a request proves to hold a credential, from an address that may use it. A key of our own is
 * always looked at, whatever a source has done before, so that no limit refuses a right one; an imported
 * key costs too much for that.
 *
 * @param acceptsBasic whether HTTP Basic counts where X-Api-User and X-Api-Key are both absent.
 */
export async function authenticate(
  req: IncomingMessage,
  parts: ApiParts,
  source: RequestSource,
  acceptsBasic: boolean,
): Promise<Authentication> {
  const claimed = claimedIdentity(req, acceptsBasic);
  const username = canonicalUsername(claimed.user);
  const key = parseApiKey(claimed.key);
  const unknown = { detail: shownUsername(claimed.user ?? "") };
  if (username === undefined) return { kind: "refused", why: "unknown_user", who: unknown };
  const credential = await parts.store.findCredential(username);
  if (credential === undefined) {
    // What a wrong key costs.
    if (key !== undefined) matchesKeyHash(key, undefined);
    return { kind: "refused", why: "unknown_user", who: unknown };
  }
  const who = { delegateId: credential.delegate.id, credentialId: credential.id };
  if (key === undefined) return { kind: "refused", why: "wrong_key", who };
  const obstacle = obstacleOf(credential, source, parts.clock());
  if (credential.keyScheme === "bcrypt") {
    // Slow, so not for a request that is refused anyway.
    if (obstacle !== undefined) return { kind: "refused", why: obstacle, who };
    return matchImportedKey(parts, source, { credential, username, key, who });
  }
  if (!matchesKeyHash(key, credential.keyHash)) return { kind: "refused", why: "wrong_key", who };
  if (obstacle !== undefined) return { kind: "refused", why: obstacle, who };
  return { kind: "accepted", credential };
}

/** Why the right key would not do. */
function obstacleOf(
  { state, expiresMs, delegate }: StoredCredential,
  { client }: RequestSource,
  nowMs: number,
): AuditResult | undefined {
  if (state === "revoked") return "credential_revoked";
  if (expiresMs !== undefined && expiresMs <= nowMs) return "credential_expired";
  if (state === "disabled") return "delegate_disabled";
  return permits(delegate.allowFrom, client) ? undefined : "source_not_allowed";
}

interface ImportedKeyClaim {
  readonly credential: StoredCredential;
  readonly username: string;
  readonly key: ApiKey;
  readonly who: Who;
}

/** After its first success an imported key is stored as our own are. */
async function matchImportedKey(
  { bcryptQueue, limits, store, clock }: ApiParts,
  source: RequestSource,
  { credential, username, key, who }: ImportedKeyClaim,
): Promise<Authentication> {
  const waitMs = limits.takeImportedKey(source.key, username, clock());
  if (waitMs > 0) return { kind: "later", waitMs, who };
  const { id, keyHash } = credential;
  const matches = await bcryptQueue.matches(key, keyHash);
  if (matches === "busy") return { kind: "later", waitMs: undefined, who };
  if (!matches) return { kind: "refused", why: "wrong_key", who };
  const replacement = { credentialId: id, bcryptHash: keyHash, keyHash: hashApiKey(key) };
  await store.replaceImportedKey(replacement);
  return { kind: "accepted", credential };
}

/** Whether a request says who it is from at all. */
export function claimsIdentity(req: IncomingMessage): boolean {
  const { user, key } = claimedIdentity(req, true);
  return user !== undefined && key !== undefined;
}

function claimedIdentity(req: IncomingMessage, acceptsBasic: boolean): ClaimedIdentity {
  // The first of several headers counts, as in Go; node would join them.
  const user = req.headersDistinct["x-api-user"]?.[0];
  const key = req.headersDistinct["x-api-key"]?.[0];
  if (!acceptsBasic || user !== undefined || key !== undefined) return { user, key };
  return basicIdentity(req.headers.authorization ?? "");
}
