// Values as ACME clients publish them.
import { createHash } from "node:crypto";

/** A value of the form of RFC 8555 section 8.4: a SHA-256 digest in base64url. `seed` tells it apart. */
export function challengeValue(seed: string): string {
  return createHash("sha256").update(seed).digest("base64url");
}
