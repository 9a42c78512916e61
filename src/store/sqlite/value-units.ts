import assert from "node:assert/strict";
import { storeAllowFrom } from "../../delegate/allow-from.ts";
import { storeLabels } from "../../delegate/labels.ts";
import {
  ACME_DNS_SLOTS,
  type ChallengeUpdate,
  type ChallengeUpdated,
  type NewDelegate,
} from "../store.ts";
import { publishedDigests } from "./published-digests.ts";
import { reversedName } from "./reversed-name.ts";
import { raiseSerial, type UnitContext } from "./unit-context.ts";

/** What clients do with delegates and their values, each as one unit of work. */

/** When a credential was used last is written down once in this time. */
const LAST_USE_MS = 60_000;

export function createDelegate(
  { sql, admin, audit }: UnitContext,
  delegate: NewDelegate,
): "created" | "taken" | "token_revoked" {
  const zone = sql.findZone.get(delegate.zone);
  assert(zone, `beginRun was never called for the zone ${delegate.zone}`);
  if (sql.findUsername.get(delegate.username) !== undefined) return "taken";

  const { subdomain, username, keyHash, createdMs, tokenId, origin, detail } = delegate;
  const isTokenLive =
    tokenId === undefined || admin.useToken.run({ id: tokenId, nowMs: createdMs }).changes === 1;
  if (!isTokenLive) return "token_revoked";
  const allowFrom = storeAllowFrom(delegate.allowFrom);
  const { labels = {}, tenant = "", contact = "" } = delegate;
  const said = {
    labels: storeLabels(labels),
    tenant,
    contact,
    txtSlots: delegate.txtSlots ?? null,
  };
  const name = { zoneId: zone.id, subdomain, reversed: reversedName(subdomain) };
  const inserted = sql.insertDelegate.run({ ...name, ...said, allowFrom, createdMs });
  if (inserted.changes === 0) return "taken";

  const delegateId = Number(inserted.lastInsertRowid);
  const credential = sql.insertCredential.run({ delegateId, username, keyHash, createdMs });
  assert.equal(credential.changes, 1);
  const credentialId = Number(credential.lastInsertRowid);
  const what = { timeMs: createdMs, delegateId, credentialId, origin, detail };
  audit.append({ ...what, action: "register", result: "accepted" });
  return "created";
}

export function addChallengeDigest(
  context: UnitContext,
  { credentialId, delegateId, digest, slots: usualSlots, createdMs, origin }: ChallengeUpdate,
): ChallengeUpdated | "gone" {
  const { sql, audit } = context;
  const writer = sql.findWriter.get({ credentialId, delegateId, nowMs: createdMs });
  if (writer === undefined) return "gone";

  const slots = writer.txtSlots ?? usualSlots;
  if (slots > ACME_DNS_SLOTS) sql.forgetRepeated.run({ delegateId, digest });
  const { changes } = sql.insertValue.run({ delegateId, digest, createdMs });
  assert.equal(changes, 1);
  sql.forgetOldValues.run({ delegateId, slots });
  const values = sql.valuesOfDelegate.all(delegateId);
  const { zoneId, zone, subdomain, lastUsedMs } = writer;
  const sinceUseMs = createdMs - (lastUsedMs ?? Number.NEGATIVE_INFINITY);
  if (sinceUseMs >= LAST_USE_MS || sinceUseMs < 0) {
    sql.touchCredential.run({ credentialId, nowMs: createdMs });
  }
  const what = { timeMs: createdMs, delegateId, credentialId, origin };
  audit.append({ ...what, action: "update", result: "accepted" });
  return { ...publishedDigests(subdomain, values), zone, serial: raiseSerial(context, zoneId) };
}
