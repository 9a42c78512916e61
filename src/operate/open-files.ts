import { readFileSync } from "node:fs";

/** DNS over TCP, the sockets of DNS, the database, the log: they come before connections of the API. */
const RESERVED = 256 + 64;

/**
 * How many connections the API may have, so that there are descriptors left for DNS.
 *
 * @param wanted `limits.http_connections`; 0 is no limit, and stays none.
 */
export function connectionsWithin(wanted: number, limit: number | undefined): number {
  if (wanted === 0 || limit === undefined) return wanted;
  return Math.max(Math.min(wanted, limit - RESERVED), 1);
}

/** How many files this process may have open; undefined where that cannot be known. proc(5), /proc/pid/limits. */
export function openFilesLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
