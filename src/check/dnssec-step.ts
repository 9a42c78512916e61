import { chainIn } from "./alias-chain.ts";
import { digLine } from "./dig.ts";
import type { Inquiry, ResolverQuestion } from "./inquiry.ts";
import { isResponse, isServfail, isSettled, type ServerAddress } from "./message.ts";
import { isAtOrBelow } from "./name-text.ts";
import { type Step, step } from "./report.ts";
import { findZone } from "./zone-cut.ts";

export interface DnssecRequest {
  readonly domain: string;
  /** `_acme-challenge.<domain>` */
  readonly name: string;
  readonly apex: string;
}

/** RFC 4035 section 5: bogus is what a validating resolver refuses, and gives if it must not validate. */
export async function checkDnssec(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { domain, name, apex }: DnssecRequest,
): Promise<Step> {
  const questions: readonly ResolverQuestion[] = [
    { name: apex, qtype: "SOA" },
    { name, qtype: "CNAME" },
    { name: domain, qtype: "CAA" },
    { name: domain, qtype: "A" },
  ];
  const replies = await Promise.all(
    questions.map((question) => inquiry.askResolver(resolver, question)),
  );
  for (const [i, question] of questions.entries()) {
    const reply = replies[i];
    if (reply === undefined || !isServfail(reply)) continue;
    const zone = await bogusZone(inquiry, resolver, question, apex);
    if (zone !== undefined) return bogus(resolver, question, zone);
  }
  const [soa] = replies;
  const isValid = soa !== undefined && isResponse(soa) && soa.isAuthentic;
  return step("dnssec", isValid ? "dnssec-valid" : "dnssec-unsigned", {
    found: isValid ? "signed, and valid at the resolver" : "unsigned, which is allowed",
    dig: digLine({ name: apex, qtype: "SOA", server: resolver }),
  });
}

/** The zone that a question fails in for its signatures alone; undefined if it fails anyway. */
async function bogusZone(
  inquiry: Inquiry,
  resolver: ServerAddress,
  question: ResolverQuestion,
  apex: string,
): Promise<string | undefined> {
  const unchecked = await inquiry.askResolver(resolver, { ...question, isCheckingDisabled: true });
  if (!isSettled(unchecked)) return undefined;
  const end = chainIn(unchecked, question.name).at(-1) ?? question.name;
  if (isAtOrBelow(end, apex)) return apex;
  const cut = await findZone(inquiry, resolver, end);
  return cut.apex;
}

function bogus(resolver: ServerAddress, { name, qtype }: ResolverQuestion, zone: string): Step {
  return step("dnssec", "dnssec-bogus", {
    found: `the signatures of ${zone} do not validate: SERVFAIL for ${qtype} at ${name}, an answer with CD=1`,
    expected: "no DNSSEC at all, or signatures that validate",
    dig: digLine({ name, qtype, server: resolver }),
    fix: `sign ${zone} again, or let its registrar replace the DS record of ${zone} by one for the key in use, or remove the DS record until it is`,
  });
}
