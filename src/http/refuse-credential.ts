import type { ServerResponse } from "node:http";
import type { AuditResult } from "../audit/audit-entry.ts";
import type { ApiParts } from "./api-parts.ts";
import type { Authentication, Who } from "./authenticate.ts";
import { countFailure, countRefusedUpdate } from "./count-refusal.ts";
import { refuse } from "./error-response.ts";
import type { RequestSource } from "./request-source.ts";

/** What a credential is used for. */
export type CredentialUse = "update" | "check";

/** Refuses what authenticate.ts has not accepted, counts it and writes it down. */
export function refuseCredential(
  parts: ApiParts,
  source: RequestSource,
  refused: Exclude<Authentication, { kind: "accepted" }>,
  use: CredentialUse,
  res: ServerResponse,
): void {
  if (refused.kind === "later") {
    const { waitMs, who } = refused;
    recordRefusal(parts, source, use, waitMs === undefined ? "busy" : "limited", who);
    refuse(res, waitMs === undefined ? "busy" : "too_many_requests", waitMs);
    return;
  }
  const waitMs = parts.limits.takeFailure(source.key, parts.clock());
  recordRefusal(parts, source, use, refused.why, refused.who);
  if (waitMs > 0) refuse(res, "too_many_requests", waitMs);
  else refuse(res, "forbidden");
}

export function recordRefusal(
  parts: ApiParts,
  { key, origin }: RequestSource,
  use: CredentialUse,
  why: AuditResult,
  who: Who,
): void {
  if (use === "update") countRefusedUpdate(parts.counters, why);
  else countFailure(parts.counters, why);
  const timeMs = parts.clock();
  parts.refusals.record(key, { timeMs, action: use, result: why, origin, ...who });
}
