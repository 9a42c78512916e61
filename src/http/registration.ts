import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditResult } from "../audit/audit-entry.ts";
import type { AllowFrom } from "../delegate/allow-from.ts";
import { type ApiKey, generateApiKey, hashApiKey } from "../delegate/credential.ts";
import type { ApiParts } from "./api-parts.ts";
import { countRefusedRegistration } from "./count-refusal.ts";
import { type Refusal, refuse } from "./error-response.ts";
import { type RegistrationPermission, registrationPermission } from "./registration-permission.ts";
import { readBody } from "./request-body.ts";
import type { RequestSource } from "./request-source.ts";
import { sendJson } from "./response.ts";

/** Two random UUIDs that exist already would be a broken generator: give up rather than go on for ever. */
const ATTEMPTS = 3;

/** A new delegate with its credential, which is shown this once. */
export interface Registered {
  readonly zone: string;
  readonly username: string;
  readonly key: ApiKey;
  readonly subdomain: string;
  readonly allowFrom: AllowFrom;
}

/** What a request may ask for. */
export interface Wish {
  readonly allowFrom: AllowFrom;
}

/** One way to register: what is read, where the delegate comes into being, and what is answered. */
export interface RegistrationKind<Wished extends Wish> {
  readonly zone: string;
  /** Of a body that is whole; what is wrong with it otherwise. */
  wishOf(body: Buffer): Wished | Refusal | Promise<Wished | Refusal>;
  /** How many there may be, besides the limits of all registrations. */
  readonly quota?: { take(nowMs: number): Promise<number>; giveBack(): void };
  /** The JSON text of the answer. */
  answer(registered: Registered, wished: Wished): string;
}

type Allowed = Extract<RegistrationPermission, { kind: "allowed" }>;

/**
 * A new delegate and its credential; 201 once it exists in DNS and on the disk.
 *
 * @param pathToken the path segment in front of the endpoint, if it has the form of a token.
 */
export async function answerRegistration<Wished extends Wish>(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  kind: RegistrationKind<Wished>,
  pathToken?: string,
): Promise<void> {
  try {
    await registerDelegate(parts, req, res, kind, pathToken);
  } catch (error) {
    parts.counters.registered(parts.options.registration, "error");
    throw error;
  }
}

async function registerDelegate<Wished extends Wish>(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  kind: RegistrationKind<Wished>,
  pathToken: string | undefined,
): Promise<void> {
  const source = parts.sources.of(req);
  const permission = await registrationPermission(parts, req, source, pathToken);
  if (permission.kind !== "allowed") return refusePermission(parts, source, permission.kind, res);
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const wished = await kind.wishOf(body);
  if (typeof wished === "string") {
    parts.counters.registered(parts.options.registration, "bad_request");
    return refuse(res, wished);
  }
  const waitMs = await takeRegistration(parts, source, kind);
  if (waitMs > 0) {
    recordRefusedRegistration(parts, source, "limited");
    return refuse(res, "too_many_requests", waitMs);
  }
  const registered = await createDelegate(parts, source, permission, kind, wished.allowFrom);
  if (registered === "token_revoked") {
    return refusePermission(parts, source, "token_required", res);
  }
  const { zone, subdomain } = registered;
  parts.zones.publish(zone, { subdomain, digests: [], sequence: 0 });
  parts.counters.registered(parts.options.registration, "ok");
  sendJson(res, 201, kind.answer(registered, wished));
}

type Counted = Pick<RegistrationKind<Wish>, "quota">;

/** Counts it, by the source and by what there may be of the kind; milliseconds to wait otherwise. */
async function takeRegistration(
  parts: ApiParts,
  source: RequestSource,
  { quota }: Counted,
): Promise<number> {
  const waitMs = parts.limits.takeRegistration(source.key, parts.clock());
  if (waitMs > 0 || quota === undefined) return waitMs;
  try {
    const quotaMs = await quota.take(parts.clock());
    if (quotaMs > 0) parts.limits.giveBackRegistration(source.key);
    return quotaMs;
  } catch (error) {
    parts.limits.giveBackRegistration(source.key);
    throw error;
  }
}

function refusePermission(
  parts: ApiParts,
  source: RequestSource,
  kind: Exclude<RegistrationPermission["kind"], "allowed">,
  res: ServerResponse,
): void {
  switch (kind) {
    case "closed":
      recordRefusedRegistration(parts, source, "registration_closed");
      refuse(res, "registration_disabled");
      return;
    case "source_not_allowed":
      recordRefusedRegistration(parts, source, "source_not_allowed");
      refuse(res, "registration_source_not_allowed");
      return;
    case "token_required": {
      const waitMs = parts.limits.takeFailure(source.key, parts.clock());
      recordRefusedRegistration(parts, source, "token_required");
      if (waitMs > 0) refuse(res, "too_many_requests", waitMs);
      else refuse(res, "registration_token_required");
    }
  }
}

/** Counts it, and writes it down. */
export function recordRefusedRegistration(
  parts: ApiParts,
  { key, origin }: Pick<RequestSource, "key" | "origin">,
  why: AuditResult,
): void {
  countRefusedRegistration(parts.counters, parts.options.registration, why);
  parts.refusals.record(key, { timeMs: parts.clock(), action: "register", result: why, origin });
}

/** What was counted for a registration that was not made does not count. */
async function createDelegate(
  parts: ApiParts,
  source: RequestSource,
  permission: Allowed,
  { zone, quota }: Counted & Pick<RegistrationKind<Wish>, "zone">,
  allowFrom: AllowFrom,
): Promise<Registered | "token_revoked"> {
  const giveBack = (): void => {
    parts.limits.giveBackRegistration(source.key);
    quota?.giveBack();
  };
  try {
    const registered = await storeDelegate(parts, source, permission, zone, allowFrom);
    if (registered === "token_revoked") giveBack();
    return registered;
  } catch (error) {
    giveBack();
    throw error;
  }
}

async function storeDelegate(
  parts: ApiParts,
  { origin }: RequestSource,
  { tokenId, detail }: Allowed,
  zone: string,
  allowFrom: AllowFrom,
): Promise<Registered | "token_revoked"> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const username = parts.newUuid();
    const subdomain = parts.newUuid();
    const key = generateApiKey(parts.randomOctets);
    const outcome = await parts.store.createDelegate({
      zone,
      subdomain,
      allowFrom,
      username,
      keyHash: hashApiKey(key),
      createdMs: parts.clock(),
      origin,
      tokenId,
      detail,
    });
    if (outcome === "created") return { zone, username, key, subdomain, allowFrom };
    if (outcome === "token_revoked") return outcome;
  }
  throw new Error("random names that are taken already: the random number generator is broken");
}
