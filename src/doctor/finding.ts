import type { Status } from "../check/report.ts";

/** What `doctor` finds about this server, each with one thing to do. */

export interface Finding {
  /** What was looked at, such as `dns-udp`; several findings may be about one zone or address each. */
  readonly id: string;
  readonly status: Status;
  /** What there is, as half a sentence. */
  readonly found: string;
  /** One line; null if there is nothing to do. */
  readonly fix: string | null;
}

export function pass(id: string, found: string): Finding {
  return { id, status: "PASS", found, fix: null };
}

/** Nothing can be said; `found` says why. */
export function skip(id: string, found: string): Finding {
  return { id, status: "SKIP", found, fix: null };
}

export function warn(id: string, found: string, fix: string): Finding {
  return { id, status: "WARN", found, fix };
}

export function fail(id: string, found: string, fix: string): Finding {
  return { id, status: "FAIL", found, fix };
}
