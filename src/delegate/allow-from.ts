import { type Address, isInAny, type Network, parseNetwork } from "./network.ts";

/** The source addresses from which a delegate may be written (acme-dns: allowfrom). */
export interface AllowFrom {
  /** As the client gave them, without brackets: what it gets back. */
  readonly entries: readonly string[];
  readonly networks: readonly Network[];
  /** False: any address may. True: only those in `networks`, so nobody if there are none. */
  readonly restricted: boolean;
}

/** No restriction. */
export const ANYWHERE: AllowFrom = { entries: [], networks: [], restricted: false };

/** What a stored list that cannot be read means. */
const NOWHERE: AllowFrom = { entries: [], networks: [], restricted: true };

const MAX_ENTRIES = 32;

/**
 * Networks in CIDR notation, as acme-dns takes them: brackets around an IPv6 address are dropped,
 * a bare address is refused. No zone id, no leading zeros, no spaces.
 *
 * @returns undefined if an entry is no network or there are more than 32; an empty list is ANYWHERE.
 */
export function parseAllowFrom(entries: readonly string[]): AllowFrom | undefined {
  if (entries.length > MAX_ENTRIES) return undefined;
  if (entries.length === 0) return ANYWHERE;
  const texts = entries.map((entry) => entry.replaceAll(/[[\]]/g, ""));
  const networks: Network[] = [];
  for (const text of texts) {
    const network = parseNetwork(text);
    if (network === undefined) return undefined;
    networks.push(network);
  }
  return { entries: texts, networks, restricted: true };
}

/** As text for the store; restoreAllowFrom reads it. */
export function storeAllowFrom({ entries, restricted }: AllowFrom): string {
  // A restriction without networks permits nobody and must not come back as no restriction.
  return JSON.stringify(restricted && entries.length === 0 ? null : entries);
}

/** Never throws: a text that storeAllowFrom has not written permits nobody. */
export function restoreAllowFrom(stored: string): AllowFrom {
  try {
    const entries: unknown = JSON.parse(stored);
    const isList = Array.isArray(entries) && entries.every((entry) => typeof entry === "string");
    return (isList ? parseAllowFrom(entries) : undefined) ?? NOWHERE;
  } catch {
    return NOWHERE;
  }
}

/** Whether a request from there may write. An address that is not known is in no network. */
export function permits(allowFrom: AllowFrom, client: Address | undefined): boolean {
  if (!allowFrom.restricted) return true;
  return client !== undefined && isInAny(allowFrom.networks, client);
}
