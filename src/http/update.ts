import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditResult } from "../audit/audit-entry.ts";
import { parseChallengeDigest } from "../delegate/challenge-digest.ts";
import type { StoredCredential } from "../store/store.ts";
import type { ApiParts } from "./api-parts.ts";
import { type Authentication, authenticate, type Who } from "./authenticate.ts";
import { countRefusedUpdate } from "./count-refusal.ts";
import { refuse } from "./error-response.ts";
import { parseJsonObject } from "./json-object.ts";
import { readBody } from "./request-body.ts";
import type { RequestSource } from "./request-source.ts";
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
  try {
    await updateDelegate(parts, acceptsBasic, req, res);
  } catch (error) {
    parts.counters.updated("error");
    throw error;
  }
}

async function updateDelegate(
  parts: ApiParts,
  acceptsBasic: boolean,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const source = parts.sources.of(req);
  const authentication = await authenticate(req, parts, source, acceptsBasic);
  if (authentication.kind !== "accepted") {
    return refuseCredential(parts, source, authentication, res);
  }
  const { credential } = authentication;
  const { id: delegateId, zone, createdMs } = credential.delegate;
  const refusal = (why: AuditResult): void => {
    record(parts, source, why, { delegateId, credentialId: credential.id });
  };
  if (!parts.zones.isServed(zone)) {
    parts.zones.reportUnserved(zone);
    refusal("zone_not_served");
    return refuse(res, "forbidden");
  }
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const members = parseJsonObject(body);
  // An unreadable body names no delegate, so it is "forbidden" as in acme-dns.
  if (members?.get("subdomain") !== credential.delegate.subdomain) {
    refusal("other_subdomain");
    return refuse(res, "forbidden");
  }
  const digest = parseChallengeDigest(members.get("txt"));
  if (digest === undefined) {
    refusal("bad_value");
    return refuse(res, "bad_txt");
  }
  const nowMs = parts.clock();
  const updated = await parts.store.addChallengeDigest({
    credentialId: credential.id,
    delegateId,
    digest,
    slots: parts.options.txtSlots,
    createdMs: nowMs,
    origin: source.origin,
  });
  if (updated === "gone") {
    refusal(await whyGone(parts, credential));
    return refuse(res, "forbidden");
  }
  parts.zones.publish(updated.zone, updated, updated.serial);
  parts.counters.updated("ok");
  parts.limits.noteUpdate(source.key, createdMs, nowMs);
  // The space behind the colon is acme-dns's; acme.sh and dehydrated look for the value in quotes.
  sendJson(res, 200, `{"txt": "${digest}"}`);
}

function refuseCredential(
  parts: ApiParts,
  source: RequestSource,
  refused: Exclude<Authentication, { kind: "accepted" }>,
  res: ServerResponse,
): void {
  if (refused.kind === "later") {
    const { waitMs, who } = refused;
    record(parts, source, waitMs === undefined ? "busy" : "limited", who);
    refuse(res, waitMs === undefined ? "busy" : "too_many_requests", waitMs);
    return;
  }
  const waitMs = parts.limits.takeFailure(source.key, parts.clock());
  record(parts, source, refused.why, refused.who);
  if (waitMs > 0) refuse(res, "too_many_requests", waitMs);
  else refuse(res, "forbidden");
}

function record(parts: ApiParts, { key, origin }: RequestSource, why: AuditResult, who: Who): void {
  countRefusedUpdate(parts.counters, why);
  parts.refusals.record(key, {
    timeMs: parts.clock(),
    action: "update",
    result: why,
    origin,
    ...who,
  });
}

/** What has happened to the credential since it was authenticated. */
async function whyGone({ store }: ApiParts, before: StoredCredential): Promise<AuditResult> {
  const { zone, subdomain } = before.delegate;
  const delegate = await store.findDelegate(zone, subdomain);
  if (delegate?.state === "live") return "credential_revoked";
  return delegate?.state === "disabled" ? "delegate_disabled" : "delegate_deleted";
}
