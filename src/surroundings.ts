import type { Log } from "./log.ts";

/** What the server takes from the world outside, so that tests can give it another. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** A random UUID (version 4), lower case. */
  readonly newUuid: () => string;
  readonly log: Log;
  /** Where the name servers of others are asked; undefined: port 53. */
  readonly authorityPort?: number;
}
