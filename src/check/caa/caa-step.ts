import { aliasIn, chainIn } from "../alias-chain.ts";
import { digLine } from "../dig.ts";
import type { Inquiry } from "../inquiry.ts";
import {
  describeReply,
  isResponse,
  isSettled,
  type Reply,
  type ServerAddress,
} from "../message.ts";
import { climb, isAtOrBelow } from "../name-text.ts";
import { type FoundCaa, STATUS_OF_CODE, type Step, step } from "../report.ts";
import { type CaaProperty, type CaaVerdict, evaluateCaa, type IssueRequest } from "./evaluate.ts";

export interface CaaSearch {
  readonly domain: string;
  /** The zone of the domain; undefined if it is not known. */
  readonly zone: string | undefined;
  readonly request: IssueRequest;
}

/** The RRset that decides, or the name at which that cannot be known. */
type Climbed =
  | { readonly outcome: "none" }
  | { readonly outcome: "failed"; readonly asked: string; readonly reply: Reply }
  | { readonly outcome: "found"; readonly rrset: readonly CaaProperty[]; readonly found: FoundCaa };

/** The RRset that an authority would use, and whether it lets the authority issue. */
export async function checkCaa(
  inquiry: Inquiry,
  resolver: ServerAddress,
  search: CaaSearch,
): Promise<Step> {
  const trace: string[] = [];
  const climbed = await climbForCaa(inquiry, resolver, search.domain, trace);
  const { request, domain } = search;
  const digOf = (name: string) => digLine({ name, qtype: "CAA", server: resolver, isShort: true });
  switch (climbed.outcome) {
    case "none":
      return step("caa", "caa-none", {
        dig: digOf(domain),
        fix: `nothing has to be done, but any authority may issue to whoever controls the delegate, or the web server of ${domain}. Recommended, so that ${request.ca} alone may, to your account alone and not over HTTP: ${adviceFor(domain, request)}`,
        expected: `none, or one that permits ${request.ca}`,
        trace,
      });
    case "failed": {
      const { asked, reply } = climbed;
      return step("caa", "caa-servfail", {
        found: `${describeReply(reply)} for CAA at ${asked}`,
        expected: "NOERROR or NXDOMAIN: an authority that is told anything else must not issue",
        dig: digOf(asked),
        fix: isOutOfBounds(reply)
          ? `nothing is known of ${asked}: ${domain} has more labels than one check asks for, or resolver and name servers are slow; ask about a shorter name, or again`
          : `mend what the name servers of ${asked} answer to a query for CAA: records, or NOERROR without records, and with signatures that validate if the zone is signed (RFC 8659 section 3)`,
        trace,
      });
    }
    case "found": {
      const verdict = evaluateCaa(climbed.rrset, request);
      return step("caa", verdict.code, {
        found: climbed.found,
        expected: `${wantedTag(climbed.rrset, request)} "${request.ca}" ${wishes(request)}`.trim(),
        dig: digOf(climbed.found.asked),
        fix: fixFor(verdict, climbed.found, climbed.rrset, search),
        trace,
      });
    }
  }
}

/**
 * RFC 8659 section 3: from the name up to the top-level domain, the first RRset that is not empty. Labels
 * are taken off the name that was asked for, never off the target of an alias.
 */
async function climbForCaa(
  inquiry: Inquiry,
  resolver: ServerAddress,
  domain: string,
  trace: string[],
): Promise<Climbed> {
  for (const asked of climb(domain)) {
    const reply = await inquiry.askResolver(resolver, { name: asked, qtype: "CAA" });
    if (!isSettled(reply)) {
      trace.push(`${asked}: ${describeReply(reply)}`);
      return { outcome: "failed", asked, reply };
    }
    const chain = chainIn(reply, asked);
    const owner = chain.at(-1) ?? asked;
    const rrset = reply.answer.flatMap((record) =>
      record.rrtype === "CAA" && record.owner === owner ? [record] : [],
    );
    const way = aliasIn(reply.answer, asked) ? `CNAME ${chain.slice(1).join(" -> ")}, ` : "";
    if (rrset.length > 0) {
      const texts = rrset.map(propertyText).sort();
      trace.push(`${asked}: ${way}CAA ${texts.join(", ")} (decides)`);
      return { outcome: "found", rrset, found: { asked, owner, rrset: texts } };
    }
    trace.push(`${asked}: ${way}none`);
  }
  return { outcome: "none" };
}

function isOutOfBounds(reply: Reply): boolean {
  return !isResponse(reply) && reply.failure === "bounds";
}

/** As in a zone file (RFC 8659 section 4.1.1). */
function propertyText({ flags, tag, value }: CaaProperty): string {
  return `${flags} ${tag} "${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** What a property would have to say, in the words of a sentence. */
function wishes({ accountUri, method }: IssueRequest): string {
  return accountUri === undefined ? "" : `for ${accountUri} by ${method}`;
}

function wantedTag(rrset: readonly CaaProperty[], { isWildcard }: IssueRequest): string {
  const hasWild = rrset.some(({ tag }) => tag.toLowerCase() === "issuewild");
  return isWildcard && hasWild ? "issuewild" : "issue";
}

/** RFC 8657: bound to an account and a method, a stolen key of a delegate is worth nothing. */
function adviceFor(owner: string, request: IssueRequest, tag = "issue"): string {
  const account = request.accountUri ?? accountPlaceholder(request.ca);
  return `${owner}. CAA 0 ${tag} "${request.ca}; accounturi=${account}; validationmethods=${request.method}"`;
}

/** Where the clients of Let's Encrypt show their account; --staging of a client has another host. */
function accountPlaceholder(ca: string): string {
  return ca.toLowerCase() === "letsencrypt.org"
    ? "https://acme-v02.api.letsencrypt.org/acme/acct/<number>"
    : "<URI of your account>";
}

function fixFor(
  verdict: CaaVerdict,
  found: FoundCaa,
  rrset: readonly CaaProperty[],
  search: CaaSearch,
): string | null {
  const { request } = search;
  const { owner } = found;
  const advice = adviceFor(owner, request, wantedTag(rrset, request));
  const who = whoPublishes(found, search);
  switch (verdict.code) {
    case "caa-critical-unknown":
      return `${verdict.reason}; ${who} removes that record at ${owner} or its flag, and has ${advice}`;
    case "caa-misspelt":
      return `${verdict.reason}; ${who} corrects the record at ${owner}: ${advice}`;
    case "caa-accounturi-unchecked":
      return `${verdict.reason}; check again with --account-uri and the URI of your account, which ${owner} must name`;
    case "caa-accounturi-missing":
      return `${verdict.reason}; ${who} adds accounturi=${request.accountUri ?? ""} to every record at ${owner} that names ${request.ca}: ${advice}`;
    case "caa-allows":
      return hasAccount(rrset)
        ? null
        : `nothing has to be done. Recommended, so that your account alone gets certificates, and not over HTTP: ${advice}`;
    default:
      return STATUS_OF_CODE[verdict.code] === "FAIL"
        ? `${request.ca} may not issue: ${verdict.reason}; ${who} publishes at ${owner}: ${advice}`
        : null;
  }
}

function hasAccount(rrset: readonly CaaProperty[]): boolean {
  return rrset.some(({ value }) => /;\s*accounturi\s*=/.test(value));
}

/** RFC 1912 section 2.4: nothing stands beside a CNAME, so the record is its target's to change. */
function whoPublishes({ asked, owner }: FoundCaa, { zone }: CaaSearch): string {
  if (owner === asked) return `the owner of ${owner}`;
  const isOthers = zone === undefined || !isAtOrBelow(owner, zone);
  const whose = isOthers
    ? `whoever runs ${owner}, to which ${asked} is an alias,`
    : `the owner of ${owner}`;
  return `(CAA cannot be placed at ${asked}: it is a CNAME) ${whose}`;
}
