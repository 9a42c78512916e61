import { restoreAllowFrom, storeAllowFrom } from "../../delegate/allow-from.ts";
import type { CredentialId } from "../../delegate/credential.ts";
import {
  changedLabels,
  type LabelChanges,
  type Labels,
  restoreLabels,
  storeLabels,
} from "../../delegate/labels.ts";
import {
  type Act,
  type DelegateAct,
  type DelegateChange,
  type DelegateCondition,
  type DelegateRecord,
  type Disabling,
  MOST_CREDENTIALS,
  type NewCredential,
  type SaidOfDelegate,
} from "../administration.ts";
import type { ChallengeUpdated } from "../store.ts";
import type { DelegateRow } from "./admin-statements.ts";
import {
  hostnameOf,
  lockHostnames,
  orphanHostnames,
  readoptHostnames,
  unlockHostnames,
} from "./hostname-units.ts";
import { publishedDigests } from "./published-digests.ts";
import { raiseSerial, type UnitContext } from "./unit-context.ts";

/** What administrators do with delegates, each as one unit of work. */

type State = DelegateRecord["state"];

export function recordOf(row: DelegateRow): DelegateRecord {
  const { id, zone, subdomain, createdMs } = row;
  const labels = restoreLabels(row.labels);
  return { id, zone, subdomain, createdMs, labels, state: stateOf(row) };
}

export function createCredential(
  context: UnitContext,
  { delegateId, username, keyHash, timeMs, origin, othersExpireMs, label = "" }: NewCredential,
): { readonly credentialId: CredentialId } | "gone" | "full" | "taken" {
  if (inState(context, delegateId, "live", "disabled") === undefined) return "gone";
  const live = context.admin.credentials.all({ delegateId, nowMs: timeMs });
  if (live.length >= MOST_CREDENTIALS) return "full";
  const credentialId = insertCredential(context, { delegateId, username, keyHash, timeMs });
  if (credentialId === undefined) return "taken";
  if (label !== "") context.admin.setKeyLabel.run({ credentialId, label });
  let detail: string | undefined;
  if (othersExpireMs !== undefined) {
    const expiry = { delegateId, but: credentialId, expiresMs: othersExpireMs, nowMs: timeMs };
    context.admin.setExpiry.run(expiry);
    detail = `the key before it ends at ${new Date(othersExpireMs).toISOString()}`;
  }
  const what = { timeMs, origin, delegateId, credentialId, detail };
  const action = othersExpireMs === undefined ? "credential.create" : "credential.rotate";
  context.audit.append({ ...what, action, result: "accepted" });
  return { credentialId };
}

export function revokeCredential(
  { admin, audit }: UnitContext,
  { credentialId, timeMs, origin }: Act & { readonly credentialId: CredentialId },
): "revoked" | "gone" {
  const revoked = admin.revoke.get({ credentialId, timeMs });
  if (revoked === undefined) return "gone";
  const what = { timeMs, origin, delegateId: revoked.delegateId, credentialId };
  audit.append({ ...what, action: "credential.revoke", result: "accepted" });
  return "revoked";
}

export function labelDelegate(
  context: UnitContext,
  { delegateId, timeMs, origin, changes }: DelegateAct & { readonly changes: LabelChanges },
): Labels | "gone" | "full" {
  const row = inState(context, delegateId, "live", "disabled");
  if (row === undefined) return "gone";
  const labels = changedLabels(restoreLabels(row.labels), changes);
  if (labels === undefined) return "full";
  context.admin.setLabels.run({ delegateId, labels: storeLabels(labels) });
  const detail = [...changes].map(
    ([key, value]) => `${key}${value === undefined ? "-" : `=${value}`}`,
  );
  context.audit.append({
    timeMs,
    origin,
    delegateId,
    action: "delegate.label",
    result: "accepted",
    detail: detail.join(" "),
  });
  return labels;
}

export function changeDelegate(
  context: UnitContext,
  change: DelegateChange,
): "changed" | "gone" | "full" | "unexpected" {
  const { delegateId, timeMs, origin } = change;
  const row = inState(context, delegateId, "live", "disabled");
  if (row === undefined) return "gone";
  if (change.isAsExpected?.(saidOf(row)) === false) return "unexpected";
  const changed = changedLabels(restoreLabels(row.labels), change.labels ?? new Map());
  if (changed === undefined) return "full";
  const said = {
    allowFrom: storeAllowFrom(change.allowFrom ?? restoreAllowFrom(row.allowFrom)),
    labels: storeLabels(changed),
    tenant: change.tenant ?? row.tenant,
    contact: change.contact ?? row.contact,
    txtSlots: change.txtSlots ?? row.txtSlots,
  };
  const names = ["allowFrom", "labels", "tenant", "contact", "txtSlots"] as const;
  const detail = names.filter((name) => said[name] !== row[name]).join(" ");
  if (detail === "") return "changed";
  context.admin.setSaid.run({ delegateId, ...said });
  const what = { timeMs, origin, delegateId, detail };
  context.audit.append({ ...what, action: "delegate.change", result: "accepted" });
  return "changed";
}

export function disableDelegate(
  context: UnitContext,
  { delegateId, timeMs, origin, detail, isAsExpected, ofHostnames }: Disabling,
): ChallengeUpdated | "gone" | "unexpected" {
  const row = inState(context, delegateId, "live");
  if (row === undefined) return "gone";
  if (isAsExpected?.(saidOf(row)) === false) return "unexpected";
  const isOther =
    ofHostnames?.(context.hostnames.ofDelegate.all(delegateId).map(hostnameOf)) === false;
  if (isOther) return "unexpected";
  context.admin.setDisabled.run({ delegateId, disabledMs: timeMs });
  context.audit.append({
    timeMs,
    origin,
    delegateId,
    action: "delegate.disable",
    result: "accepted",
    detail,
  });
  lockHostnames(context, { delegateId, timeMs, origin });
  return withdraw(context, row);
}

export function enableDelegate(
  context: UnitContext,
  { delegateId, isAsExpected, timeMs, origin }: DelegateAct & DelegateCondition,
): "enabled" | "gone" | "unexpected" {
  const row = inState(context, delegateId, "disabled");
  if (row === undefined) return "gone";
  if (isAsExpected?.(saidOf(row)) === false) return "unexpected";
  context.admin.setDisabled.run({ delegateId, disabledMs: null });
  context.audit.append({
    timeMs,
    origin,
    delegateId,
    action: "delegate.enable",
    result: "accepted",
  });
  unlockHostnames(context, { delegateId, timeMs, origin });
  return "enabled";
}

export function deleteDelegate(
  context: UnitContext,
  { delegateId, isAsExpected, timeMs, origin }: DelegateAct & DelegateCondition,
): ChallengeUpdated | "gone" | "unexpected" {
  const row = inState(context, delegateId, "live", "disabled");
  if (row === undefined) return "gone";
  if (isAsExpected?.(saidOf(row)) === false) return "unexpected";
  context.admin.setDeleted.run({ delegateId, deletedMs: timeMs });
  context.admin.deleteCredentials.run(delegateId);
  context.audit.append({
    timeMs,
    origin,
    delegateId,
    action: "delegate.delete",
    result: "accepted",
  });
  orphanHostnames(context, { delegateId, timeMs, origin });
  return withdraw(context, row);
}

export function restoreDelegate(
  context: UnitContext,
  act: DelegateAct &
    DelegateCondition & { readonly username: string; readonly keyHash: Uint8Array },
): ChallengeUpdated | "gone" | "taken" | "unexpected" {
  const { delegateId, timeMs, origin, isAsExpected } = act;
  const row = inState(context, delegateId, "deleted");
  if (row === undefined) return "gone";
  if (isAsExpected?.(saidOf(row)) === false) return "unexpected";
  const credentialId = insertCredential(context, act);
  if (credentialId === undefined) return "taken";
  context.admin.setDeleted.run({ delegateId, deletedMs: null });
  // It was not unused since it was made, and nobody has asked for what it will publish: it begins anew.
  context.admin.setCreated.run({ delegateId, createdMs: timeMs });
  const what = { timeMs, origin, delegateId, credentialId };
  context.audit.append({ ...what, action: "delegate.restore", result: "accepted" });
  readoptHostnames(context, { delegateId, timeMs, origin });
  return withdraw(context, row);
}

/** The delegate publishes nothing from now on, and that is newer than all it has published. */
export function withdraw(
  context: UnitContext,
  { id, zoneId, zone, subdomain }: DelegateRow,
): ChallengeUpdated {
  context.admin.deleteValues.run(id);
  const sequence = nextSequence(context, id);
  return { subdomain, digests: [], sequence, zone, serial: raiseSerial(context, zoneId) };
}

/** Without these values, if there is such a delegate. */
export function forgetValues(
  context: UnitContext,
  delegateId: number,
  sequences: readonly number[],
): ChallengeUpdated | undefined {
  const row = inState(context, delegateId, "live", "disabled");
  if (row === undefined) return undefined;
  for (const sequence of sequences) context.admin.deleteValue.run(sequence);
  const { subdomain, zone, zoneId } = row;
  const left = publishedDigests(subdomain, context.sql.valuesOfDelegate.all(delegateId));
  const sequence = nextSequence(context, delegateId);
  return { ...left, sequence, zone, serial: raiseSerial(context, zoneId) };
}

/** A number that no update has had or will have: it comes out of the same sequence. */
function nextSequence({ sql, admin }: UnitContext, delegateId: number): number {
  const digest = NO_DIGEST as Parameters<typeof sql.insertValue.run>[0]["digest"];
  const inserted = sql.insertValue.run({ delegateId, digest, createdMs: 0 });
  const sequence = Number(inserted.lastInsertRowid);
  admin.deleteValue.run(sequence);
  return sequence;
}

const NO_DIGEST = "-".repeat(43);

function insertCredential(
  { sql }: UnitContext,
  credential: Pick<NewCredential, "delegateId" | "username" | "keyHash" | "timeMs">,
): CredentialId | undefined {
  const { delegateId, username, keyHash, timeMs } = credential;
  if (sql.findUsername.get(username) !== undefined) return undefined;
  const inserted = sql.insertCredential.run({ delegateId, username, keyHash, createdMs: timeMs });
  return Number(inserted.lastInsertRowid);
}

function inState(
  { admin }: UnitContext,
  delegateId: number,
  ...states: readonly State[]
): DelegateRow | undefined {
  const row = admin.findDelegateById.get(delegateId);
  return row !== undefined && states.includes(stateOf(row)) ? row : undefined;
}

function saidOf(row: DelegateRow): SaidOfDelegate {
  const { tenant, contact, txtSlots } = row;
  return {
    state: stateOf(row),
    allowFrom: restoreAllowFrom(row.allowFrom).entries,
    labels: restoreLabels(row.labels),
    tenant,
    contact,
    txtSlots: txtSlots ?? undefined,
  };
}

function stateOf({ deletedMs, disabledMs }: DelegateRow): State {
  if (deletedMs !== null) return "deleted";
  return disabledMs === null ? "live" : "disabled";
}
