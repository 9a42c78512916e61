import type { RRset } from "../dns/rrset.ts";
import type { Node } from "./zone.ts";

/** What a lookup reads of a zone and that changes while the server runs. */
export interface Challenges {
  /** The SOA RRset with the current serial. */
  readonly soa: RRset;
  /** The RRsets of the delegate with this Name.key, or undefined if there is none. */
  node(key: string): Node | undefined;
}

/** Those of a zone as its configuration alone makes it. */
export function noChallenges(soa: RRset): Challenges {
  return { soa, node: () => undefined };
}
