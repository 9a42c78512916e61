import { type Authorities, type AuthorityRules, askAuthorities } from "./authorities.ts";
import { checkCaa } from "./caa/caa-step.ts";
import type { IssueRequest } from "./caa/evaluate.ts";
import { viewChallenge } from "./challenge-views.ts";
import { judgeCname } from "./cname-step.ts";
import { checkDnssec } from "./dnssec-step.ts";
import { checkInput } from "./input.ts";
import { Inquiry } from "./inquiry.ts";
import { type Exchange, isRefusal, isResponse, type ServerAddress } from "./message.ts";
import { challengeName } from "./name-text.ts";
import { checkPersist } from "./persist-step.ts";
import { type Report, reportOf, type Step, step } from "./report.ts";
import { checkPropagation } from "./resolvers-step.ts";
import { type ServedZone, zoneOf } from "./served-zone.ts";
import { canonicalAddress } from "./special-address.ts";
import { askTarget, isDead, judgeTarget } from "./target-step.ts";
import { checkTls, type TlsProbe } from "./tls-step.ts";
import { findTraffic, judgeTraffic } from "./traffic-step.ts";
import { findWrongOwner } from "./wrong-owner.ts";
import { findZone, type ZoneCut } from "./zone-cut.ts";
import { isNoZone, judgeZone } from "./zone-step.ts";

/** What somebody wants to know. */
export interface CheckRequest extends IssueRequest {
  /** As it was typed: `*.` in front asks about the wildcard name. */
  readonly domain: string;
  /** Where the CNAME must end; undefined: at any delegate of this server. */
  readonly delegate: string | undefined;
}

/** What a check has to work with. */
export interface CheckMeans {
  readonly exchange: Exchange;
  /** In the order in which they are asked; the first that answers decides all steps but one. */
  readonly resolvers: readonly ServerAddress[];
  readonly rules: AuthorityRules;
  /** What this server answers for. */
  readonly zones: readonly ServedZone[];
  /** Addresses, networks and names; empty: traffic is not looked at. */
  readonly edgeTargets: readonly string[];
  readonly tlsProbe: TlsProbe | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A label that nobody has made a record at, different each time. */
  readonly newLabel: () => string;
}

/** Resolvers beyond these are not asked. */
const MOST_RESOLVERS = 8;

/**
 * Looks at everything that lets or keeps an authority from issuing for a domain by DNS-01.
 *
 * @returns undefined if no resolver answers anything.
 */
export async function checkDomain(
  request: CheckRequest,
  means: CheckMeans,
): Promise<Report | undefined> {
  const input = checkInput(request.domain);
  if (input.step.status === "FAIL") return reportOf(input.domain, [input.step]);
  const inquiry = new Inquiry(means.exchange, means.clock);
  const resolvers = means.resolvers.slice(0, MOST_RESOLVERS);
  const resolver = await firstThatAnswers(inquiry, resolvers, input.domain);
  if (resolver === undefined) return undefined;
  const run: Run = {
    inquiry,
    resolver,
    means: { ...means, resolvers },
    domain: input.domain,
    delegate: request.delegate && withoutDot(request.delegate.toLowerCase()),
    issue: { ...request, isWildcard: request.isWildcard || input.isWildcard },
  };
  const steps = await runSteps(run);
  return reportOf(input.domain, [input.step, ...steps]);
}

interface Run {
  readonly inquiry: Inquiry;
  readonly resolver: ServerAddress;
  readonly means: CheckMeans;
  readonly domain: string;
  readonly delegate: string | undefined;
  readonly issue: IssueRequest;
}

/** One that only tells that it does not answer such questions is as good as silent, if another one does. */
async function firstThatAnswers(
  inquiry: Inquiry,
  resolvers: readonly ServerAddress[],
  domain: string,
): Promise<ServerAddress | undefined> {
  let refusing: ServerAddress | undefined;
  for (const resolver of resolvers) {
    const question = { name: domain, qtype: "SOA", isCheckingDisabled: true } as const;
    const reply = await inquiry.askResolver(resolver, question);
    if (isRefusal(reply)) refusing ??= resolver;
    else if (isResponse(reply) || (await inquiry.answersAnything(resolver))) return resolver;
  }
  return refusing;
}

async function runSteps(run: Run): Promise<Step[]> {
  const { inquiry, resolver, domain } = run;
  const cut = await findZone(inquiry, resolver, domain);
  const off = stepsThatAreOff(run.means);
  if (isNoZone(cut)) return [zoneStep(run, cut, undefined), ...off];
  const search = { domain, zone: cut.apex, request: run.issue };
  if (cut.outcome === "unreachable") {
    return [zoneStep(run, cut, undefined), await checkCaa(inquiry, resolver, search), ...off];
  }
  const dnssec = { domain, name: challengeName(domain), apex: cut.apex };
  const [delegation, others] = await Promise.all([
    runDelegation(run, cut),
    Promise.all([
      checkCaa(inquiry, resolver, search),
      checkDnssec(inquiry, resolver, dnssec),
      checkPersist(inquiry, resolver, domain),
      runTraffic(run),
    ]),
  ]);
  const isLost = delegation.some(({ code }) => code === "zone-unreachable");
  // What a dead zone has not said is neither "unsigned" nor "not switched".
  return [...delegation, ...(isLost ? [others[0], ...off] : others.flat())];
}

/** Those that the configuration asks nothing of, whatever the domain is like. */
function stepsThatAreOff({ edgeTargets, tlsProbe }: CheckMeans): Step[] {
  return [
    ...(edgeTargets.length === 0 ? [step("traffic", "not-asked")] : []),
    ...(tlsProbe === undefined ? [step("tls", "not-asked")] : []),
  ];
}

function zoneStep(run: Run, cut: ZoneCut, authorities: Authorities | undefined): Step {
  const { domain, resolver, means } = run;
  const { port } = means.rules;
  return judgeZone({ domain, resolver, port, cut, name: challengeName(domain), authorities });
}

/** From the zone to the delegate: each step needs the one before. */
async function runDelegation(run: Run, cut: ZoneCut): Promise<Step[]> {
  const { inquiry, resolver, means, domain, delegate } = run;
  const name = challengeName(domain);
  const own = zoneOf(means.zones, name);
  // Of a zone of our own, the name server is this one.
  const ownAddresses = own === undefined ? means.rules.ownAddresses.map(canonicalAddress) : [];
  const rules = { ...means.rules, ownAddresses };
  const { apex } = cut;
  const authorities = await askAuthorities(inquiry, resolver, { apex, name, rules });
  const zone = zoneStep(run, cut, authorities);
  if (zone.code === "zone-unreachable") return [zone];
  const { port } = rules;
  const request = { name, apex, authorities, port, unusedLabel: `_${means.newLabel()}` };
  const views = await viewChallenge(inquiry, resolver, request);
  const target = views[0]?.chain?.end;
  if (own !== undefined && target === undefined) {
    return [zone, servedHere(name), await runTarget(run, name)];
  }
  const wrongOwner = await findWrongOwner(inquiry, resolver, { ...request, domain, views });
  const { zones } = means;
  const cname = judgeCname({ domain, name, apex, views, delegate, zones, wrongOwner, port });
  if (cname.status === "FAIL" || target === undefined) return [zone, cname];
  const replies = await askTarget(inquiry, resolver, target);
  const propagation = await checkPropagation(inquiry, {
    name,
    target: views[0]?.alias?.target ?? target,
    resolvers: means.resolvers,
    isTargetDead: isDead(replies),
  });
  return [zone, cname, propagation, judgeTarget({ target, resolver, zones, replies })];
}

/** The challenge name of a name in a zone of ours, such as an instant name. */
function servedHere(name: string): Step {
  return step("cname", "ok", {
    found: `${name} is in a zone of this server, and needs no CNAME`,
    dig: `dig +short TXT ${name}`,
  });
}

async function runTarget({ inquiry, resolver, means }: Run, target: string): Promise<Step> {
  const replies = await askTarget(inquiry, resolver, target);
  return judgeTarget({ target, resolver, zones: means.zones, replies });
}

async function runTraffic({ inquiry, resolver, means, domain }: Run): Promise<Step[]> {
  const { edgeTargets, tlsProbe, rules, clock } = means;
  if (edgeTargets.length === 0 && tlsProbe === undefined) {
    return [step("traffic", "not-asked"), step("tls", "not-asked")];
  }
  const traffic = await findTraffic(inquiry, resolver, domain);
  const { addresses } = traffic;
  const { allowsPrivate } = rules;
  const tls = { domain, addresses, allowsPrivate, probe: tlsProbe, nowMs: clock() };
  return [judgeTraffic(domain, traffic, edgeTargets), await checkTls(tls)];
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
