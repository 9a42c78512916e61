import { CONFIRMATION_MS } from "../check/wait-until-ready.ts";
import { type Hostname, type HostnamePolicy, isConfirmed } from "./hostname.ts";

/** Nobody looks at one host name more often than that, whoever asks (product F35). */
export const SHORTEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** Whoever has waited for a day waits for another hour or two. */
const PART_OF_ELAPSED = 1 / 10;
/** Host names that were made together are not looked at together for ever. */
const SPREAD = 0.1;

/** When a host name is looked at next, milliseconds since 1970; undefined: not until something else happens. */
export function nextCheck(
  hostname: Pick<Hostname, "id" | "state" | "sinceMs" | "facts">,
  { intervalMs }: HostnamePolicy,
  nowMs: number,
): number | undefined {
  const { id, state, sinceMs, facts } = hostname;
  if (state === "locked") return undefined;
  const isWorking = isConfirmed(hostname);
  // Of one that does not work, what fails now and then must not have it looked at all the time.
  if (facts.passes > 0 || (isWorking && facts.failures > 0)) return nowMs + CONFIRMATION_MS;
  if (isWorking || state === "orphaned") {
    return nowMs + Math.round(intervalMs * (1 - SPREAD * fractionOf(id)));
  }
  const longestMs = Math.max(Math.min(intervalMs, LONGEST_PAUSE_MS), FIRST_PAUSE_MS);
  // What comes and goes begins nothing anew; what spreads is soon where it should be, unless a clock was ahead.
  const isSpreading = state === "propagating" && sinceMs <= nowMs;
  const quietMs = isSpreading ? sinceMs : (facts.firstMs?.[state] ?? sinceMs);
  const pauseMs = Math.round((nowMs - quietMs) * PART_OF_ELAPSED);
  return nowMs + Math.min(Math.max(pauseMs, FIRST_PAUSE_MS), longestMs);
}

/** Nothing is due later than that: it was put off by a clock that was ahead. */
export function longestPauseMs({ intervalMs }: HostnamePolicy): number {
  return Math.max(intervalMs, LONGEST_PAUSE_MS);
}

/** 0 to 1, the same for the same number and far apart for neighbours: the golden ratio's multiples (Knuth, 6.4). */
function fractionOf(id: number): number {
  return (id * 0.618_033_988_749_895) % 1;
}
