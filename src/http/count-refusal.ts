import type { AuditResult } from "../audit/audit-entry.ts";
import type {
  ApiCounters,
  FailureKind,
  RegistrationResult,
  UpdateResult,
} from "../metrics/api-counters.ts";

/** What a refusal counts as: the words of the trail, by those of the metrics. */

const UPDATES: Partial<Record<AuditResult, UpdateResult>> = {
  source_not_allowed: "ip",
  bad_value: "bad_txt",
  delegate_disabled: "locked",
  limited: "limited",
  busy: "limited",
};

const FAILURES: Partial<Record<AuditResult, FailureKind>> = {
  unknown_user: "unknown_user",
  wrong_key: "wrong_key",
  credential_revoked: "revoked_key",
  credential_expired: "expired_key",
  delegate_disabled: "locked",
  delegate_deleted: "deleted",
  source_not_allowed: "source",
  other_subdomain: "other_subdomain",
  zone_not_served: "zone_not_served",
  token_required: "token",
  scope_required: "token",
};

export function countRefusedUpdate(counters: ApiCounters, why: AuditResult): void {
  counters.updated(UPDATES[why] ?? "unauthorized");
  countFailure(counters, why);
}

export function countRefusedRegistration(
  counters: ApiCounters,
  mode: "open" | "token" | "closed",
  why: AuditResult,
): void {
  const result: RegistrationResult = why === "limited" ? "limited" : "unauthorized";
  counters.registered(mode, result);
  countFailure(counters, why);
}

/** Of any use of a credential or a token. */
export function countFailure(counters: ApiCounters, why: AuditResult): void {
  const kind = FAILURES[why];
  if (kind !== undefined) counters.failed(kind);
}
