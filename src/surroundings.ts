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
  /**
   * Whom checks ask: resolvers, empty for those of the configuration and of the system, and the port of name servers.
   * Undefined: as usual.
   */
  readonly checksAsk?: { readonly resolvers: readonly ServerAddress[]; readonly authPort: number };
}
