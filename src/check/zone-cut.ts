import { aliasIn } from "./alias-chain.ts";
import type { Inquiry } from "./inquiry.ts";
import { describeReply, isSettled, type Reply, type ServerAddress } from "./message.ts";
import { climb, isAtOrBelow } from "./name-text.ts";
import { isPublicSuffix, registrableName } from "./public-suffix.ts";

/** Which zone a name is in, as a resolver sees it. */
export type ZoneCut =
  | { readonly outcome: "found"; readonly apex: string }
  /** Somewhere below a zone that answers is one that does not. */
  | { readonly outcome: "unreachable"; readonly apex: string; readonly what: string };

/** The nearest enclosing zone: RFC 1034 section 4.2. */
export async function findZone(
  inquiry: Inquiry,
  resolver: ServerAddress,
  domain: string,
): Promise<ZoneCut> {
  let failed: { readonly apex: string; readonly what: string } | undefined;
  for (const name of [...climb(domain), ""]) {
    const reply = await ask(inquiry, resolver, name, "SOA");
    if (!isSettled(reply)) {
      // What an alias leads to may fail without its own zone.
      const own = await ask(inquiry, resolver, name, "CNAME");
      if (!isSettled(own)) failed = { apex: name, what: describeReply(reply) };
      continue;
    }
    const apex = apexIn(reply, name);
    if (apex === undefined) continue;
    return failed === undefined ? { outcome: "found", apex } : unreachable(failed, domain);
  }
  return failed === undefined ? { outcome: "found", apex: "" } : unreachable(failed, domain);
}

/** The highest name that failed is the zone, unless nobody has one there: then all above failed with it. */
function unreachable({ apex, what }: { apex: string; what: string }, domain: string): ZoneCut {
  const isAbove = apex === "" || isPublicSuffix(apex);
  return { outcome: "unreachable", apex: isAbove ? registrableName(domain) : apex, what };
}

function ask(
  inquiry: Inquiry,
  resolver: ServerAddress,
  name: string,
  qtype: "SOA" | "CNAME",
): Promise<Reply> {
  return inquiry.askResolver(resolver, { name, qtype, isCheckingDisabled: true });
}

/** The owner of the SOA that comes with the name or with its absence; undefined where it is an alias, or there is none. */
function apexIn(reply: Reply, name: string): string | undefined {
  if (!isSettled(reply)) return undefined;
  const own = reply.answer.find(({ rrtype, owner }) => rrtype === "SOA" && owner === name);
  if (own !== undefined) return own.owner;
  if (aliasIn(reply.answer, name) !== undefined) return undefined;
  return reply.authority.find(({ rrtype, owner }) => rrtype === "SOA" && isAtOrBelow(name, owner))
    ?.owner;
}
