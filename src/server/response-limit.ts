import type { Query } from "../dns/message.ts";
import type { Reply } from "./reply.ts";
import type { Transport } from "./requestor.ts";

/**
 * How many times as long as the query a response may be over UDP. A source can be forged, and the
 * responses then hit somebody else; whoever really asks gets TC and comes again by TCP.
 */
export const Amplification = {
  USUAL: 10,
  /** What the operator has configured, and may be large on purpose. */
  STATIC_DATA: 30,
  /** ANY, NS and RRSIG: the usual questions of reflection attacks (RFC 8482 section 2). */
  OFTEN_ABUSED: 6,
} as const;

/** Without EDNS a requestor takes no more over UDP: RFC 1035 section 4.2.1. */
const PLAIN_UDP_OCTETS = 512;
const TCP_OCTETS = 65_535;

/** Octets that the response may have. `serverSize`: what we send over UDP at most (RFC 9715 section 3). */
export function responseLimit(
  serverSize: number,
  { edns }: Query,
  queryOctets: number,
  { amplification }: Reply,
  transport: Transport,
): number {
  if (transport === "tcp") return TCP_OCTETS;
  const requestorSize = edns === undefined ? PLAIN_UDP_OCTETS : edns.udpPayloadSize;
  return Math.min(requestorSize, serverSize, amplification * queryOctets);
}
