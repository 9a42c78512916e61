import { type Authorities, type Authority, lamenessOf } from "./authorities.ts";
import { digLine } from "./dig.ts";
import { isResponse, type ServerAddress } from "./message.ts";
import { isPublicSuffix, registrableName } from "./public-suffix.ts";
import { type Step, step } from "./report.ts";
import type { ZoneCut } from "./zone-cut.ts";

export interface ZoneFacts {
  readonly domain: string;
  /** Whom the zone was asked of. */
  readonly resolver: ServerAddress;
  /** Where its name servers were asked. */
  readonly port: number;
  readonly cut: ZoneCut;
  /** The name that the authorities were asked about. */
  readonly name: string;
  /** Undefined if there is no zone to have any. */
  readonly authorities: Authorities | undefined;
}

/** Whether the zone of a domain is there, and whether all that serve it do so. */
export function judgeZone(facts: ZoneFacts): Step {
  const { cut, domain, authorities } = facts;
  const { apex } = cut;
  const dig = digLine({ name: apex, qtype: "NS", server: facts.resolver });
  if (cut.outcome === "unreachable") return unreachable(apex, `${cut.what} for ${apex}`, dig);
  if (isNoZone(cut)) {
    const missing = apex === "" ? registrableName(domain) : lowestBelow(domain, apex);
    return step("zone", "zone-not-found", {
      found: `the nearest zone is ${apex === "" ? "the root" : apex}, says the resolver ${facts.resolver.address}`,
      expected: `a zone ${missing}, or below it`,
      dig: digLine({ name: missing, qtype: "NS", server: facts.resolver }),
      fix: `register ${missing}, or correct the name: nobody has it delegated; if others do see it, ask another resolver (--resolver, checks.resolvers)`,
    });
  }
  if (authorities === undefined) return unreachable(apex, "nothing was asked", dig);
  return privateAddress(authorities, dig) ?? judgeAuthorities(facts, authorities, dig);
}

/** Whether the nearest zone is one that names are registered in. */
export function isNoZone({ outcome, apex }: ZoneCut): boolean {
  return outcome === "found" && (apex === "" || isPublicSuffix(apex));
}

/** The name one label below the apex on the way to the domain. */
function lowestBelow(domain: string, apex: string): string {
  const above = domain.slice(0, domain.length - apex.length - 1);
  return `${above.slice(above.lastIndexOf(".") + 1)}.${apex}`;
}

function unreachable(apex: string, what: string, dig: string, trace: string[] = []): Step {
  return step("zone", "zone-unreachable", {
    found: what,
    expected: `name servers that answer for ${apex}`,
    dig,
    fix: `make the name servers of ${apex} answer, or correct its delegation (NS and DS records) at the registrar of ${apex}`,
    trace,
  });
}

function privateAddress({ authorities }: Authorities, dig: string): Step | undefined {
  const refused = authorities.filter(({ refusal }) => refusal !== undefined);
  if (refused.length === 0) return undefined;
  const named = refused.map((each) => `${placeOf(each)} (${each.refusal})`).join(", ");
  return step("zone", "zone-address-private", {
    found: `not asked: ${named}`,
    expected: "name servers at public addresses",
    dig,
    fix: "let these name servers have addresses that everybody reaches; in a network of your own, set allow_private = true below [checks]",
    trace: authorities.map(placeOf),
  });
}

function judgeAuthorities(
  { cut: { apex }, name, resolver, port }: ZoneFacts,
  { authorities, nameservers, withoutAddress, isCut }: Authorities,
  dig: string,
): Step {
  const problems = authorities.map((each) => ({ each, problem: lamenessOf(each, apex, name) }));
  const working = problems.filter(({ problem }) => problem === undefined).map(({ each }) => each);
  const lame = problems
    .filter(({ problem }) => problem !== undefined && problem !== "skipped")
    .map(({ each, problem }) => `${placeOf(each)}: ${problem}`);
  const noAddress = withoutAddress.map((each) => `${each} has no address`);
  const trace = [
    ...problems.map(({ each, problem }) => `${placeOf(each)}: ${wayOf(each, problem)}`),
    ...noAddress,
    ...(isCut ? ["more name servers or addresses than a check asks"] : []),
  ];
  if (working.length === 0) {
    const what = [...lame, ...noAddress].join("; ") || "no name server that can be asked";
    return unreachable(apex, what, dig, trace);
  }
  const faults = [...lame, ...noAddress];
  if (faults.length > 0) {
    return step("zone", "zone-lame", {
      found: faults.join("; "),
      expected: `all name servers of ${apex} answer for it with authority`,
      dig,
      fix: `have the name server mended that is named here, or take it out of the NS records of ${apex}, both in the zone and at its registrar`,
      trace,
    });
  }
  const withoutTcp = working.filter(({ overTcp }) => overTcp === undefined || !isUsable(overTcp));
  if (withoutTcp.length > 0) {
    const [first] = withoutTcp;
    const places = withoutTcp.map(placeOf).join(", ");
    return step("zone", "zone-tcp-refused", {
      found: `over UDP alone: ${places}`,
      expected: "answers over TCP, too (RFC 7766 section 5)",
      dig: `${digLine({ name: apex, qtype: "SOA", server: { address: first?.address ?? "", port }, isAuthority: true })} +tcp`,
      fix: `open port 53 for TCP at ${places}: longer answers come over TCP alone`,
      trace,
    });
  }
  const count = `${nameservers.length} name server${nameservers.length === 1 ? "" : "s"}`;
  return step("zone", "ok", {
    found: `${apex}, ${count} at ${working.length} address${working.length === 1 ? "" : "es"}, UDP and TCP answer`,
    dig: digLine({ name: apex, qtype: "NS", server: resolver }),
    trace,
  });
}

function isUsable(reply: NonNullable<Authority["overTcp"]>): boolean {
  return isResponse(reply) || reply.failure === "bounds" || reply.failure === "no-route";
}

function placeOf({ nameserver, address }: Authority): string {
  return `${nameserver} (${address})`;
}

function wayOf(authority: Authority, problem: string | undefined): string {
  if (problem === "skipped") return authority.refusal ?? "not asked, or not reached from here";
  if (problem !== undefined) return problem;
  const { overTcp } = authority;
  return overTcp !== undefined && isUsable(overTcp) ? "answers" : "answers over UDP alone";
}
