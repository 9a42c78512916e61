import { deflateRawSync, inflateRawSync } from "node:zlib";
import { hostnameDetail } from "../../audit/audit-entry.ts";
import type { Report } from "../../check/report.ts";
import { changedLabels, restoreLabels, storeLabels } from "../../delegate/labels.ts";
import { gistOf } from "../../hostname/gist.ts";
import {
  HOSTNAME_STATES,
  type HostnameFacts,
  type HostnameState,
  NO_FACTS,
  NO_MISSES,
} from "../../hostname/hostname.ts";
import type { Judgement } from "../../hostname/judge.ts";
import type { Act } from "../administration.ts";
import {
  type HostnameChange,
  type HostnameCondition,
  type HostnameRecord,
  type Judging,
  MOST_CHANGES,
  MOST_HOSTNAMES,
  type NewHostname,
} from "../hostnames.ts";
import type { HostnameRow } from "./hostname-statements.ts";
import type { UnitContext } from "./unit-context.ts";

/** What is done to host names, each as one unit of work. */

export function hostnameOf(row: HostnameRow): HostnameRecord {
  const { disabledMs, deletedMs, servedMs, lastUpdateMs, checkedMs, nextCheckMs, ...rest } = row;
  const live = disabledMs === null ? "live" : "disabled";
  return {
    ...rest,
    state: stateOf(row.state),
    labels: restoreLabels(row.labels),
    edgeTargets: textsOf(row.edgeTargets),
    facts: factsOf(row.facts),
    checkedMs: checkedMs ?? undefined,
    nextCheckMs: nextCheckMs ?? undefined,
    delegate: {
      state: deletedMs === null ? live : "deleted",
      lastUpdateMs: lastUpdateMs ?? undefined,
      servedMs: servedMs ?? undefined,
    },
  };
}

export function createHostname(
  context: UnitContext,
  { delegateId, name, tenant, labels, edgeTargets, timeMs, origin }: NewHostname,
): HostnameRecord | "gone" | "taken" | "full" {
  const { hostnames: sql, admin } = context;
  const delegate = admin.findDelegateById.get(delegateId);
  if (delegate === undefined || delegate.deletedMs !== null) return "gone";
  const before = sql.findNamed.get(name);
  // One whose delegate was deleted is only remembered, for its record that was left behind.
  if (before !== undefined && before.deletedMs === null) return "taken";
  if ((sql.countOfDelegate.get(delegateId)?.count ?? 0) >= MOST_HOSTNAMES) return "full";
  if (before !== undefined) {
    remove(context, { timeMs, origin }, hostnameOf(before), "it moves to another delegate");
  }
  const texts = { labels: storeLabels(labels), edgeTargets: JSON.stringify(edgeTargets) };
  const facts = JSON.stringify(NO_FACTS);
  const row = { name, delegateId, tenant, ...texts, facts, timeMs };
  const id = Number(sql.insert.run(row).lastInsertRowid);
  record(context, { timeMs, origin }, { name, delegateId }, "created", "");
  noteChange(context, { id, timeMs, name, state: "pending", reason: "" });
  if (delegate.disabledMs !== null) lockHostnames(context, { delegateId, timeMs, origin });
  return found(context, id) ?? "gone";
}

export function changeHostname(
  context: UnitContext,
  change: HostnameChange,
): HostnameRecord | "gone" | "changed" | "full" {
  const { id, timeMs, origin } = change;
  const before = found(context, id);
  if (before === undefined) return "gone";
  if (change.isAsExpected?.(before) === false) return "changed";
  const labels = changedLabels(before.labels, change.labels ?? new Map());
  if (labels === undefined) return "full";
  const { tenant = before.tenant, edgeTargets = before.edgeTargets } = change;
  const texts = { labels: storeLabels(labels), edgeTargets: JSON.stringify(edgeTargets) };
  const isSame =
    tenant === before.tenant &&
    texts.labels === storeLabels(before.labels) &&
    texts.edgeTargets === JSON.stringify(before.edgeTargets);
  if (isSame) return before;
  // What is right about its traffic is another question now.
  const isMoved = `${edgeTargets.toSorted()}` !== `${before.edgeTargets.toSorted()}`;
  const nextCheckMs = isMoved && before.state !== "locked" ? timeMs : (before.nextCheckMs ?? null);
  context.hostnames.setSaid.run({ id, tenant, ...texts, nextCheckMs });
  record(context, { timeMs, origin }, before, "changed", "");
  return found(context, id) ?? "gone";
}

export function deleteHostname(
  context: UnitContext,
  { id, isAsExpected, timeMs, origin }: Act & HostnameCondition,
): "deleted" | "gone" | "changed" {
  const before = found(context, id);
  if (before === undefined) return "gone";
  if (isAsExpected?.(before) === false) return "changed";
  remove(context, { timeMs, origin }, before, "");
  return "deleted";
}

export function judgeHostname(
  context: UnitContext,
  { id, judge, checked, timeMs, origin }: Judging,
): HostnameRecord | "gone" {
  const before = found(context, id);
  if (before === undefined) return "gone";
  if (checked !== undefined) {
    // Where nobody could be asked, what was found before is still what is known.
    const { report } = checked;
    const kept =
      report === undefined
        ? { report: null, gist: null }
        : { report: packReport(report), gist: JSON.stringify(gistOf(report)) };
    context.hostnames.setReport.run({ id, checkedMs: timeMs, ...kept });
  }
  const judgement = judge(before);
  if (judgement.isOver === true) {
    remove(context, { timeMs, origin }, before, "its record is gone");
    return "gone";
  }
  become(context, { timeMs, origin }, before, judgement);
  return found(context, id) ?? "gone";
}

/** A fifth of the octets: there is one for each host name. */
function packReport(report: Report): Uint8Array {
  return deflateRawSync(JSON.stringify(report));
}

export function unpackReport(packed: Uint8Array): Report {
  return JSON.parse(inflateRawSync(packed).toString("utf8"));
}

type OfDelegate = Act & { readonly delegateId: number };

/** Its delegate was locked: what a host name was is remembered. */
export function lockHostnames(context: UnitContext, act: OfDelegate): void {
  forEachOf(context, act, (before) => ({
    state: "locked",
    reason: "",
    advice: "",
    facts: {
      ...before.facts,
      beforeLock: before.state === "locked" ? before.facts.beforeLock : before.state,
    },
    nextCheckMs: undefined,
  }));
}

/** Its delegate works again: it is what it was until the next look, which is now. */
export function unlockHostnames(context: UnitContext, act: OfDelegate): void {
  forEachOf(context, act, ({ facts, ...before }) => {
    const state = facts.beforeLock ?? "pending";
    // A reason to lock is none to lock again at once.
    const isAway = state === "offboarding" || state === "never_pointed";
    const anew = { ...NO_MISSES, readyMs: act.timeMs };
    return {
      ...before,
      state: isAway ? "ready" : state,
      facts: { ...facts, ...(isAway ? anew : {}), beforeLock: undefined },
      nextCheckMs: act.timeMs,
    };
  });
}

/** Its delegate was deleted; its record may still be there. */
export function orphanHostnames(context: UnitContext, act: OfDelegate): void {
  const orphan = { state: "orphaned", reason: "", advice: "", facts: NO_FACTS } as const;
  forEachOf(context, act, () => ({ ...orphan, nextCheckMs: act.timeMs }));
}

/** Its delegate is back. */
export function readoptHostnames(context: UnitContext, act: OfDelegate): void {
  const pending = { state: "pending", reason: "", advice: "", facts: NO_FACTS } as const;
  forEachOf(context, act, () => ({ ...pending, nextCheckMs: act.timeMs }));
}

function forEachOf(
  context: UnitContext,
  { delegateId, timeMs, origin }: OfDelegate,
  judge: (before: HostnameRecord) => Judgement,
): void {
  for (const row of context.hostnames.ofDelegate.all(delegateId)) {
    const before = hostnameOf(row);
    become(context, { timeMs, origin }, before, judge(before));
  }
}

function become(
  context: UnitContext,
  { timeMs, origin }: Act,
  before: HostnameRecord,
  judgement: Judgement,
): void {
  const { id, name } = before;
  const { state, reason, advice, facts, nextCheckMs } = judgement;
  const isNew = state !== before.state;
  const sinceMs = isNew ? timeMs : before.sinceMs;
  const texts = { reason, advice, facts: JSON.stringify(facts) };
  const row = { id, state, sinceMs, ...texts, nextCheckMs: nextCheckMs ?? null };
  context.hostnames.setState.run(row);
  if (!isNew) return;
  const why = reason === "" ? "" : ` (${reason})`;
  record(context, { timeMs, origin }, before, state, `${before.state} -> ${state}${why}`);
  noteChange(context, { id, timeMs, name, state, reason });
}

function noteChange(
  context: UnitContext,
  change: {
    readonly id: number;
    readonly timeMs: number;
    readonly name: string;
    readonly state: HostnameState;
    readonly reason: string;
  },
): void {
  const { id, timeMs, name, state, reason } = change;
  context.hostnames.insertChange.run({ id, timeMs, state, reason });
  context.hostnames.forgetOldChanges.run({ id, most: MOST_CHANGES });
  context.hostnameChanges.push({ name, state });
}

function remove(context: UnitContext, act: Act, before: HostnameRecord, why: string): void {
  forget(context, before.id);
  record(context, act, before, "deleted", why);
  context.hostnameChanges.push({ name: before.name, state: undefined });
}

function forget({ hostnames: sql }: UnitContext, id: number): void {
  sql.forgetChanges.run(id);
  sql.delete.run(id);
}

function record(
  { audit }: UnitContext,
  { timeMs, origin }: Act,
  { name, delegateId }: Pick<HostnameRecord, "name" | "delegateId">,
  what: HostnameState | "created" | "changed" | "deleted",
  text: string,
): void {
  const detail = hostnameDetail(name, text);
  audit.append({
    timeMs,
    origin,
    delegateId,
    action: `hostname.${what}`,
    result: "accepted",
    detail,
  });
}

function found({ hostnames: sql }: UnitContext, id: number): HostnameRecord | undefined {
  const row = sql.find.get(id);
  return row && hostnameOf(row);
}

function stateOf(text: string): HostnameState {
  return HOSTNAME_STATES.find((state) => state === text) ?? "error";
}

function textsOf(json: string): readonly string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter((each) => typeof each === "string") : [];
}

function factsOf(json: string): HostnameFacts {
  return { ...NO_FACTS, ...JSON.parse(json) };
}
