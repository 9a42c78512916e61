import { digLine } from "./dig.ts";
import type { Inquiry } from "./inquiry.ts";
import {
  describeReply,
  isResponse,
  isSettled,
  NOERROR,
  NXDOMAIN,
  type Qtype,
  type Reply,
  type Response,
  type ServerAddress,
} from "./message.ts";
import { isAtOrBelow } from "./name-text.ts";
import { type Step, step } from "./report.ts";
import { type ServedZone, whyNoDelegate, zoneOf } from "./served-zone.ts";

/** What a resolver says of the end of the chain. */
export interface TargetReplies {
  readonly txt: Reply;
  readonly a: Reply;
  readonly caa: Reply;
}

export async function askTarget(
  inquiry: Inquiry,
  resolver: ServerAddress,
  target: string,
): Promise<TargetReplies> {
  const ask = (qtype: Qtype): Promise<Reply> =>
    inquiry.askResolver(resolver, { name: target, qtype, isCheckingDisabled: true });
  const [txt, a, caa] = await Promise.all([ask("TXT"), ask("A"), ask("CAA")]);
  return { txt, a, caa };
}

export interface TargetFacts {
  readonly target: string;
  readonly resolver: ServerAddress;
  readonly zones: readonly ServedZone[];
  readonly replies: TargetReplies;
}

/** Whether the end of the chain is a delegate that answers as it must. */
export function judgeTarget(facts: TargetFacts): Step {
  const { target, resolver, zones, replies } = facts;
  const { txt, a, caa } = replies;
  const dig = digLine({ name: target, qtype: "TXT", server: resolver, isCheckingDisabled: true });
  const zone = zoneOf(zones, target);
  const expected = "NOERROR for TXT, with or without a record";
  const why = zone && whyNoDelegate(zone, target);
  const isAbsent = isResponse(txt) && txt.rcode === NXDOMAIN;
  if (zone !== undefined && why !== undefined) return noDelegate(zone, why, "", dig);
  if (zone !== undefined && isAbsent) return absent(target, zone, denierOf(txt), dig);
  if (isAbsent) {
    return step("target", "target-nxdomain", {
      found: `NXDOMAIN for ${target}`,
      expected,
      dig,
      fix: `${target} does not exist at the server that it belongs to; register it there again, and let the CNAME lead to the name that this gives`,
    });
  }
  if (!isSettled(txt)) {
    const whose =
      zone === undefined
        ? `the server of ${target}`
        : `this server (dnsvouch doctor tells more: does it run, and is ${zone.apex} delegated to it?)`;
    return step("target", "target-unreachable", {
      found: `${describeReply(txt)} for TXT at ${target}`,
      expected,
      dig,
      fix: `make ${target} answer: look at ${whose}`,
    });
  }
  return negatives(target, { a, caa }, dig, expected);
}

/** The zone that a negative answer is from. */
function denierOf({ authority }: Response): string | undefined {
  return authority.find(({ rrtype }) => rrtype === "SOA")?.owner;
}

/** @param teller the zone that says so: one above ours means that this server was not asked. */
function absent(target: string, zone: ServedZone, teller: string | undefined, dig: string): Step {
  const { apex } = zone;
  if (teller === undefined || isAtOrBelow(teller, apex)) {
    const reason = `this server has no delegate ${target} (never registered, or deleted)`;
    const restore = `, or bring a deleted one back with dnsvouch delegates restore ${target}`;
    return noDelegate(zone, reason, restore, dig);
  }
  const parent = teller === "" ? "the root" : teller;
  return step("target", "target-unknown", {
    found: `NXDOMAIN for ${target}, from ${parent}: ${apex} is not delegated to this server`,
    expected: `NS records for ${apex}, so that this server is asked`,
    dig,
    fix: `create the delegation of ${apex} at the DNS host of ${parent} (dnsvouch records prints it, dnsvouch doctor tells more): until then nobody finds ${target}`,
  });
}

function noDelegate({ apex }: ServedZone, reason: string, restore: string, dig: string): Step {
  return step("target", "target-unknown", {
    found: reason,
    expected: `a live delegate in ${apex}`,
    dig,
    fix: `${reason}; register one (dnsvouch register DOMAIN) and let the CNAME lead to its name${restore}`,
  });
}

/** RFC 2308 section 2.1: NXDOMAIN is about the name, so that a resolver need not ask for its TXT any more. */
function negatives(
  target: string,
  { a, caa }: Pick<TargetReplies, "a" | "caa">,
  dig: string,
  expected: string,
): Step {
  const denying = Object.entries({ A: a, CAA: caa }).filter(
    ([, reply]) => isResponse(reply) && reply.rcode === NXDOMAIN,
  );
  if (denying.length > 0) {
    const types = denying.map(([qtype]) => qtype).join(" and ");
    return step("target", "target-wrong-negatives", {
      found: `NOERROR for TXT, but NXDOMAIN for ${types} at ${target}`,
      expected: `NOERROR without a record for ${types}`,
      dig,
      fix: `the server of ${target} denies a name that it has, so that resolvers forget its TXT records; upgrade it, or move to one that answers NODATA (acme-dns is known for this)`,
    });
  }
  return step("target", "ok", { found: `${target} answers`, expected, dig });
}

/** Whether nobody gets a TXT record of the target. */
export function isDead({ txt }: TargetReplies): boolean {
  return !isResponse(txt) || (txt.rcode !== NOERROR && txt.rcode !== NXDOMAIN);
}
