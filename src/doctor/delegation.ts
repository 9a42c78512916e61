import { addressesOf, nameserversOf } from "../check/authorities.ts";
import type { Inquiry } from "../check/inquiry.ts";
import {
  describeReply,
  isResponse,
  isSettled,
  type Response,
  type ServerAddress,
} from "../check/message.ts";
import { parentOf } from "../check/name-text.ts";
import { addressesIn, nameserversIn } from "../check/record-data.ts";
import { canonicalAddress, specialRange } from "../check/special-address.ts";
import { findZone } from "../check/zone-cut.ts";
import type { DelegationRecord, ZoneDelegation } from "../operate/delegation.ts";
import { type Finding, fail, pass, skip } from "./finding.ts";

export interface DelegationMeans {
  readonly inquiry: Inquiry;
  readonly resolver: ServerAddress;
  /** Where name servers of the parent are asked. */
  readonly port: number;
  readonly allowsPrivate: boolean;
}

/** Whether the parent of a zone says what the configuration wants, and others get there by it. */
export async function testDelegation(
  means: DelegationMeans,
  delegation: ZoneDelegation,
): Promise<Finding[]> {
  const { zone } = delegation;
  const wanted = recordsOf(delegation);
  const parent = await askParent(means, zone);
  const referral =
    parent === undefined
      ? skip(`delegation ${zone}`, "no name server of the parent could be asked from here")
      : judgeReferral(zone, wanted, parent);
  return [referral, await testReach(means, zone)];
}

function recordsOf({ layouts }: ZoneDelegation): readonly DelegationRecord[] {
  return layouts.find(({ isConfigured }) => isConfigured)?.records ?? [];
}

/** What a name server of the parent answers: RFC 1034 section 4.3.2 step 3b. */
async function askParent(
  { inquiry, resolver, port, allowsPrivate }: DelegationMeans,
  zone: string,
): Promise<Response | undefined> {
  const above = await findZone(inquiry, resolver, parentOf(zone));
  for (const name of await nameserversOf(inquiry, resolver, above.apex)) {
    for (const address of await addressesOf(inquiry, resolver, name)) {
      if (!allowsPrivate && specialRange(address) !== undefined) continue;
      const reply = await inquiry.askAuthority({ address, port }, { name: zone, qtype: "NS" });
      if (isSettled(reply)) return reply;
    }
  }
  return undefined;
}

function judgeReferral(
  zone: string,
  wanted: readonly DelegationRecord[],
  reply: Response,
): Finding {
  const id = `delegation ${zone}`;
  const create = wanted.map(recordText).join(" and ");
  const there = nameserversIn([...reply.authority, ...reply.answer], zone).sort();
  const names = namesOf(wanted);
  const where = `at the DNS host of ${parentOf(zone) || "the root"}`;
  if (there.length === 0) {
    return fail(id, "the parent has no NS records for it", `create ${where}: ${create}`);
  }
  const [lacking, surplus] = [without(names, there), without(there, names)];
  if (lacking.length > 0 || surplus.length > 0) {
    const found = `the parent has NS ${there.join(", ")}, the configuration ${names.join(", ")}`;
    return fail(id, found, `make both the same: ${where} ${create}, or set general.nsname`);
  }
  const glue = wrongGlue(wanted, reply);
  if (glue !== undefined) return fail(id, glue, `correct the glue ${where}: ${create}`);
  return pass(id, `NS ${there.join(", ")}, as configured`);
}

function namesOf(wanted: readonly DelegationRecord[]): string[] {
  return wanted.flatMap(({ type, data }) =>
    type === "NS" && data !== undefined ? [lower(data)] : [],
  );
}

/** What is wrong with the addresses that come with the referral; RFC 9471: a name below the cut needs them. */
function wrongGlue(wanted: readonly DelegationRecord[], reply: Response): string | undefined {
  const owners = [...new Set(wanted.filter(({ isGlue }) => isGlue).map(({ owner }) => owner))];
  const all = [...(reply.additional ?? []), ...reply.answer];
  for (const owner of owners) {
    const name = lower(owner);
    const there = addressesIn(all.filter((record) => record.owner === name)).sort();
    const configured = wanted.flatMap((record) =>
      record.owner === owner && record.isGlue && record.data !== undefined
        ? [canonicalAddress(record.data)]
        : [],
    );
    if (there.length === 0) return `the parent has no address (glue) for ${name}`;
    const isKnown = configured.length > 0;
    if (isKnown && [...without(configured, there), ...without(there, configured)].length > 0) {
      return `the parent has ${there.join(", ")} for ${name}, the configuration ${configured.join(", ")}`;
    }
  }
  return undefined;
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((each) => !others.includes(each));
}

function recordText({ owner, type, data, isGlue }: DelegationRecord): string {
  return `${owner} ${type} ${data ?? "<address of this server>"}${isGlue ? " (glue)" : ""}`;
}

function lower(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

/** Whether a resolver gets an answer by the delegation. */
async function testReach({ inquiry, resolver }: DelegationMeans, zone: string): Promise<Finding> {
  const id = `reach ${zone}`;
  const reply = await inquiry.askResolver(resolver, { name: zone, qtype: "SOA" });
  const by = `the resolver ${resolver.address}`;
  if (isResponse(reply) && reply.answer.some(({ owner }) => owner === zone)) {
    return pass(id, `${by} gets its SOA`);
  }
  const found = `${by} says ${describeReply(reply)} for its SOA`;
  const fix =
    "create the delegation (dnsvouch records), and open port 53 of this server for UDP and TCP to the whole Internet; after a change resolvers keep the old answer for its TTL";
  return fail(id, found, fix);
}
