import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { addressOctets } from "./requestor.ts";

/**
 * The addresses of this host's interfaces, each once, loopback included. Interfaces that are down or
 * without a carrier are not among them. Throws if the system does not tell (a sandbox without
 * AF_NETLINK).
 *
 * IPv6 link-local addresses are left out: they mean nothing beyond their link, so no AAAA record of a
 * name server may point there (RFC 4472 section 2.1).
 */
export function interfaceAddresses(
  interfaces: NodeJS.Dict<Pick<NetworkInterfaceInfo, "address">[]> = networkInterfaces(),
): string[] {
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  return [...new Set(addresses.map(({ address }) => address))].filter((each) => !isLinkLocal(each));
}

/** fe80::/10: RFC 4291 section 2.5.6. */
function isLinkLocal(address: string): boolean {
  const [first = 0, second = 0, ...rest] = addressOctets(address);
  return rest.length === 14 && first === 0xfe && (second & 0xc0) === 0x80;
}
