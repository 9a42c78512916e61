import ipaddr from "ipaddr.js";

/** One network of a list: only addresses of its own family are in it. */
export interface AllowedNetwork {
  readonly family: "ipv4" | "ipv6";
  /** 4 or 16 octets; those behind the prefix are ignored. */
  readonly octets: readonly number[];
  readonly prefixLength: number;
}

/** The source addresses from which a delegate may be written (acme-dns: allowfrom). */
export interface AllowFrom {
  /** As the client gave them, without brackets: what it gets back. */
  readonly entries: readonly string[];
  readonly networks: readonly AllowedNetwork[];
  /** False: any address may. True: only those in `networks`, so nobody if there are none. */
  readonly restricted: boolean;
}

/** No restriction. */
export const ANYWHERE: AllowFrom = { entries: [], networks: [], restricted: false };

/** What a stored list that cannot be read means. */
const NOWHERE: AllowFrom = { entries: [], networks: [], restricted: true };

const MAX_ENTRIES = 32;
const MAPPED_PREFIX_BITS = 96;

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
  const networks: AllowedNetwork[] = [];
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

/**
 * Whether a request from `peerAddress` may write. IPv4 addresses that a dual-stack socket reports
 * as ::ffff:a.b.c.d count as IPv4. An address that cannot be read is in no network.
 */
export function permits(allowFrom: AllowFrom, peerAddress: string | undefined): boolean {
  if (!allowFrom.restricted) return true;
  const peer = parsePeer(peerAddress ?? "");
  return peer !== undefined && allowFrom.networks.some((network) => contains(network, peer));
}

interface Address {
  readonly family: "ipv4" | "ipv6";
  readonly octets: readonly number[];
}

function parseNetwork(text: string): AllowedNetwork | undefined {
  const [, addressText = "", lengthText = ""] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const address = parseAddress(addressText);
  const prefixLength = Number(lengthText);
  if (address === undefined || lengthText === "") return undefined;
  if (prefixLength > address.octets.length * 8) return undefined;
  const ipv4 = unmapped(address);
  if (ipv4 === undefined) return { ...address, prefixLength };
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a shorter prefix would reach beyond the mapped addresses.
  if (prefixLength < MAPPED_PREFIX_BITS) return undefined;
  return { ...ipv4, prefixLength: prefixLength - MAPPED_PREFIX_BITS };
}

/** What a socket reports; a link-local peer comes with a zone id, which names an interface of ours. */
function parsePeer(text: string): Address | undefined {
  const address = parseAddress(text.replace(/%[^%]*$/, ""));
  return address === undefined ? undefined : (unmapped(address) ?? address);
}

/** Strict: ipaddr.js alone would also take octal, shortened and zoned forms, and ::a.b.c.d for ::ffff:a.b.c.d. */
function parseAddress(text: string): Address | undefined {
  // Where IPv4 stands for the last 32 bits of IPv6, the same rule holds.
  const dotted = text.slice(text.lastIndexOf(":") + 1);
  if (dotted.includes(".") && dotted.split(".").some((part) => /^0[0-9]/.test(part))) {
    return undefined;
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { family: "ipv4", octets: ipaddr.IPv4.parse(text).octets };
  }
  const isIpv6 =
    /^[0-9a-f:.]+$/i.test(text) &&
    text.includes(":") &&
    !/^::[0-9]+\./.test(text) &&
    ipaddr.IPv6.isValid(text);
  return isIpv6 ? { family: "ipv6", octets: ipaddr.IPv6.parse(text).toByteArray() } : undefined;
}

/** The IPv4 address in ::ffff:a.b.c.d, undefined for any other. */
function unmapped({ family, octets }: Address): Address | undefined {
  const isMapped =
    family === "ipv6" &&
    octets.slice(0, 10).every((octet) => octet === 0) &&
    octets[10] === 0xff &&
    octets[11] === 0xff;
  return isMapped ? { family: "ipv4", octets: octets.slice(12) } : undefined;
}

function contains(network: AllowedNetwork, { family, octets }: Address): boolean {
  if (network.family !== family) return false;
  return octets.every((octet, i) => {
    const bits = Math.min(Math.max(network.prefixLength - 8 * i, 0), 8);
    const mask = (0xff00 >> bits) & 0xff;
    return (octet & mask) === ((network.octets[i] ?? 0) & mask);
  });
}
