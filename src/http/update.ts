import type { IncomingMessage, ServerResponse } from "node:http";
import { parseChallengeDigest } from "../delegate/challenge-digest.ts";
import type { ApiParts } from "./api-parts.ts";
import { authenticate } from "./authenticate.ts";
import { refuse } from "./error-response.ts";
import { parseJsonObject } from "./json-object.ts";
import { readBody } from "./request-body.ts";
import { sendJson } from "./response.ts";

/**
 * POST /update: the delegate of the credential publishes a digest value; 200 once it is on the disk
 * and in DNS. Whoever has no right to write learns nothing else: 401 comes before any look at the
 * value (and, for a wrong key, before the body is read). So does a delegate whose zone is not served
 * here.
 *
 * The name in the body is only compared. What is written is decided by the credential's own row.
 */
export async function update(
  parts: ApiParts,
  acceptsBasic: boolean,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const credential = await authenticate(req, parts, acceptsBasic);
  if (credential === "busy") return refuse(res, "busy");
  if (credential === undefined) return refuse(res, "forbidden");
  const { zone } = credential.delegate;
  if (!parts.zones.isServed(zone)) {
    parts.zones.reportUnserved(zone);
    return refuse(res, "forbidden");
  }
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const members = parseJsonObject(body);
  // An unreadable body names no delegate, so it is "forbidden" as in acme-dns.
  if (members?.get("subdomain") !== credential.delegate.subdomain) return refuse(res, "forbidden");
  const digest = parseChallengeDigest(members.get("txt"));
  if (digest === undefined) return refuse(res, "bad_txt");
  const updated = await parts.store.addChallengeDigest({
    credentialId: credential.id,
    delegateId: credential.delegate.id,
    digest,
    slots: parts.options.txtSlots,
    createdMs: parts.clock(),
  });
  if (updated === "gone") return refuse(res, "forbidden");
  parts.zones.publish(updated.zone, updated, updated.serial);
  // The space behind the colon is acme-dns's; acme.sh and dehydrated look for the value in quotes.
  sendJson(res, 200, `{"txt": "${digest}"}`);
}
