import { climb, isAtOrBelow } from "../name-text.ts";
import type { FoundCaa, Report, Step } from "../report.ts";
import { zoneNameOf } from "../zone-name.ts";

/** The CAA records that let one account alone get certificates, and where they can stand. */
export interface CaaAdvice {
  /** Undefined: they can stand at no name of the owner's zone. */
  readonly owner: string | undefined;
  /** What the name itself is a CNAME to, if it is one. */
  readonly alias: string | undefined;
  readonly tags: readonly ("issue" | "issuewild")[];
  /** Records there that let others get certificates, or without the account: ours have to stand in their place. */
  readonly replaced: readonly string[];
}

export interface CaaSubject {
  /** Without `*.`. */
  readonly domain: string;
  readonly isWildcard: boolean;
  /** Undefined: it is not known yet. */
  readonly accountUri: string | undefined;
}

/** Where nothing was looked at, they stand at the name itself. */
export function caaAdvice(
  { domain, isWildcard, accountUri }: CaaSubject,
  report: Pick<Report, "steps"> | undefined,
): CaaAdvice {
  const step = report?.steps.find(({ id }) => id === "caa");
  const found = typeof step?.found === "object" && step.found !== null ? step.found : undefined;
  const owner = ownerOf(domain, zoneNameOf(report, domain), step, found);
  const there = found !== undefined && found.owner === owner ? found.rrset : [];
  // RFC 8659 section 4.3: `issue` is for wildcards, too, unless there is an `issuewild`; and `issuewild` alone would
  // let any authority issue for the name itself, by the same delegate.
  const hasWild = there.some((text) => tagOf(text) === "issuewild");
  return {
    owner,
    alias: aliasOf(domain, step),
    tags: isWildcard && hasWild ? ["issue", "issuewild"] : ["issue"],
    replaced: there.filter((text) => letsIssue(text) && !isBound(text, accountUri)),
  };
}

/**
 * RFC 1912 section 2.4: nothing stands beside a CNAME. An authority goes on to the names above it, unless the alias
 * leads to records, which are its target's to change.
 */
function ownerOf(
  domain: string,
  zone: string,
  step: Step | undefined,
  found: FoundCaa | undefined,
): string | undefined {
  for (const name of climb(domain)) {
    if (!isAtOrBelow(name, zone)) return undefined;
    if (aliasOf(name, step) === undefined) return name;
    if (found?.asked === name) return isAtOrBelow(found.owner, zone) ? found.owner : undefined;
  }
  return undefined;
}

/** Where a CNAME at the name leads, as the check has written it down. */
function aliasOf(name: string, step: Step | undefined): string | undefined {
  const line = step?.trace.find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2);
  return /^CNAME (.+?), (?=none$|CAA )/
    .exec(line ?? "")?.[1]
    ?.split(" -> ")
    .at(-1);
}

function tagOf(text: string): string | undefined {
  return /^\d+ (\S+)/.exec(text)?.[1]?.toLowerCase();
}

/** Whether an authority may issue by that property: `";"` lets nobody. */
function letsIssue(text: string): boolean {
  return /^\d+ issue(?:wild)? "\s*[^;"\s]/i.test(text);
}

/** To that account; where none is known, to any: it is taken to be the same one. */
function isBound(text: string, accountUri: string | undefined): boolean {
  const own = /;\s*accounturi\s*=\s*([^\s;"]+)/i.exec(text)?.[1];
  return own !== undefined && (accountUri === undefined || own === accountUri);
}
