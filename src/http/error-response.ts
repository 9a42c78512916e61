import type { ServerResponse } from "node:http";
import { StoreError } from "../store/store.ts";
import type { NotReady } from "./readyz.ts";
import { sendJson } from "./response.ts";

/** Why a request is refused: the word in the body, as acme-dns has it where acme-dns has one. */
export type Refusal =
  | "malformed_json_payload"
  | "invalid_allowfrom_cidr"
  | "bad_txt"
  | "bad_request"
  | "bad_output_format"
  | "credentials_required"
  | "bad_domain"
  | "bad_account"
  | "storage_token_required"
  | "too_many_accounts"
  | "missing_host_header"
  | "forbidden"
  | "not_found"
  | "registration_disabled"
  | "registration_token_required"
  | "registration_source_not_allowed"
  | "too_many_requests"
  | "method_not_allowed"
  | "request_timeout"
  | "payload_too_large"
  | "expectation_failed"
  | "too_many_headers"
  | "busy"
  | "too_many_connections"
  | NotReady
  | "internal_error";

const STATUS: Record<Refusal, number> = {
  malformed_json_payload: 400,
  invalid_allowfrom_cidr: 400,
  bad_txt: 400,
  bad_request: 400,
  bad_output_format: 400,
  credentials_required: 400,
  bad_domain: 400,
  bad_account: 400,
  storage_token_required: 401,
  too_many_accounts: 403,
  missing_host_header: 400,
  forbidden: 401,
  not_found: 404,
  registration_disabled: 404,
  registration_token_required: 401,
  registration_source_not_allowed: 403,
  too_many_requests: 429,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  expectation_failed: 417,
  too_many_headers: 431,
  storage_unavailable: 503,
  busy: 503,
  too_many_connections: 503,
  database_damaged: 503,
  dns_over_udp: 503,
  dns_over_tcp: 503,
  internal_error: 500,
};

/** Seconds after which a client may try again when it is told 503. */
export const RETRY_AFTER_SECONDS = 5;

export function statusOf(refusal: Refusal): number {
  return STATUS[refusal];
}

/** `{"error": "<word>"}` and nothing of what was sent: acme.sh takes any body with the txt in quotes for success. */
export function errorBody(refusal: Refusal): string {
  return `{"error": "${refusal}"}`;
}

/** `waitMs`: when it may be tried again, if that is known. */
export function refuse(res: ServerResponse, refusal: Refusal, waitMs?: number): void {
  const waitSeconds = waitMs === undefined ? RETRY_AFTER_SECONDS : Math.ceil(waitMs / 1000);
  const isTemporary = STATUS[refusal] === 503 || STATUS[refusal] === 429;
  if (isTemporary) res.setHeader("Retry-After", Math.max(waitSeconds, 1));
  sendJson(res, STATUS[refusal], errorBody(refusal));
}

interface ErrorLog {
  error(fields: object, message: string): void;
}

/** The one place where faults become answers; what they say goes to the log and never to the client. */
export function answerFault(
  error: unknown,
  { method, route }: { readonly method: string; readonly route: string | undefined },
  res: ServerResponse,
  log: ErrorLog,
): void {
  const refusal = error instanceof StoreError ? "storage_unavailable" : "internal_error";
  log.error({ method, route, err: error }, refusal);
  if (res.headersSent) res.destroy();
  else refuse(res, refusal);
}
