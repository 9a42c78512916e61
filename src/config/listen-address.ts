import { parseIpv4 as ipv4Octets, parseIpv6 as ipv6Octets } from "../dns/presentation-scanner.ts";

/** Where a socket is bound. */
export interface ListenAddress {
  /** An IPv4 or IPv6 address without brackets. "" is every address of this host, of both families if it has both. */
  readonly address: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
}

/** What `general.protocol` asks for: `both`, `udp4`, `tcp6` and so on. */
export interface DnsProtocol {
  readonly udp: boolean;
  readonly tcp: boolean;
  readonly family: "any" | "ipv4" | "ipv6";
}

const BRACKETED = /^\[([^[\]]+)\](?::(\d{1,5}))?$/;
const PLAIN = /^([^:[\]]*)(?::(\d{1,5}))?$/;
const PROTOCOL = /^(?<transport>both|udp|tcp)(?<version>[46]?)$/;

export const isIpv4 = (text: string): boolean => ipv4Octets(text) !== undefined;
export const isIpv6 = (text: string): boolean => ipv6Octets(text) !== undefined;

/**
 * `127.0.0.1:53`, `[::1]:53`, `:53` (every address), `localhost:53`; without a port, `defaultPort` is meant.
 *
 * @returns undefined if `text` is none of these. IPv6 needs its brackets: "::1:53" is an address, too.
 *   Other host names are refused: what they resolve to may change.
 */
export function parseListenAddress(text: string, defaultPort: number): ListenAddress | undefined {
  if (text === "") return undefined;
  const bracketed = BRACKETED.exec(text);
  const match = bracketed ?? PLAIN.exec(text);
  if (!match) return undefined;
  const [, host = "", digits] = match;
  const port = Number(digits ?? defaultPort);
  const address = bracketed ? parseIpv6(host) : parseIpv4(host);
  return address === undefined || port > 65_535 ? undefined : { address, port };
}

function parseIpv6(text: string): string | undefined {
  return isIpv6(text) ? text.toLowerCase() : undefined;
}

function parseIpv4(text: string): string | undefined {
  if (text === "localhost") return "127.0.0.1";
  return text === "" || isIpv4(text) ? text : undefined;
}

/** The protocol names of acme-dns; undefined for any other text. */
export function parseDnsProtocol(text: string): DnsProtocol | undefined {
  const groups = PROTOCOL.exec(text)?.groups;
  if (!groups) return undefined;
  const { transport, version } = groups;
  return {
    udp: transport !== "tcp",
    tcp: transport !== "udp",
    family: version === "4" ? "ipv4" : version === "6" ? "ipv6" : "any",
  };
}

/**
 * The address to bind for a protocol: "every address" becomes that of the one family asked for.
 *
 * @returns undefined if the address is of the other family.
 */
export function addressOfFamily(
  listen: ListenAddress,
  family: DnsProtocol["family"],
): ListenAddress | undefined {
  if (family === "any") return listen;
  if (listen.address === "") return { ...listen, address: family === "ipv4" ? "0.0.0.0" : "::" };
  return listen.address.includes(":") === (family === "ipv6") ? listen : undefined;
}

/** As it is written in a configuration: IPv6 addresses in brackets. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3: only this machine itself reaches it. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
