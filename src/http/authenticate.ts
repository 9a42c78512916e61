import type { IncomingMessage } from "node:http";
import { permits } from "../delegate/allow-from.ts";
import { matchesKeyHash, parseApiKey } from "../delegate/credential.ts";
import type { Store, StoredCredential } from "../store/store.ts";
import { canonicalUsername } from "./username.ts";

interface ClaimedIdentity {
  readonly user: string | undefined;
  readonly key: string | undefined;
}

/**
 * The credential that a request proves to hold, from an address that may use it. Undefined whatever
 * is wrong: user, key and address are refused alike, so that nobody learns which it was.
 *
 * @param acceptsBasic whether HTTP Basic counts where X-Api-User and X-Api-Key are both absent.
 */
export async function authenticate(
  req: IncomingMessage,
  store: Store,
  acceptsBasic: boolean,
): Promise<StoredCredential | undefined> {
  const claimed = claimedIdentity(req, acceptsBasic);
  const username = canonicalUsername(claimed.user);
  const key = parseApiKey(claimed.key);
  if (username === undefined || key === undefined) return undefined;
  const credential = await store.findCredential(username);
  if (!matchesKeyHash(key, credential?.keyHash) || credential === undefined) return undefined;
  return permits(credential.delegate.allowFrom, req.socket.remoteAddress) ? credential : undefined;
}

function claimedIdentity(req: IncomingMessage, acceptsBasic: boolean): ClaimedIdentity {
  // The first of several headers counts, as in Go; node would join them.
  const user = req.headersDistinct["x-api-user"]?.[0];
  const key = req.headersDistinct["x-api-key"]?.[0];
  if (!acceptsBasic || user !== undefined || key !== undefined) return { user, key };
  return basicIdentity(req.headers.authorization ?? "");
}

/** RFC 7617 section 2: what is before the first colon is the user. */
function basicIdentity(authorization: string): ClaimedIdentity {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const text = Buffer.from(encoded ?? "", "base64").toString("latin1");
  const colon = text.indexOf(":");
  if (colon < 0) return { user: undefined, key: undefined };
  return { user: text.slice(0, colon), key: text.slice(colon + 1) };
}
