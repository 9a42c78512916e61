import { STATUS_CODES } from "node:http";

/** Why a request of v1 is refused (RFC 9457), each with its status. */
export const PROBLEM_STATUS = {
  invalid_request: 400,
  malformed_json: 400,
  token_required: 401,
  scope_required: 403,
  source_not_allowed: 403,
  registration_closed: 403,
  not_found: 404,
  method_not_allowed: 405,
  name_taken: 409,
  wrong_state: 409,
  too_many: 409,
  request_in_progress: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  key_reused: 422,
  too_many_requests: 429,
  internal_error: 500,
  busy: 503,
  storage_unavailable: 503,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;

export interface Problem {
  /** RFC 9457 section 4.2.1: there is no page about it, and its title is that of the status. */
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** What, where, and what to do next. */
  readonly detail: string;
  readonly code: ProblemCode;
  /** What is wrong with the request, by the place: "body/labels/env", "query/limit". */
  readonly errors?: readonly { readonly at: string; readonly message: string }[];
}

/** Thrown where a request is looked at, and answered at one place. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly errors: Problem["errors"];
  /** Milliseconds after which it may be tried again. */
  readonly waitMs: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { readonly errors?: Problem["errors"]; readonly waitMs?: number } = {},
  ) {
    super(detail);
    this.name = "ProblemError";
    this.code = code;
    this.errors = more.errors;
    this.waitMs = more.waitMs;
  }

  get status(): number {
    return PROBLEM_STATUS[this.code];
  }

  toProblem(): Problem {
    const { status, message: detail, code, errors } = this;
    const title = STATUS_CODES[status] ?? "";
    return {
      type: "about:blank",
      title,
      status,
      detail,
      code,
      ...(errors === undefined ? {} : { errors }),
    };
  }
}
