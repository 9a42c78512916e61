import type { IncomingMessage } from "node:http";
import { hashOfSent, isSameHash } from "../delegate/access-token.ts";
import { isInAny } from "../delegate/network.ts";
import { allows } from "../delegate/token-scope.ts";
import type { ApiParts } from "./api-parts.ts";
import { noteTokenUse } from "./note-token-use.ts";

/** Also behind a secret segment in front of the path or of its end, for a Caddy that is elsewhere. */
const ASK =
  /^\/(?:([A-Za-z0-9._~-]{22,256})\/)?api\/v1\/(?:([A-Za-z0-9._~-]{22,256})\/)?tls-ask(?:\?(.*))?$/;

export type AskParts = Pick<ApiParts, "sources" | "options" | "store" | "clock" | "servableNames">;

/** Whether a request target is one of it. */
export function isTlsAsk(target: string): boolean {
  return target.includes("tls-ask") && ASK.test(target);
}

/**
 * Whether Caddy may get a certificate for a name right now (on_demand_tls, `ask` or `permission http`): it asks
 * for every handshake with a name that it has none for. Who must not ask is told the same as about a name that
 * nobody has.
 */
export async function answerTlsAsk(
  parts: AskParts,
  req: IncomingMessage,
  target: string = req.url ?? "",
): Promise<200 | 403> {
  const [, before, behind, search = ""] = ASK.exec(target) ?? [];
  const domain = new URLSearchParams(search).get("domain") ?? "";
  // Both are looked at in any case, so that one takes as long as the other.
  const isServable = await parts.servableNames.has(domain.toLowerCase().replace(/\.$/, ""));
  const isAllowed = isFromThere(parts, req) || (await hasToken(parts, before ?? behind));
  return isServable && isAllowed ? 200 : 403;
}

function isFromThere({ sources, options }: AskParts, req: IncomingMessage): boolean {
  // A Caddy beside the server is often one of the trusted proxies, and asks without their header.
  const asker = sources.asker(req);
  return asker !== undefined && isInAny(options.askSources, asker);
}

async function hasToken(parts: AskParts, token: string | undefined): Promise<boolean> {
  if (token === undefined) return false;
  const hash = hashOfSent(token);
  const found = await parts.store.tokens.find(hash, parts.clock());
  if (found === undefined || !isSameHash(hash, found.tokenHash)) return false;
  if (!allows(found.scopes, "checks")) return false;
  // It is in use, which whoever revokes others wants to know; Caddy does not wait for that.
  void noteTokenUse(parts, found);
  return true;
}

/** The same for all that is refused. */
export const TLS_ASK_REFUSED: string = JSON.stringify({ error: "not_allowed" });
