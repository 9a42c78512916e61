/**
 * What recursive resolvers say, by dns2: an implementation of others, so that a check does not share the
 * errors of the server it checks (docs/adr/0003).
 */
import { getServers } from "node:dns";
import { isIPv6 } from "node:net";
import { Packet, UDPClient } from "dns2";

/** Where a resolver is. */
export interface ResolverAddress {
  readonly address: string;
  readonly port: number;
}

/** One record of an answer that has the type that was asked for. */
export interface Alias {
  /** Lower case, without the final dot. */
  readonly owner: string;
  readonly target: string;
}

/** How long one resolver may take for one question, milliseconds. */
const ANSWER_MS = 2000;
const DNS_PORT = 53;
/** RFC 1035 section 4.1.1. */
const NOERROR = 0;
const NXDOMAIN = 3;

/** Those that this machine uses. */
export function systemResolvers(): ResolverAddress[] {
  return getServers().map((text) => {
    const [, bracketed, port] = /^\[(.*)\]:(\d+)$/.exec(text) ?? [];
    if (bracketed !== undefined) return { address: bracketed, port: Number(port) };
    const [, plain = text, plainPort] = /^([0-9.]+):(\d+)$/.exec(text) ?? [];
    return { address: plain, port: Number(plainPort ?? DNS_PORT) };
  });
}

/** The CNAME at a name, undefined if there is none. Rejects if the resolver does not say. */
export async function askForAlias(
  name: string,
  { address, port }: ResolverAddress,
): Promise<Alias | undefined> {
  const ask = UDPClient({
    dns: address,
    port,
    socketType: isIPv6(address) ? "udp6" : "udp4",
    timeout: ANSWER_MS,
  });
  const { header, answers } = await withinTime(ask(name, "CNAME"));
  const { rcode } = header;
  if (rcode !== NOERROR && rcode !== NXDOMAIN) throw new Error(`it answers with RCODE ${rcode}`);
  const owner = canonical(name);
  for (const answer of answers) {
    const isWanted = answer.type === Packet.TYPE.CNAME && canonical(answer.name) === owner;
    if (isWanted && "domain" in answer) return { owner, target: canonical(String(answer.domain)) };
  }
  return undefined;
}

/** Its TCP client, which takes over where an answer is too long, has no limit of its own. */
function withinTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), 2 * ANSWER_MS);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}

function canonical(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}
