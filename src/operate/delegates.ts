import {
  type ApiKey,
  type CredentialId,
  generateApiKey,
  hashApiKey,
} from "../delegate/credential.ts";
import type { DelegateId, PublishedDigests } from "../delegate/delegate.ts";
import { type LabelChanges, type Labels, MOST_LABELS } from "../delegate/labels.ts";
import {
  type DelegateCondition,
  type Disabling,
  MOST_CREDENTIALS,
} from "../store/administration.ts";
import type { ChallengeUpdated } from "../store/store.ts";
import { ActError } from "./act-error.ts";
import type { ActParts } from "./tokens.ts";

/** Where the delegates of one zone are served from. */
export interface ZonePublisher {
  publish(published: PublishedDigests, serial?: number): void;
  remove(removal: Pick<PublishedDigests, "subdomain" | "sequence">, serial: number): void;
}

export interface DelegateActParts extends ActParts {
  /** By zone; none where no server runs. */
  readonly publishers: ReadonlyMap<string, ZonePublisher>;
  /** A random UUID (version 4), lower case. */
  readonly newUuid: () => string;
}

/** What is shown once. */
export interface NewCredentialShown {
  readonly username: string;
  readonly key: ApiKey;
}

/**
 * A second key, for the time in which clients change over. With `overlapSeconds`, the one there is ends after
 * that. Throws ActError.
 */
export async function createCredential(
  parts: DelegateActParts,
  delegateId: DelegateId,
  overlapSeconds?: number,
  label?: string,
): Promise<NewCredentialShown & { readonly credentialId: CredentialId }> {
  const { username, key } = newCredential(parts);
  const act = { delegateId, timeMs: parts.clock(), origin: parts.origin };
  const created = await parts.store.createCredential({
    ...act,
    username,
    keyHash: hashApiKey(key),
    label,
    othersExpireMs: overlapSeconds === undefined ? undefined : act.timeMs + overlapSeconds * 1000,
  });
  switch (created) {
    case "gone":
      throw new ActError("there is no such live delegate");
    case "full":
      throw new ActError(`a delegate has ${MOST_CREDENTIALS} keys at most: revoke one first`);
    case "taken":
      throw new Error("a random name that is taken already: the generator is broken");
    default:
      return { username, key, credentialId: created.credentialId };
  }
}

/** The key does nothing from now on. Throws ActError. */
export async function revokeCredential(
  { store, clock, origin }: DelegateActParts,
  credentialId: CredentialId,
): Promise<void> {
  const outcome = await store.revokeCredential({ credentialId, timeMs: clock(), origin });
  if (outcome === "gone") throw new ActError("there is no such live key");
}

/** Gives all its labels. Throws ActError. */
export async function labelDelegate(
  { store, clock, origin }: DelegateActParts,
  delegateId: DelegateId,
  changes: LabelChanges,
): Promise<Labels> {
  const labels = await store.labelDelegate({ delegateId, timeMs: clock(), origin, changes });
  if (labels === "gone") throw new ActError("there is no such live delegate");
  if (labels === "full") throw new ActError(`a delegate has ${MOST_LABELS} labels at most`);
  return labels;
}

/**
 * None of its keys works and it publishes nothing, until it is enabled. Throws ActError.
 *
 * @returns "unexpected" if what is expected of it, or of one of its host names, is not so; it is as it was then.
 */
export async function disableDelegate(
  parts: DelegateActParts,
  delegateId: DelegateId,
  expected: Pick<Disabling, "detail" | "isAsExpected" | "ofHostnames"> = {},
): Promise<"disabled" | "unexpected"> {
  const { store, clock, origin } = parts;
  const act = { ...expected, delegateId, timeMs: clock(), origin };
  const disabled = await store.disableDelegate(act);
  if (disabled === "gone") throw new ActError("there is no such live delegate");
  if (disabled === "unexpected") return disabled;
  publish(parts, disabled);
  return "disabled";
}

/** Its keys work again. Throws ActError. @returns "unexpected" if `isAsExpected` says no; it is as it was then. */
export async function enableDelegate(
  { store, clock, origin }: DelegateActParts,
  delegateId: DelegateId,
  isAsExpected?: DelegateCondition["isAsExpected"],
): Promise<"enabled" | "unexpected"> {
  const act = { delegateId, timeMs: clock(), origin, isAsExpected };
  const enabled = await store.enableDelegate(act);
  if (enabled === "gone") throw new ActError("there is no such delegate that is disabled");
  return enabled;
}

/**
 * It is gone from DNS and its keys are dead; its name is never given to another one. Throws ActError.
 *
 * @returns "unexpected" if `isAsExpected` says no; it is there then as it was.
 */
export async function deleteDelegate(
  parts: DelegateActParts,
  delegateId: DelegateId,
  isAsExpected?: DelegateCondition["isAsExpected"],
): Promise<"deleted" | "unexpected"> {
  const { store, clock, origin, publishers } = parts;
  const act = { delegateId, timeMs: clock(), origin, isAsExpected };
  const deleted = await store.deleteDelegate(act);
  if (deleted === "gone") throw new ActError("there is no such live delegate");
  if (deleted === "unexpected") return deleted;
  publishers.get(deleted.zone)?.remove(deleted, deleted.serial);
  return "deleted";
}

/**
 * It is in DNS again, without values, with a new key alone. Throws ActError.
 *
 * @returns "unexpected" if `isAsExpected` says no; it is deleted then as it was.
 */
export async function restoreDelegate(
  parts: DelegateActParts,
  delegateId: DelegateId,
  isAsExpected?: DelegateCondition["isAsExpected"],
): Promise<NewCredentialShown | "unexpected"> {
  const { username, key } = newCredential(parts);
  const act = { delegateId, timeMs: parts.clock(), origin: parts.origin, isAsExpected };
  const restored = await parts.store.restoreDelegate({
    ...act,
    username,
    keyHash: hashApiKey(key),
  });
  if (restored === "gone") throw new ActError("there is no such delegate that was deleted");
  if (restored === "unexpected") return restored;
  if (restored === "taken") {
    throw new Error("a random name that is taken already: the generator is broken");
  }
  publish(parts, restored);
  return { username, key };
}

function newCredential({ newUuid, randomOctets }: DelegateActParts): NewCredentialShown {
  return { username: newUuid(), key: generateApiKey(randomOctets) };
}

/** After the commit, before anybody is told. */
function publish({ publishers }: DelegateActParts, published: ChallengeUpdated): void {
  publishers.get(published.zone)?.publish(published, published.serial);
}
