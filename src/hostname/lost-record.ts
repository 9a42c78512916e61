import type { DelegateFacts, Hostname } from "./hostname.ts";

/**
 * Whether the record of a host name that was in use is gone: it is `pending`, as before there ever was a record,
 * yet since it was made a value was published and asked for, which takes one. That it has been something else than
 * pending meanwhile tells it from a new one of a delegate whose others are in use.
 */
export function isRecordLost(
  hostname: Pick<Hostname, "state" | "reason" | "createdMs" | "sinceMs"> & {
    readonly delegate: Pick<DelegateFacts, "lastUpdateMs" | "servedMs">;
  },
): boolean {
  const { state, reason, createdMs, sinceMs, delegate } = hostname;
  // Without a reason it was not looked at since it is pending: its delegate has just come back.
  if (state !== "pending" || reason === "" || sinceMs <= createdMs) return false;
  const { lastUpdateMs = Number.NEGATIVE_INFINITY, servedMs = Number.NEGATIVE_INFINITY } = delegate;
  return lastUpdateMs >= createdMs && servedMs >= createdMs;
}
