import type { IncomingMessage } from "node:http";
import { permits } from "../delegate/allow-from.ts";
import { type ApiKey, hashApiKey, matchesKeyHash, parseApiKey } from "../delegate/credential.ts";
import { canonicalUsername } from "../delegate/username.ts";
import type { StoredCredential } from "../store/store.ts";
import type { ApiParts } from "./api-parts.ts";

interface ClaimedIdentity {
  readonly user: string | undefined;
  readonly key: string | undefined;
}

/**
 * The credential that a request proves to hold, from an address that may use it; "busy" if its key can
 * not be checked now. Undefined whatever
 * is wrong: user, key and address are refused alike, so that nobody learns which it was.
 *
 * @param acceptsBasic whether HTTP Basic counts where X-Api-User and X-Api-Key are both absent.
 */
export async function authenticate(
  req: IncomingMessage,
  parts: ApiParts,
  acceptsBasic: boolean,
): Promise<StoredCredential | "busy" | undefined> {
  const claimed = claimedIdentity(req, acceptsBasic);
  const username = canonicalUsername(claimed.user);
  const key = parseApiKey(claimed.key);
  if (username === undefined || key === undefined) return undefined;
  const credential = await parts.store.findCredential(username);
  const isPermitted =
    credential !== undefined && permits(credential.delegate.allowFrom, req.socket.remoteAddress);
  if (credential?.keyScheme === "bcrypt") {
    // Slow, so not for an address that may not write anyway.
    const matches = isPermitted && (await matchesImportedKey(parts, credential, key));
    return matches === true ? credential : matches === "busy" ? "busy" : undefined;
  }
  return matchesKeyHash(key, credential?.keyHash) && isPermitted ? credential : undefined;
}

/** After its first success an imported key is stored as our own are. */
async function matchesImportedKey(
  { importedKeys, store }: ApiParts,
  { id, keyHash }: StoredCredential,
  key: ApiKey,
): Promise<boolean | "busy"> {
  const matches = await importedKeys.matches(key, keyHash);
  if (matches === true) {
    const replacement = { credentialId: id, bcryptHash: keyHash, keyHash: hashApiKey(key) };
    await store.replaceImportedKey(replacement);
  }
  return matches;
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
