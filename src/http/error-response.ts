import type { ServerResponse } from "node:http";
import { StoreError } from "../store/store.ts";
import { sendJson } from "./response.ts";

/** Why a request is refused: the word in the body, as acme-dns has it where acme-dns has one. */
export type Refusal =
  | "malformed_json_payload"
  | "invalid_allowfrom_cidr"
  | "bad_txt"
  | "bad_request"
  | "missing_host_header"
  | "forbidden"
  | "not_found"
  | "registration_disabled"
  | "method_not_allowed"
  | "request_timeout"
  | "payload_too_large"
  | "expectation_failed"
  | "too_many_headers"
  | "storage_unavailable"
  | "busy"
  | "internal_error";

const STATUS: Record<Refusal, number> = {
  malformed_json_payload: 400,
  invalid_allowfrom_cidr: 400,
  bad_txt: 400,
  bad_request: 400,
  missing_host_header: 400,
  forbidden: 401,
  not_found: 404,
  registration_disabled: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  expectation_failed: 417,
  too_many_headers: 431,
  storage_unavailable: 503,
  busy: 503,
  internal_error: 500,
};

/** Seconds after which a client may try again when it is told 503. */
const RETRY_AFTER_SECONDS = 5;

export function statusOf(refusal: Refusal): number {
  return STATUS[refusal];
}

/** `{"error": "<word>"}` and nothing of what was sent: acme.sh takes any body with the txt in quotes for success. */
export function errorBody(refusal: Refusal): string {
  return `{"error": "${refusal}"}`;
}

export function refuse(res: ServerResponse, refusal: Refusal): void {
  if (STATUS[refusal] === 503) res.setHeader("Retry-After", RETRY_AFTER_SECONDS);
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
