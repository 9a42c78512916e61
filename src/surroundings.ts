import type { ServerAddress } from "./check/message.ts";
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
  /** Undefined: as usual. */
  readonly checks?: CheckSurroundings;
}

/** The world that host names are looked at in. */
export interface CheckSurroundings {
  /** Asked alone; empty: those of the configuration and of the system. */
  readonly resolvers: readonly ServerAddress[];
  /** Of name servers. */
  readonly authPort: number;
  /** Whether the server looks by the clock, or only when it is told to. */
  readonly isByClock: boolean;
}
