import { setTimeout as delay } from "node:timers/promises";

/** How long a request waits for what takes its time, before it is told where to look later. Milliseconds. */
export const WAIT_MS = 10_000;

/** What `work` comes to, or undefined if that takes longer. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const stop = new AbortController();
  const timer = delay(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, timer]);
  } finally {
    stop.abort();
  }
}
