import type { Code, StepId } from "../../check/report.ts";
import type { StepGist } from "../../hostname/gist.ts";
import { isRecordLost } from "../../hostname/lost-record.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Badge } from "../parts/badge.ts";
import { span } from "../words.ts";

/** What the last check says of a host name, in a word for each part of the way. */

export function stepOf<Some extends StepGist>(
  steps: readonly Some[] | undefined,
  id: StepId,
): Some | undefined {
  return steps?.find((step) => step.id === id);
}

type Steps = readonly StepGist[] | undefined;

/** What a list has of a host name. */
export interface Columns {
  readonly challenge: Badge;
  readonly caa: Badge;
  readonly traffic: Badge;
  readonly certificate: Badge;
}

export function columnsOf(
  steps: Steps,
  record: HostnameRecord,
  { ca, nowMs }: { readonly ca: string; readonly nowMs: number },
): Columns {
  return {
    challenge: challengeColumn(steps, record),
    caa: caaColumn(steps, ca),
    traffic: trafficColumn(steps, record, nowMs),
    certificate: certificateColumn(steps, nowMs),
  };
}

const UNKNOWN: Badge = { tone: "idle", icon: "skip", word: "Not looked at" };
const NOT_REACHED: Badge = { tone: "idle", icon: "skip", word: "Not reached" };

const CHALLENGE: Readonly<Partial<Record<Code, Badge>>> = {
  "cname-missing": { tone: "idle", icon: "skip", word: "No CNAME yet" },
  "cname-conflict-txt": { tone: "fail", icon: "fail", word: "TXT in the way" },
  "cname-conflict-ns": { tone: "fail", icon: "fail", word: "NS in the way" },
  "cname-misdirected": { tone: "fail", icon: "fail", word: "Leads elsewhere" },
  "cname-wrong-owner": { tone: "fail", icon: "fail", word: "At another name" },
  "cname-loop": { tone: "fail", icon: "fail", word: "Leads to itself" },
  "cname-chain-too-long": { tone: "fail", icon: "fail", word: "Too many CNAMEs" },
};

/** How many addresses of name servers have the record, and of how many; undefined: it is in a zone of ours, and needs none. */
export function placesOf(
  cname: Pick<StepGist, "found"> | undefined,
): { readonly there: string; readonly all: string } | undefined {
  const [, there, all] = /\((\d+)\/(\d+) addresses/.exec(String(cname?.found)) ?? [];
  return there === undefined || all === undefined ? undefined : { there, all };
}

/** Whether the challenge name leads to the delegate; `record` undefined: nobody knows whether it ever did. */
export function challengeColumn(steps: Steps, record?: HostnameRecord): Badge {
  const zone = stepOf(steps, "zone");
  if (zone?.status === "FAIL") return { tone: "fail", icon: "fail", word: "Zone fails" };
  const step = stepOf(steps, "cname");
  if (step === undefined) return UNKNOWN;
  const places = placesOf(step);
  if (step.code === "ok") {
    const word = places === undefined ? "Served here" : `Verified ${places.there}/${places.all}`;
    return { tone: "ok", icon: "pass", word };
  }
  if (step.code === "propagating") {
    const word = places === undefined ? "Spreading" : `${places.there} of ${places.all}`;
    return { tone: "busy", icon: "propagating", word };
  }
  if (step.code === "cname-missing" && record !== undefined && isRecordLost(record)) {
    return { tone: "fail", icon: "fail", word: "CNAME gone" };
  }
  return CHALLENGE[step.code] ?? NOT_REACHED;
}

const KNOWN_CAS: Readonly<Record<string, string>> = { "letsencrypt.org": "Let’s Encrypt" };

/** An authority as people call it. */
export function caName(domain: string): string {
  return KNOWN_CAS[domain] ?? domain;
}

/** Issuers that `issue` properties of a CAA RRset name, each once: where issuewild decides, its code says so. */
export function issuersIn(rrset: readonly string[]): readonly string[] {
  const issuers = rrset.map((text) => /^\d+ issue "([^";\s]+)/i.exec(text)?.[1]);
  return [...new Set(issuers.filter((issuer) => issuer !== undefined))];
}

/** Whether an authority may issue. */
export function caaColumn(steps: Steps, ca: string): Badge {
  const step = stepOf(steps, "caa");
  if (step === undefined) return UNKNOWN;
  const { code, status, found } = step;
  if (status === "SKIP") return NOT_REACHED;
  if (code === "caa-none") return { tone: "warn", icon: "warn", word: "Any CA" };
  if (code === "caa-servfail") return { tone: "fail", icon: "fail", word: "No answer" };
  const rrset = typeof found === "object" && found !== null ? found.rrset : [];
  if (status === "FAIL") return { tone: "fail", icon: "fail", word: refusal(code, rrset) };
  return { tone: "ok", icon: "pass", word: isBound(step) ? "Bound to account" : caName(ca) };
}

/**
 * Whether the authority may issue to certain accounts alone. Records are alternatives: one that names an account
 * binds nothing as long as another one names none. The check tells, since it is never told an account here.
 */
export function isBound({ code }: Pick<StepGist, "code">): boolean {
  return code === "caa-accounturi-unchecked";
}

function refusal(code: Code, rrset: readonly string[]): string {
  const [first, ...others] = issuersIn(rrset);
  if (code !== "caa-other-ca" || first === undefined) return "Forbidden";
  return others.length === 0 ? `${first} only` : `${others.length + 1} other CAs`;
}

/** Where its traffic goes. */
export function trafficColumn(
  steps: Steps,
  { facts, state }: Pick<HostnameRecord, "facts" | "state">,
  nowMs: number,
): Badge {
  const step = stepOf(steps, "traffic");
  if (step === undefined) return UNKNOWN;
  if (step.code === "not-asked") return { tone: "idle", icon: "skip", word: "Unset" };
  if (step.status === "SKIP") return NOT_REACHED;
  if (step.code === "ok") return { tone: "ok", icon: "pass", word: "Edge" };
  if (facts.pointedMs !== undefined && facts.firstMissMs !== undefined) {
    return { tone: "warn", icon: "warn", word: `Left ${span(nowMs - facts.firstMissMs)} ago` };
  }
  const isUnderWay = state === "pending" || state === "propagating" || state === "ready";
  if (isUnderWay) return { tone: "idle", icon: "skip", word: "Not yet" };
  return { tone: "warn", icon: "warn", word: "Elsewhere" };
}

const DAY_MS = 86_400_000;
const FEW_DAYS = 7;

/** The certificate that visitors get, where that is looked at. */
export function certificateColumn(steps: Steps, nowMs: number): Badge {
  const step = stepOf(steps, "tls");
  if (step === undefined) return UNKNOWN;
  if (step.code === "not-asked") return { tone: "idle", icon: "skip", word: "Not probed" };
  const days = daysLeft(step, nowMs);
  if (days === undefined) return { tone: "idle", icon: "skip", word: "Not read" };
  if (days < 0) return { tone: "fail", icon: "fail", word: "Has ended" };
  const left = days === 0 ? "Ends today" : `${days} d left`;
  if (step.status === "PASS") return { tone: "ok", icon: "pass", word: left };
  const tone = days < FEW_DAYS ? "fail" : "warn";
  return { tone, icon: tone, word: left };
}

/** Days until that on which the certificate ends that the step has found, 0 on that day; undefined: it has found none. */
export function daysLeft({ found }: StepGist, nowMs: number): number | undefined {
  const until = /until (\d{4}-\d{2}-\d{2})/.exec(String(found))?.[1];
  return until === undefined ? undefined : Math.ceil((Date.parse(until) - nowMs) / DAY_MS);
}
