import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ProblemError } from "./problem.ts";
import type { Answer } from "./route.ts";

/** RFC 9110 section 8.8.3: of what is shown, so that it changes when that does. */
export function etagOf(body: object): string {
  return `"${hash("sha256", JSON.stringify(body), "base64url").slice(0, 22)}"`;
}

/** 200 with its ETag, or 304 if that is known (RFC 9110 section 13.1.2). */
export function answerWithEtag(req: IncomingMessage, body: object): Answer {
  if (isKnown(req, body)) return { status: 304, headers: { ETag: etagOf(body) } };
  return withEtag(body);
}

/** After a change. */
export function withEtag(body: object): Answer {
  return { status: 200, body, headers: { ETag: etagOf(body) } };
}

/** RFC 9110 section 13.1: what is shown now must be what the client has seen, or has not. Throws ProblemError. */
export function requireMatch(req: IncomingMessage, body: object): void {
  const isOther = expectsEtag(req) && !listed(req.headers["if-match"]).includes(etagOf(body));
  if (isOther) throw changedSince();
  if (isKnown(req, body)) {
    throw new ProblemError("precondition_failed", "it is there already as If-None-Match has it");
  }
}

function isKnown(req: IncomingMessage, body: object): boolean {
  const known = listed(req.headers["if-none-match"]);
  return known.some((each) => each === "*" || each.replace(/^W\//, "") === etagOf(body));
}

/** Whether If-Match asks for more than that there is something: `*` does not. */
export function expectsEtag(req: IncomingMessage): boolean {
  const wanted = req.headers["if-match"];
  return wanted !== undefined && !listed(wanted).includes("*");
}

/** It is not any more what the client has seen. */
export function changedSince(): ProblemError {
  return new ProblemError(
    "precondition_failed",
    "it has changed since the ETag in If-Match was given: get it again, and decide anew",
  );
}

function listed(header: string | undefined): string[] {
  return (header ?? "").split(",").map((each) => each.trim());
}
