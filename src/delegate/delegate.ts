import type { AllowFrom } from "./allow-from.ts";
import type { ChallengeDigest } from "./challenge-digest.ts";

/** Row number of a delegate in the store. What may be written is decided by it, never by a name from a request. */
export type DelegateId = number;

/** A name of one of our zones whose TXT RRset one tenant controls. It never moves to another zone. */
export interface Delegate {
  readonly id: DelegateId;
  /** The apex of its zone in presentation format, lower case, without the final dot. */
  readonly zone: string;
  /** The labels in front of the zone's apex, lower case: one label, a UUID unless it was imported. */
  readonly subdomain: string;
  /** Source addresses that may write. Empty means any. */
  readonly allowFrom: AllowFrom;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** What a delegate publishes at one moment. */
export interface PublishedDigests {
  readonly subdomain: string;
  /** The newest updates, oldest first, a repeated value once and in its newest place; empty for a delegate that was never written. */
  readonly digests: readonly ChallengeDigest[];
  /** Number of the newest update among them: larger is newer, whatever any clock says. 0: never written. */
  readonly sequence: number;
}
