import type { IncomingMessage } from "node:http";
import { hashOfSent, isSameHash } from "../delegate/access-token.ts";
import { isInAny } from "../delegate/network.ts";
import { allows } from "../delegate/token-scope.ts";
import type { ApiOptions, ApiParts } from "./api-parts.ts";
import { basicIdentity } from "./basic-identity.ts";
import { bearerToken } from "./bearer-token.ts";
import type { RequestSource } from "./request-source.ts";

/** What allows a registration, for the trail; or why it is not allowed. */
export type RegistrationPermission =
  | {
      readonly kind: "allowed";
      readonly tokenId: number | undefined;
      readonly detail: string | undefined;
    }
  | { readonly kind: "closed" | "source_not_allowed" | "token_required" };

const OPEN: RegistrationPermission = { kind: "allowed", tokenId: undefined, detail: undefined };

/**
 * Whether a request may register: `api.registration`, `api.registration_sources`, and a token where one is
 * needed.
 *
 * @param pathToken the path segment in front of /register, if it has the form of a token.
 */
export async function registrationPermission(
  { options, store, clock }: ApiParts,
  req: IncomingMessage,
  source: RequestSource,
  pathToken: string | undefined,
): Promise<RegistrationPermission> {
  const { registration } = options;
  if (registration === "closed") return { kind: "closed" };
  if (!canRegisterFrom(source, options)) return { kind: "source_not_allowed" };
  if (registration === "open") return OPEN;
  const shown = shownTokens(req, pathToken);
  if (shown.length === 0) return { kind: "token_required" };
  const live = await store.tokens.live(clock());
  const stored = live.filter(({ scopes }) => allows(scopes, "register"));
  for (const token of shown) {
    const sent = hashOfSent(token);
    // All are compared, whichever is the right one: how long it takes tells nothing.
    const configured = options.registrationTokenHashes.filter((hash) => isSameHash(sent, hash));
    const [found] = stored.filter(({ tokenHash }) => isSameHash(sent, tokenHash));
    if (found !== undefined) {
      return { kind: "allowed", tokenId: found.id, detail: `token ${found.id}` };
    }
    if (configured.length > 0) {
      return { kind: "allowed", tokenId: undefined, detail: "token of the configuration" };
    }
  }
  return { kind: "token_required" };
}

/** Whether `api.registration_sources` has the client. */
export function canRegisterFrom(
  { client }: RequestSource,
  { registrationSources }: Pick<ApiOptions, "registrationSources">,
): boolean {
  if (registrationSources.length === 0) return true;
  return client !== undefined && isInAny(registrationSources, client);
}

/** In the places where clients can be made to send one without a change: see docs/security.md. */
function shownTokens({ headers }: IncomingMessage, pathToken: string | undefined): string[] {
  const authorization = headers.authorization ?? "";
  const bearer = bearerToken(authorization);
  // https://any:TOKEN@host, or https://TOKEN@host.
  const { user, key } = basicIdentity(authorization);
  const claimed = [bearer, key === "" ? user : key, pathToken];
  return claimed.filter((token): token is string => token !== undefined && token !== "");
}
