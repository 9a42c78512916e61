import assert from "node:assert/strict";
import { DIGEST_A } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";

/** A question between the others, of which the answer is known. */
export function livenessQuery(id: number): Buffer {
  return query("once.auth.example. TXT", { id });
}

/** Throws an AssertionError unless it is the right answer. */
export function checkLiveness(response: Uint8Array): void {
  const { rcode, flags, answer } = decodeStrictly(response);
  const expected = `NOERROR qr aa once.auth.example. 1 IN TXT "${DIGEST_A}"`;
  assert.equal(`${rcode} ${flags} ${answer.join()}`, expected, "the answer is not right any more");
}
