import type { ChallengeDigest } from "../../delegate/challenge-digest.ts";
import type { PublishedDigests } from "../../delegate/delegate.ts";
import type { ValueRow } from "./statements.ts";

/** @param values oldest first. A repeated digest takes the place of its newest update. */
export function publishedDigests(subdomain: string, values: readonly ValueRow[]): PublishedDigests {
  const digests = new Set<ChallengeDigest>();
  for (const { digest } of values) {
    digests.delete(digest);
    digests.add(digest);
  }
  return { subdomain, digests: [...digests], sequence: values.at(-1)?.sequence ?? 0 };
}
