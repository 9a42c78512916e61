import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiParts } from "../api-parts.ts";
import { authenticate, claimsIdentity } from "../authenticate.ts";
import { refuse } from "../error-response.ts";
import { refuseCredential } from "../refuse-credential.ts";
import { sendJson } from "../response.ts";

/**
 * GET /api/v1/check: whether a key works, from where it is sent, and the name it is for (without the
 * final dot, as getlocalcert's documentation has it). 401 is what an update would get, 400 a request
 * without a key.
 */
export async function checkKey(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (!claimsIdentity(req)) return refuse(res, "credentials_required");
  const source = parts.sources.of(req);
  const authentication = await authenticate(req, parts, source, true);
  if (authentication.kind !== "accepted") {
    return refuseCredential(parts, source, authentication, "check", res);
  }
  const { id: credentialId, delegate } = authentication.credential;
  const { id: delegateId, zone, subdomain } = delegate;
  if (!parts.zones.isServed(zone)) {
    const refused = {
      kind: "refused",
      why: "zone_not_served",
      who: { delegateId, credentialId },
    } as const;
    return refuseCredential(parts, source, refused, "check", res);
  }
  await parts.store.recordAct({
    timeMs: parts.clock(),
    action: "check",
    result: "accepted",
    origin: source.origin,
    delegateId,
    credentialId,
  });
  sendJson(res, 200, `{"status": "ok", "domain": "${subdomain}.${zone}"}`);
}
