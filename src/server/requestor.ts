import { SocketAddress } from "node:net";
import { parseIpv6 } from "../dns/presentation-scanner.ts";
import type { ConnectionSource } from "../limit/connection-table.ts";

export type Transport = "udp" | "tcp";

/** Who asks, and how. A listener may use one object for many messages: nobody keeps it. */
export interface Requestor {
  readonly transport: Transport;
  /** The source address: 4 octets of IPv4 or 16 of IPv6. */
  readonly address: Uint8Array;
}

const UNKNOWN = new Uint8Array(16);

/**
 * An address as node prints it, as octets. The text comes from the system, so only its form is told
 * apart. An IPv6 zone id (`fe80::1%eth0`) says which link, not who, and is left out.
 */
export function addressOctets(text: string): Uint8Array {
  if (!text.includes(":")) {
    const octets = new Uint8Array(4);
    writeIpv4(text, octets);
    return octets;
  }
  const zone = text.indexOf("%");
  return parseIpv6(zone < 0 ? text : text.slice(0, zone)) ?? UNKNOWN;
}

/** 4 or 16 octets as people write them (RFC 5952). */
export function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => {
    return (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16);
  });
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}

/** The same for an address that is IPv4, into 4 octets. Digit by digit: this is done once for every datagram. */
export function writeIpv4(text: string, octets: Uint8Array): void {
  let at = 0;
  let octet = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      octets[at++] = octet;
      octet = 0;
    } else {
      octet = octet * 10 + (code - 0x30);
    }
  }
  octets[at] = octet;
}

/** Whoever has one address of a /64 has them all: RFC 4291 section 2.5.4. */
const IPV6_SOURCE_OCTETS = 8;

/** `coversLoopback`: whether this machine itself is a source like others. */
export function connectionSource(address: Uint8Array, coversLoopback: boolean): ConnectionSource {
  return {
    key: Buffer.from(address.subarray(0, IPV6_SOURCE_OCTETS)).toString("latin1"),
    isExempt: !coversLoopback && isLoopback(address),
  };
}

/** Whether an address of 4 or 16 octets is this machine's own: 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1 (RFC 4291 section 2.5.3). */
export function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  return address[15] === 1 && address.findIndex((octet) => octet !== 0) === 15;
}
