import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditResult } from "../audit/audit-entry.ts";
import { type AllowFrom, parseAllowFrom } from "../delegate/allow-from.ts";
import { type ApiKey, generateApiKey, hashApiKey } from "../delegate/credential.ts";
import { canonicalUsername } from "../delegate/username.ts";
import type { ApiParts } from "./api-parts.ts";
import { countRefusedRegistration } from "./count-refusal.ts";
import { type Refusal, refuse } from "./error-response.ts";
import { type JsonMembers, parseJsonObject } from "./json-object.ts";
import { type RegistrationPermission, registrationPermission } from "./registration-permission.ts";
import { readBody } from "./request-body.ts";
import type { RequestSource } from "./request-source.ts";
import { sendJson } from "./response.ts";

/** Two random UUIDs that exist already would be a broken generator: give up rather than go on for ever. */
const ATTEMPTS = 3;

interface Registered {
  readonly username: string;
  readonly key: ApiKey;
  readonly subdomain: string;
}

type Allowed = Extract<RegistrationPermission, { kind: "allowed" }>;

/**
 * POST /register: a new delegate and its credential; 201 once it exists in DNS and on the disk.
 *
 * @param pathToken the path segment in front of /register, if it has the form of a token.
 */
export async function register(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  pathToken?: string,
): Promise<void> {
  try {
    await registerDelegate(parts, req, res, pathToken);
  } catch (error) {
    parts.counters.registered(parts.options.registration, "error");
    throw error;
  }
}

async function registerDelegate(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  pathToken: string | undefined,
): Promise<void> {
  const source = parts.sources.of(req);
  const permission = await registrationPermission(parts, req, source, pathToken);
  if (permission.kind !== "allowed") return refusePermission(parts, source, permission.kind, res);
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const allowFrom = requestedAllowFrom(parseJsonObject(body));
  if (typeof allowFrom === "string") {
    parts.counters.registered(parts.options.registration, "bad_request");
    return refuse(res, allowFrom);
  }
  const waitMs = parts.limits.takeRegistration(source.key, parts.clock());
  if (waitMs > 0) {
    record(parts, source, "limited");
    return refuse(res, "too_many_requests", waitMs);
  }
  const registered = await createDelegate(parts, source, permission, allowFrom);
  if (registered === "token_revoked") {
    return refusePermission(parts, source, "token_required", res);
  }
  const { registrationZone } = parts.zones;
  const published = { subdomain: registered.subdomain, digests: [], sequence: 0 };
  parts.zones.publish(registrationZone, published);
  parts.counters.registered(parts.options.registration, "ok");
  sendJson(res, 201, registeredBody(registrationZone, registered, allowFrom));
}

/** The allowfrom of a request body. Never ignored when it is there: that would open the delegate to the world. */
function requestedAllowFrom(members: JsonMembers | undefined): AllowFrom | Refusal {
  if (members === undefined) return "malformed_json_payload";
  const username = members.get("username") ?? undefined;
  // acme-dns reads the body into an account, whose user name is a UUID; it is then not used.
  if (username !== undefined && canonicalUsername(username) === undefined) {
    return "malformed_json_payload";
  }
  const list = members.get("allowfrom") ?? [];
  if (!Array.isArray(list)) return "malformed_json_payload";
  const entries: string[] = [];
  for (const entry of list) {
    // Go reads null as an empty text, which is then no network.
    if (entry !== null && typeof entry !== "string") return "malformed_json_payload";
    entries.push(entry ?? "");
  }
  return parseAllowFrom(entries) ?? "invalid_allowfrom_cidr";
}

function refusePermission(
  parts: ApiParts,
  source: RequestSource,
  kind: Exclude<RegistrationPermission["kind"], "allowed">,
  res: ServerResponse,
): void {
  switch (kind) {
    case "closed":
      record(parts, source, "registration_closed");
      refuse(res, "registration_disabled");
      return;
    case "source_not_allowed":
      record(parts, source, "source_not_allowed");
      refuse(res, "registration_source_not_allowed");
      return;
    case "token_required": {
      const waitMs = parts.limits.takeFailure(source.key, parts.clock());
      record(parts, source, "token_required");
      if (waitMs > 0) refuse(res, "too_many_requests", waitMs);
      else refuse(res, "registration_token_required");
    }
  }
}

function record(parts: ApiParts, { key, origin }: RequestSource, why: AuditResult): void {
  countRefusedRegistration(parts.counters, parts.options.registration, why);
  parts.refusals.record(key, { timeMs: parts.clock(), action: "register", result: why, origin });
}

/** What was counted for a registration that was not made does not count. */
async function createDelegate(
  parts: ApiParts,
  source: RequestSource,
  permission: Allowed,
  allowFrom: AllowFrom,
): Promise<Registered | "token_revoked"> {
  try {
    const registered = await storeDelegate(parts, source, permission, allowFrom);
    if (registered === "token_revoked") parts.limits.giveBackRegistration(source.key);
    return registered;
  } catch (error) {
    parts.limits.giveBackRegistration(source.key);
    throw error;
  }
}

async function storeDelegate(
  parts: ApiParts,
  { origin }: RequestSource,
  { tokenId, detail }: Allowed,
  allowFrom: AllowFrom,
): Promise<Registered | "token_revoked"> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const username = parts.newUuid();
    const subdomain = parts.newUuid();
    const key = generateApiKey(parts.randomOctets);
    const outcome = await parts.store.createDelegate({
      zone: parts.zones.registrationZone,
      subdomain,
      allowFrom,
      username,
      keyHash: hashApiKey(key),
      createdMs: parts.clock(),
      origin,
      tokenId,
      detail,
    });
    if (outcome === "created") return { username, key, subdomain };
    if (outcome === "token_revoked") return outcome;
  }
  throw new Error("random names that are taken already: the random number generator is broken");
}

/** One line, five keys in this order, no escapes: acme.sh reads it with sed, others stumble over more keys. */
function registeredBody(zone: string, registered: Registered, allowFrom: AllowFrom): string {
  const { username, key, subdomain } = registered;
  return `{"username":"${username}","password":"${key}","fulldomain":"${subdomain}.${zone}","subdomain":"${subdomain}","allowfrom":${JSON.stringify(allowFrom.entries)}}`;
}
