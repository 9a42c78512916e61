import type { Labels } from "../delegate/labels.ts";

/** Row number of a host name in the store. */
export type HostnameId = number;

/**
 * The life of a host name whose `_acme-challenge` leads to a delegate: those of the way there, then
 * what keeps it from getting there or takes it away again. docs/hosting.md has them as a table.
 */
export const HOSTNAME_STATES = [
  "pending",
  "propagating",
  "ready",
  "active",
  "stale",
  "misdirected",
  "conflict",
  "caa-blocked",
  "dnssec-bogus",
  "never_pointed",
  "offboarding",
  "locked",
  "orphaned",
  "error",
] as const;
export type HostnameState = (typeof HOSTNAME_STATES)[number];

/** A name that a customer has certificates for, as it stands. */
export interface Hostname {
  readonly id: HostnameId;
  /** A-labels in lower case without the final dot; a wildcard name begins with `*.`. */
  readonly name: string;
  readonly delegateId: number;
  /** Whose it is, in the operator's words; "": nobody said. */
  readonly tenant: string;
  readonly labels: Labels;
  /** Addresses, networks and names that its traffic comes by; empty: those of the configuration. */
  readonly edgeTargets: readonly string[];
  /** Milliseconds since 1970, as are all times here. */
  readonly createdMs: number;
  readonly state: HostnameState;
  readonly sinceMs: number;
  /** The code of the check's step that decides (src/check/report.ts), or "" where none does. */
  readonly reason: string;
  /** What that step says should be done; "" where it says nothing. */
  readonly advice: string;
  readonly facts: HostnameFacts;
  readonly checkedMs: number | undefined;
  /** Undefined: it is not looked at while it is so. */
  readonly nextCheckMs: number | undefined;
}

/** What checks have found one after the other, as far as a later one needs it. */
export interface HostnameFacts {
  /** Checks in a row without a failure, until it is confirmed. */
  readonly passes: number;
  readonly passedMs?: number | undefined;
  /** Checks in a row that failed for something that may pass by itself. */
  readonly failures: number;
  readonly failedMs?: number | undefined;
  /** When it was first found in each state that does not work, since it worked last. */
  readonly firstMs?: Readonly<Partial<Record<HostnameState, number>>> | undefined;
  /** When it was confirmed first since it failed, or since its traffic is to come to where it is to come now. */
  readonly readyMs?: number | undefined;
  /** What its traffic was looked for at: with others, what was found out says nothing. */
  readonly edgeTargets?: string | undefined;
  /** When its traffic was seen to come to us last; undefined: never. */
  readonly pointedMs?: number | undefined;
  /** Looks in a row in which its traffic went elsewhere. */
  readonly misses: number;
  readonly firstMissMs?: number | undefined;
  readonly lastMissMs?: number | undefined;
  /** The state to go back to when its delegate is unlocked. */
  readonly beforeLock?: HostnameState | undefined;
}

export const NO_FACTS: HostnameFacts = { passes: 0, failures: 0, misses: 0 };

type Misses = Pick<HostnameFacts, "misses" | "firstMissMs" | "lastMissMs">;

/** As if its traffic had not been seen elsewhere. */
export const NO_MISSES: Misses = { misses: 0, firstMissMs: undefined, lastMissMs: undefined };

/** What is known of its delegate besides. */
export interface DelegateFacts {
  readonly state: "live" | "disabled" | "deleted";
  /** The last update that was accepted. */
  readonly lastUpdateMs: number | undefined;
  /** When its values were asked for by somebody else than our own checks; undefined: never, as far as is known. */
  readonly servedMs: number | undefined;
}

/** The configuration's part in it, durations in milliseconds. */
export interface HostnamePolicy {
  readonly confirmations: number;
  readonly intervalMs: number;
  readonly staleAfterMs: number;
  readonly offboardAction: "notify" | "lock" | "none";
  readonly offboardAfterMs: number;
  readonly neverPointedAfterMs: number;
  /** Where the traffic of host names comes in that have no edge targets of their own. */
  readonly edgeTargets: readonly string[];
}

/** Where its traffic is to come to, the same for the same targets in any order. */
export function edgeTargetsOf(
  { edgeTargets: own }: Pick<Hostname, "edgeTargets">,
  { edgeTargets: usual }: Pick<HostnamePolicy, "edgeTargets">,
): string {
  return (own.length > 0 ? own : usual).toSorted().join(" ");
}

/** States in which everything was found right, and often enough. */
const CONFIRMED: ReadonlySet<HostnameState> = new Set([
  "ready",
  "active",
  "stale",
  "never_pointed",
  "offboarding",
]);

export function isConfirmed({ state }: Pick<Hostname, "state">): boolean {
  return CONFIRMED.has(state);
}

/** Whether certificates are to be had for it without asking anybody (Caddy's on-demand TLS). */
export function isServable(state: HostnameState): boolean {
  return state === "ready" || state === "active";
}

/** The domain that a CA validates for it: a wildcard shares that of the name itself (RFC 8555 section 7.1.4). */
export function challengeDomain(name: string): string {
  return name.startsWith("*.") ? name.slice(2) : name;
}
