import { aliasIn, MOST_ALIASES } from "./alias-chain.ts";
import { exchangeByNetwork } from "./dns-client.ts";
import { Inquiry } from "./inquiry.ts";
import { describeReply, isSettled, type ServerAddress } from "./message.ts";

/** Each may be silent for as long, and somebody waits. */
const MOST_RESOLVERS = 3;
const LONGEST_MS = 2000;

/**
 * Whether a name is an alias of `target`, over others if need be. The first resolver that answers
 * decides; rejects if none of the first three does.
 *
 * @param target lower case, without the final dot.
 * @param clock milliseconds since any moment.
 */
export async function leadsTo(
  name: string,
  target: string,
  resolvers: readonly ServerAddress[],
  clock: () => number,
): Promise<boolean> {
  const reasons: string[] = [];
  for (const resolver of resolvers.slice(0, MOST_RESOLVERS)) {
    const inquiry = new Inquiry(exchangeByNetwork, clock, LONGEST_MS);
    const outcome = await leadsToBy(inquiry, resolver, name.toLowerCase(), target);
    if (typeof outcome === "boolean") return outcome;
    reasons.push(`${resolver.address} port ${resolver.port}: ${outcome}`);
  }
  throw new Error(`no resolver answers (${reasons.join("; ") || "none is configured"})`);
}

/** @returns why it is not known, if it is not. */
async function leadsToBy(
  inquiry: Inquiry,
  resolver: ServerAddress,
  name: string,
  target: string,
): Promise<boolean | string> {
  let at = name;
  for (let i = 0; i < MOST_ALIASES; i++) {
    const reply = await inquiry.askResolver(resolver, { name: at, qtype: "CNAME" });
    if (!isSettled(reply)) return describeReply(reply);
    const alias = aliasIn(reply.answer, at);
    if (alias === undefined) return false;
    if (alias.target === target) return true;
    at = alias.target;
  }
  return false;
}
