import type { RRset } from "../dns/rrset.ts";
import type { Node } from "./zone.ts";

/** What a lookup reads of a zone and that changes while the server runs. */
export interface Challenges {
  /** The SOA RRset with the current serial. */
  readonly soa: RRset;
  /** Whether delegates have names below them, wildcards among them. */
  readonly hasNamesBelow: boolean;
  /** The RRsets of a name that is a delegate's, by its Name.key, or undefined if there is none. */
  node(key: string): Node | undefined;
  /** The values at that name, by its Name.key, go out in an answer. */
  noteServed(key: string, nowMs: number): void;
}

/** The delegates of a zone that are in the table. */
export interface DelegateValues extends Challenges {
  /** The number of the zone in the table. */
  readonly number: number;
  /** Of the TXT RRsets with their values, seconds. */
  readonly ttl: number;
}

/** Those of a zone as its configuration alone makes it. */
export function noChallenges(soa: RRset): Challenges {
  return { soa, hasNamesBelow: false, node: () => undefined, noteServed: () => {} };
}
