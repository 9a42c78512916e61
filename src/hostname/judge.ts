import type { Report } from "../check/report.ts";
import { CONFIRMATION_MS } from "../check/wait-until-ready.ts";
import {
  type DelegateFacts,
  edgeTargetsOf,
  type Hostname,
  type HostnameFacts,
  type HostnamePolicy,
  type HostnameState,
  isConfirmed,
  NO_FACTS,
  NO_MISSES,
} from "./hostname.ts";
import { nextCheck } from "./schedule.ts";
import { isRecordGone, trafficOf, type Verdict, verdictOf } from "./verdict.ts";

/** What becomes of a host name. */
export interface Judgement
  extends Pick<Hostname, "state" | "reason" | "advice" | "facts" | "nextCheckMs"> {
  /** Nothing of its own leads to us any more, and its delegate is gone: there is nothing to keep. */
  readonly isOver?: boolean;
}

/** Looks in which traffic went elsewhere, before it is taken to have left (product: three over at least 72 hours). */
const MISSES = 3;
/** Times that a flaw which may pass by itself is seen, before a host name is not what it was. */
const FAILURES = 2;
const NO_RESOLVER = {
  reason: "no-resolver",
  advice: "no resolver of this server answers: look at checks.resolvers and /etc/resolv.conf",
};

export interface Circumstances {
  readonly delegate: DelegateFacts;
  readonly policy: HostnamePolicy;
  readonly nowMs: number;
}

/** After a check; `report` undefined: no resolver has answered. */
export function judgeCheck(
  hostname: Hostname,
  report: Report | undefined,
  circumstances: Circumstances,
): Judgement {
  const { delegate } = circumstances;
  if (delegate.state === "deleted") return judgeOrphan(hostname, report, circumstances);
  if (delegate.state === "disabled") return locked(hostname, circumstances);
  if (report === undefined) return unheard(hostname, circumstances);
  const verdict = verdictOf(report);
  const facts = ofTheseTargets(hostname, circumstances);
  const seen = withTraffic(facts, trafficOf(report), circumstances);
  if (verdict.kind === "pass") return judgePass({ ...hostname, facts: seen }, circumstances);
  return judgeFailure({ ...hostname, facts: seen }, verdict, circumstances);
}

/** Without a check: what updates, queries and the clock have changed. */
export function judgeUse(hostname: Hostname, circumstances: Circumstances): Judgement {
  const facts = ofTheseTargets(hostname, circumstances);
  const isToMove = isConfirmed(hostname) && circumstances.delegate.state === "live";
  return isToMove
    ? { ...confirmed(hostname, facts, circumstances), nextCheckMs: hostname.nextCheckMs }
    : kept(hostname, facts, circumstances);
}

/** Whether its delegate may be locked for it: it has left, and that was seen more than once, where it counts now. */
export function hasLeft(hostname: Hostname, circumstances: Circumstances): boolean {
  const { misses } = ofTheseTargets(hostname, circumstances);
  return ["offboarding", "never_pointed"].includes(hostname.state) && misses >= MISSES;
}

/** A deleted delegate's: over when its record is gone or leads elsewhere. */
function judgeOrphan(
  hostname: Hostname,
  report: Report | undefined,
  circumstances: Circumstances,
): Judgement {
  const isOver = report !== undefined && isRecordGone(report);
  const nothing = { reason: "", advice: "" };
  return { ...become(hostname, "orphaned", nothing, NO_FACTS, circumstances), isOver };
}

/** Nobody could be asked, which says nothing about the host name. */
function unheard(hostname: Hostname, circumstances: Circumstances): Judgement {
  const { state, facts } = hostname;
  if (isConfirmed(hostname)) return kept(hostname, facts, circumstances);
  return become(hostname, state, NO_RESOLVER, facts, circumstances);
}

function locked(hostname: Hostname, circumstances: Circumstances): Judgement {
  const { state, reason, advice, facts } = hostname;
  const before = state === "locked" ? facts.beforeLock : state;
  const remembered = { ...facts, beforeLock: before };
  return become(hostname, "locked", { reason, advice }, remembered, circumstances);
}

function judgePass(hostname: Hostname, circumstances: Circumstances): Judgement {
  const { policy, nowMs } = circumstances;
  const before = { ...hostname.facts, failures: 0, failedMs: undefined };
  if (isConfirmed(hostname)) return confirmed(hostname, before, circumstances);
  const sinceMs = nowMs - (before.passedMs ?? Number.NEGATIVE_INFINITY);
  const isCounted = sinceMs >= CONFIRMATION_MS || sinceMs < 0;
  const passes = isCounted ? before.passes + 1 : before.passes;
  const facts = { ...before, passes, passedMs: isCounted ? nowMs : before.passedMs };
  if (passes >= policy.confirmations) {
    const nothing = { passes: 0, passedMs: undefined, firstMs: undefined };
    const ready = { ...facts, ...nothing, readyMs: nowMs };
    return confirmed(hostname, ready, circumstances);
  }
  const why = { reason: "confirming", advice: "" };
  return found(hostname, "propagating", why, facts, circumstances);
}

function judgeFailure(
  hostname: Hostname,
  verdict: Extract<Verdict, { kind: "fail" }>,
  circumstances: Circumstances,
): Judgement {
  const { nowMs } = circumstances;
  const { state, isDefinite, reason, advice } = verdict;
  const before = { ...hostname.facts, passes: 0, passedMs: undefined };
  if (isDefinite || isBelievedAtOnce(hostname, state)) {
    const facts = { ...before, failures: 0, failedMs: undefined, readyMs: undefined };
    return found(hostname, state, { reason, advice }, facts, circumstances);
  }
  const sinceMs = nowMs - (before.failedMs ?? Number.NEGATIVE_INFINITY);
  const isCounted = sinceMs >= CONFIRMATION_MS || sinceMs < 0;
  const failures = isCounted ? before.failures + 1 : before.failures;
  const facts = { ...before, failures, failedMs: isCounted ? nowMs : before.failedMs };
  if (failures < FAILURES) return kept(hostname, facts, circumstances);
  const failed = { ...facts, failures: 0, failedMs: undefined, readyMs: undefined };
  return found(hostname, state, { reason, advice }, failed, circumstances);
}

/** What may pass by itself changes nothing, is all that is known, or is a step forward: records spread. */
function isBelievedAtOnce(hostname: Hostname, state: HostnameState): boolean {
  const isUnknown = hostname.state === "pending" && hostname.facts.firstMs === undefined;
  const isForward = state === "propagating" && !isConfirmed(hostname);
  return state === hostname.state || isUnknown || isForward;
}

/** Which of the states in which everything is right. */
function confirmed(
  hostname: Hostname,
  facts: HostnameFacts,
  circumstances: Circumstances,
): Judgement {
  const state = confirmedState({ ...hostname, facts }, circumstances);
  return become(hostname, state, { reason: "", advice: "" }, facts, circumstances);
}

function confirmedState(
  { facts, createdMs }: Hostname,
  { delegate, policy, nowMs }: Circumstances,
): HostnameState {
  const { offboardAction, offboardAfterMs, neverPointedAfterMs, staleAfterMs } = policy;
  const { misses, firstMissMs, pointedMs, readyMs } = facts;
  if (offboardAction !== "none" && firstMissMs !== undefined) {
    const isLong = nowMs - firstMissMs >= offboardAfterMs;
    if (pointedMs !== undefined && misses >= MISSES && isLong) return "offboarding";
    const isWaitOver = readyMs !== undefined && nowMs - readyMs >= neverPointedAfterMs;
    if (pointedMs === undefined && isWaitOver) return "never_pointed";
  }
  // What others of the delegate had was not for this one. A clock that was ahead when it was made says nothing.
  const sinceMs = createdMs > nowMs ? 0 : createdMs;
  const { lastUpdateMs = Number.NEGATIVE_INFINITY, servedMs = Number.NEGATIVE_INFINITY } = delegate;
  if (lastUpdateMs < sinceMs) return "ready";
  if (nowMs - lastUpdateMs > staleAfterMs) return "stale";
  return servedMs < sinceMs ? "ready" : "active";
}

/** What was found out about its traffic at other targets than it has by now says nothing. */
function ofTheseTargets(hostname: Hostname, { policy, nowMs }: Circumstances): HostnameFacts {
  const { facts } = hostname;
  const edgeTargets = edgeTargetsOf(hostname, policy);
  const isSame = facts.edgeTargets === undefined || facts.edgeTargets === edgeTargets;
  if (isSame) return { ...facts, edgeTargets };
  const readyMs = facts.readyMs === undefined ? undefined : nowMs;
  return { ...facts, ...NO_MISSES, pointedMs: undefined, readyMs, edgeTargets };
}

/** A miss is counted once in a third of the time that they must last, so that a clock that jumps makes none. */
function withTraffic(
  facts: HostnameFacts,
  traffic: ReturnType<typeof trafficOf>,
  { policy: { offboardAfterMs }, nowMs }: Circumstances,
): HostnameFacts {
  if (traffic === "unknown") return facts;
  if (traffic === "here") return { ...facts, ...NO_MISSES, pointedMs: nowMs };
  if (traffic === "not-asked") return { ...facts, ...NO_MISSES };
  // Seen first in the future: a clock was ahead.
  const isRight = facts.firstMissMs === undefined || facts.firstMissMs <= nowMs;
  const { misses, firstMissMs = nowMs, lastMissMs } = isRight ? facts : NO_MISSES;
  const sinceMs = nowMs - (lastMissMs ?? Number.NEGATIVE_INFINITY);
  if (sinceMs < offboardAfterMs / MISSES && sinceMs >= 0) return facts;
  return { ...facts, misses: misses + 1, firstMissMs, lastMissMs: nowMs };
}

function kept(hostname: Hostname, facts: HostnameFacts, circumstances: Circumstances): Judgement {
  const { state, reason, advice } = hostname;
  return become(hostname, state, { reason, advice }, facts, circumstances);
}

/** It does not work, or not yet: what comes and goes was so for the first time when it first came. */
function found(
  hostname: Hostname,
  state: HostnameState,
  why: Pick<Hostname, "reason" | "advice">,
  facts: HostnameFacts,
  circumstances: Circumstances,
): Judgement {
  const firstMs = Math.min(facts.firstMs?.[state] ?? Infinity, circumstances.nowMs);
  const noted = { ...facts, firstMs: { ...facts.firstMs, [state]: firstMs } };
  return become(hostname, state, why, noted, circumstances);
}

function become(
  hostname: Hostname,
  state: HostnameState,
  why: Pick<Hostname, "reason" | "advice">,
  facts: HostnameFacts,
  { policy, nowMs }: Circumstances,
): Judgement {
  const sinceMs = state === hostname.state ? hostname.sinceMs : nowMs;
  const next = { id: hostname.id, state, sinceMs, facts };
  return { state, ...why, facts, nextCheckMs: nextCheck(next, policy, nowMs) };
}
