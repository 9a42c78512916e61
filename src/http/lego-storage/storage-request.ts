import type { IncomingMessage } from "node:http";
import { hashOfSent, isSameHash, parseAccessToken } from "../../delegate/access-token.ts";
import { basicIdentity } from "../basic-identity.ts";

/** What a request is about: the domain of an account, or all of them. */
export interface StorageRequest {
  /** As it was sent; undefined: none was. Never to be shown. */
  readonly token: string | undefined;
  /** As it was sent; undefined: all domains. */
  readonly domain: string | undefined;
}

/**
 * The token is the user info of the base URL (lego sends it as HTTP Basic), or the first segment of the
 * path. Undefined for a path that has something else.
 *
 * @param path behind the prefix of the storage, without a query.
 */
export function readStorageRequest(
  { headers }: Pick<IncomingMessage, "headers">,
  path: string,
): StorageRequest | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  const { user, key } = basicIdentity(headers.authorization ?? "");
  const shown = key === "" ? user : key;
  const token = shown ?? segments.shift();
  const [domain, ...more] = segments.map(decoded);
  return more.length > 0 ? undefined : { token, domain };
}

/** What the token's entries are stored under, if it is one of those that there are. */
export function namespaceOf(
  token: string | undefined,
  tokenHashes: readonly Uint8Array[],
): Uint8Array | undefined {
  if (token === undefined || parseAccessToken(token) === undefined) return undefined;
  const sent = hashOfSent(token);
  // All are compared, whichever is the right one: how long it takes tells nothing.
  const [found] = tokenHashes.filter((hash) => isSameHash(sent, hash));
  return found;
}

/** RFC 3986 section 2.1. What cannot be decoded is no domain, and is refused as that. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
