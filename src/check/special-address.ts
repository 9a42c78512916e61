import ipaddr from "ipaddr.js";

/** Names of ranges by their names in ipaddr.js. */
const RANGES: Readonly<Record<string, string>> = {
  linkLocal: "link-local",
  deprecatedSiteLocal: "site-local",
  carrierGradeNat: "carrier-grade NAT",
  uniqueLocal: "private",
  rfc6052: "NAT64",
  rfc6145: "translated",
};

/** RFC 4291 section 2.4: what is handed out of IPv6 so far. */
const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3");

/**
 * Why an address is none of a name server or a host on the Internet: `private`, `loopback` and so on of the
 * IANA special-purpose registries (RFC 6890); undefined: it may be one. An IPv4 address inside IPv6 counts
 * as what it is.
 */
export function specialRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return "not an address";
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range !== "unicast") return RANGES[range] ?? range;
  if (parsed.kind() === "ipv4") return undefined;
  return parsed.match(GLOBAL_UNICAST) ? undefined : "reserved";
}

/** The same address in the same text. */
export function canonicalAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
