import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditResult } from "../audit/audit-entry.ts";
import { parseChallengeDigest } from "../delegate/challenge-digest.ts";
import type { Delegate } from "../delegate/delegate.ts";
import type { StoredCredential } from "../store/store.ts";
import type { ApiParts } from "./api-parts.ts";
import { authenticate } from "./authenticate.ts";
import { refuse } from "./error-response.ts";
import { parseJsonObject } from "./json-object.ts";
import { recordRefusal, refuseCredential } from "./refuse-credential.ts";
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
    return refuseCredential(parts, source, authentication, "update", res);
  }
  const { credential } = authentication;
  const { id: delegateId, zone, createdMs } = credential.delegate;
  const refusal = (why: AuditResult): void => {
    recordRefusal(parts, source, "update", why, { delegateId, credentialId: credential.id });
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
  if (members === undefined || !isNamed(credential.delegate, members.get("subdomain"))) {
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

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a request means this delegate. The name is compared octet by octet, as in acme-dns; but one that
 * somebody has written by hand there came here in lower case, and its clients go on sending it as it was.
 */
function isNamed({ subdomain }: Delegate, given: unknown): boolean {
  if (given === subdomain) return true;
  if (typeof given !== "string" || UUID.test(subdomain)) return false;
  return given.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) === subdomain;
}

/** What has happened to the credential since it was authenticated. */
async function whyGone({ store }: ApiParts, before: StoredCredential): Promise<AuditResult> {
  const { zone, subdomain } = before.delegate;
  const delegate = await store.findDelegate(zone, subdomain);
  if (delegate?.state === "live") return "credential_revoked";
  return delegate?.state === "disabled" ? "delegate_disabled" : "delegate_deleted";
}
