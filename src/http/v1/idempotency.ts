import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { seal, unseal } from "../../delegate/sealing.ts";
import type { ApiParts } from "../api-parts.ts";
import { ProblemError } from "./problem.ts";
import type { Answer } from "./route.ts";
import type { ShownToken } from "./token-gate.ts";

/** draft-ietf-httpapi-idempotency-key-header: a string of its own for each thing that is to be done. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Does a request once, however often it is sent with the same Idempotency-Key, and gives the same answer: also one
 * with a secret. It is sealed with a key that comes out of the token, so that the database alone says nothing.
 */
export async function once(
  { store, clock, randomOctets }: Pick<ApiParts, "store" | "clock" | "randomOctets">,
  req: IncomingMessage,
  { token, sealingKey, body }: ShownToken & { readonly body: Uint8Array },
  act: () => Promise<Answer>,
): Promise<Answer> {
  const sent = req.headers["idempotency-key"];
  if (sent === undefined) return act();
  if (typeof sent !== "string" || !KEY.test(sent)) {
    throw new ProblemError("invalid_request", "Idempotency-Key: 1 to 255 printable characters", {
      errors: [{ at: "header/Idempotency-Key", message: "1 to 255 printable characters" }],
    });
  }
  const key = sealingKey();
  const keyHash = hash("sha256", sent, "buffer");
  const what = Buffer.concat([Buffer.from(`${req.method} ${req.url}\n`), body]);
  const request = { tokenId: token.id, keyHash, requestHash: hash("sha256", what, "buffer") };
  const before = await store.answeredRequests.begin({ ...request, nowMs: clock() });
  if (before === "other_request") {
    throw new ProblemError(
      "key_reused",
      "this Idempotency-Key was used for another request: use a new one for each",
    );
  }
  if (before !== "begun") {
    // An answer that does not open was sealed by another version, or is damaged.
    const answer = before === "unanswered" ? undefined : unseal([key], before.answer, keyHash);
    if (answer !== undefined) return JSON.parse(answer);
    throw new ProblemError(
      "request_in_progress",
      "the same request is under way, was cut off, or its answer cannot be read any more: look whether what it was to make is there, and use a new Idempotency-Key if not",
    );
  }
  try {
    const answer = await act();
    const sealed = seal(key, JSON.stringify(answer), keyHash, randomOctets);
    await store.answeredRequests.finish({ ...request, answer: sealed });
    return answer;
  } catch (error) {
    // Refused, so nothing was done. After a fault nobody knows.
    if (error instanceof ProblemError) await store.answeredRequests.forget(request);
    throw error;
  }
}
