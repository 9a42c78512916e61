import type { Inquiry } from "./inquiry.ts";
import {
  type AnyRecord,
  describeReply,
  isResponse,
  isSettled,
  type Reply,
  type Response,
  type ServerAddress,
} from "./message.ts";
import { isAtOrBelow } from "./name-text.ts";
import { addressesIn, nameserversIn } from "./record-data.ts";
import { specialRange } from "./special-address.ts";

const MOST_NAMESERVERS = 8;
const MOST_ADDRESSES = 16;

/** Which addresses may be asked, and at which port. */
export interface AuthorityRules {
  readonly port: number;
  readonly allowsPrivate: boolean;
  /** Of this server, canonical. */
  readonly ownAddresses: readonly string[];
}

/** One address of a name server of the zone, and what it says of the challenge name. */
export interface Authority {
  readonly nameserver: string;
  readonly address: string;
  /** Why nothing was sent to it: what its address is. */
  readonly refusal: string | undefined;
  /** A query for TXT over UDP; undefined if nothing was sent. */
  readonly overUdp: Reply | undefined;
  /** A query for CNAME over TCP. */
  readonly overTcp: Reply | undefined;
}

export interface Authorities {
  readonly nameservers: readonly string[];
  readonly withoutAddress: readonly string[];
  readonly authorities: readonly Authority[];
  /** Beyond the bounds, and not asked. */
  readonly isCut: boolean;
}

/** Finds the addresses of all name servers of a zone and asks each about a name in it. */
export async function askAuthorities(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { apex, name, rules }: { apex: string; name: string; rules: AuthorityRules },
): Promise<Authorities> {
  const listed = await nameserversOf(inquiry, resolver, apex);
  const nameservers = listed.slice(0, MOST_NAMESERVERS);
  const pairs = await Promise.all(
    nameservers.map(async (nameserver) => {
      const addresses = await addressesOf(inquiry, resolver, nameserver);
      return addresses.map((address) => ({ nameserver, address }));
    }),
  );
  const withoutAddress = nameservers.filter((_, i) => pairs[i]?.length === 0);
  const all = pairs
    .flat()
    .filter(({ address }, i, every) => every.findIndex((each) => each.address === address) === i);
  const authorities = await Promise.all(
    all.slice(0, MOST_ADDRESSES).map((pair) => askAuthority(inquiry, pair, name, rules)),
  );
  const isCut = listed.length > MOST_NAMESERVERS || all.length > MOST_ADDRESSES;
  return { nameservers, withoutAddress, authorities, isCut };
}

/** The name servers of a zone, sorted; none if the resolver does not say. */
export async function nameserversOf(
  inquiry: Inquiry,
  resolver: ServerAddress,
  apex: string,
): Promise<string[]> {
  const question = { name: apex, qtype: "NS", isCheckingDisabled: true } as const;
  const reply = await inquiry.askResolver(resolver, question);
  if (!isSettled(reply)) return [];
  return [...new Set(nameserversIn(reply.answer, apex))].sort();
}

/** The addresses of a name, canonical and sorted. */
export async function addressesOf(
  inquiry: Inquiry,
  resolver: ServerAddress,
  name: string,
): Promise<string[]> {
  const replies = await Promise.all(
    (["A", "AAAA"] as const).map((qtype) =>
      inquiry.askResolver(resolver, { name, qtype, isCheckingDisabled: true }),
    ),
  );
  const addresses = replies.flatMap((reply) => (isSettled(reply) ? addressesIn(reply.answer) : []));
  return [...new Set(addresses)].sort();
}

async function askAuthority(
  inquiry: Inquiry,
  { nameserver, address }: { nameserver: string; address: string },
  name: string,
  { port, allowsPrivate, ownAddresses }: AuthorityRules,
): Promise<Authority> {
  const refusal = allowsPrivate
    ? undefined
    : (specialRange(address) ?? (ownAddresses.includes(address) ? "this server's own" : undefined));
  if (refusal !== undefined) {
    return { nameserver, address, refusal, overUdp: undefined, overTcp: undefined };
  }
  const server = { address, port };
  const [overUdp, overTcp] = await Promise.all([
    inquiry.askAuthority(server, { name, qtype: "TXT" }),
    inquiry.askAuthority(server, { name, qtype: "CNAME", transport: "tcp" }),
  ]);
  return { nameserver, address, refusal, overUdp, overTcp };
}

/**
 * What is wrong with what an authority says over UDP about a name in its zone, undefined if nothing is.
 * "skipped": nothing can be said, from here.
 */
export function lamenessOf(
  { refusal, overUdp }: Authority,
  apex: string,
  name: string,
): string | "skipped" | undefined {
  if (refusal !== undefined || overUdp === undefined) return "skipped";
  if (!isResponse(overUdp)) {
    const { failure } = overUdp;
    return failure === "no-route" || failure === "bounds" ? "skipped" : describeReply(overUdp);
  }
  if (!isSettled(overUdp)) return `it answers ${describeReply(overUdp)}`;
  if (overUdp.isAuthoritative || cutIn(overUdp, apex, name) !== undefined) return undefined;
  return "it answers without authority (no AA)";
}

/** A zone cut below the apex that a response tells of, on the way to a name: RFC 1034 section 4.3.2. */
export function cutIn(response: Response, apex: string, name: string): string | undefined {
  const isCut = ({ rrtype, owner }: AnyRecord): boolean =>
    (rrtype === "NS" || rrtype === "SOA") &&
    owner !== apex &&
    isAtOrBelow(owner, apex) &&
    isAtOrBelow(name, owner);
  return [...response.authority, ...response.answer].find(isCut)?.owner;
}
