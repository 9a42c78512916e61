import ipaddr from "ipaddr.js";

/** An IP address; IPv4 where a dual-stack socket says ::ffff:a.b.c.d. */
export interface Address {
  readonly family: "ipv4" | "ipv6";
  /** 4 or 16. */
  readonly octets: readonly number[];
}

/** Addresses that begin alike. Only addresses of its own family are in it. */
export interface Network extends Address {
  /** What is behind it is ignored. */
  readonly prefixLength: number;
}

const MAPPED_PREFIX_BITS = 96;
/** Whoever has one address of a /64 has them all: RFC 4291 section 2.5.4. */
const IPV6_SOURCE_OCTETS = 8;

/** A network in CIDR notation. No bare address, no zone id, no leading zeros, no spaces. */
export function parseNetwork(text: string): Network | undefined {
  const [, addressText = "", lengthText = ""] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const address = parseStrict(addressText);
  const prefixLength = Number(lengthText);
  if (address === undefined || lengthText === "") return undefined;
  if (prefixLength > address.octets.length * 8) return undefined;
  const ipv4 = unmapped(address);
  if (ipv4 === undefined) return { ...address, prefixLength };
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a shorter prefix would reach beyond the mapped addresses.
  if (prefixLength < MAPPED_PREFIX_BITS) return undefined;
  return { ...ipv4, prefixLength: prefixLength - MAPPED_PREFIX_BITS };
}

/** A network, or one address alone. */
export function parseAddressOrNetwork(text: string): Network | undefined {
  if (text.includes("/")) return parseNetwork(text);
  const address = parseAddress(text);
  return address && { ...address, prefixLength: address.octets.length * 8 };
}

/** An address as a person or a header writes it: no zone id, no leading zeros, nothing around it. */
export function parseAddress(text: string): Address | undefined {
  const address = parseStrict(text);
  return address === undefined ? undefined : (unmapped(address) ?? address);
}

/** What a socket reports; a link-local peer comes with a zone id, which names an interface of ours. */
export function parsePeer(text: string): Address | undefined {
  return parseAddress(text.replace(/%[^%]*$/, ""));
}

export function contains(network: Network, { family, octets }: Address): boolean {
  if (network.family !== family) return false;
  return octets.every((octet, i) => {
    const bits = Math.min(Math.max(network.prefixLength - 8 * i, 0), 8);
    const mask = (0xff00 >> bits) & 0xff;
    return (octet & mask) === ((network.octets[i] ?? 0) & mask);
  });
}

export function isInAny(networks: readonly Network[], address: Address): boolean {
  return networks.some((network) => contains(network, address));
}

/** In the one form that there is for each address: RFC 5952 for IPv6. */
export function addressText({ family, octets }: Address): string {
  if (family === "ipv4") return octets.join(".");
  return new ipaddr.IPv6([...octets]).toRFC5952String();
}

/** One for all addresses that count as one source of requests: an IPv4 address, or an IPv6 /64. */
export function sourceKey({ family, octets }: Address): string {
  const significant = family === "ipv4" ? octets : octets.slice(0, IPV6_SOURCE_OCTETS);
  return String.fromCharCode(...significant);
}

/** Whether it is this machine's own: 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1 (RFC 4291 section 2.5.3). */
export function isLoopback({ family, octets }: Address): boolean {
  if (family === "ipv4") return octets[0] === 127;
  return octets[15] === 1 && octets.findIndex((octet) => octet !== 0) === 15;
}

/** Strict: ipaddr.js alone would also take octal, shortened and zoned forms, and ::a.b.c.d for ::ffff:a.b.c.d. */
function parseStrict(text: string): Address | undefined {
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
