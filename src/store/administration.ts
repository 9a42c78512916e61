import type { Origin } from "../audit/audit-entry.ts";
import type { AllowFrom } from "../delegate/allow-from.ts";
import type { CredentialId, KeyHash } from "../delegate/credential.ts";
import type { DelegateId } from "../delegate/delegate.ts";
import type { LabelChanges, Labels } from "../delegate/labels.ts";
import type { HostnameRecord } from "./hostnames.ts";
import type { ChallengeUpdated } from "./store.ts";

/** Live credentials of a delegate: the one in use, and the one that takes its place. */
export const MOST_CREDENTIALS = 2;

/** What administrators do with delegates and their credentials. Each act is written into the trail. */
export interface Administration {
  /** A delegate by its name, also one that was deleted. */
  findDelegate(zone: string, subdomain: string): Promise<DelegateRecord | undefined>;

  /** A delegate by its full name, lower case without the final dot: in the lowest zone that has it. */
  findDelegateByFullName(name: string): Promise<DelegateRecord | undefined>;

  /** Those with that subdomain in any zone, in the order of the zones. */
  findDelegatesNamed(subdomain: string): Promise<readonly DelegateRecord[]>;

  /** The credentials of a delegate that are live at that time, the oldest first. */
  credentialsOf(delegateId: DelegateId, nowMs: number): Promise<readonly CredentialRecord[]>;

  /**
   * Live delegates of a zone that no key of was used since `beforeMs`, nor were they created or restored since;
   * the longest unused first, at most `most`.
   */
  unusedDelegates(query: UnusedQuery): Promise<readonly UnusedDelegate[]>;

  /** How many delegates are in each state. */
  countStates(): Promise<Readonly<Record<DelegateRecord["state"], number>>>;

  /** The delegates that were updated last, the newest first, at most `most`. */
  lastUpdates(most: number): Promise<readonly UpdatedDelegate[]>;

  /**
   * Adds a credential. With `othersExpireMs`, the live ones there are end at that time.
   *
   * @returns its number, or "gone" without such a live delegate, "full" if it has two already, "taken" if
   * the user name exists; nothing is stored then.
   */
  createCredential(
    credential: NewCredential,
  ): Promise<{ readonly credentialId: CredentialId } | "gone" | "full" | "taken">;

  /** Changes labels. @returns all it has then; "gone" if there is no such live delegate, "full" if there would be too many. */
  labelDelegate(
    act: DelegateAct & { readonly changes: LabelChanges },
  ): Promise<Labels | "gone" | "full">;

  /** Changes what is said of it. @returns "unexpected" if `isAsExpected` says no; nothing has changed then. */
  changeDelegate(change: DelegateChange): Promise<"changed" | "gone" | "full" | "unexpected">;

  /** Its key does nothing from now on. @returns "gone" if there is no such live credential. */
  revokeCredential(act: Act & { readonly credentialId: CredentialId }): Promise<"revoked" | "gone">;

  /**
   * No credential of the delegate works from now on, and it publishes nothing: its values are forgotten.
   *
   * `detail` says why, for the trail.
   *
   * @returns what is published from now on; "gone" if there is no such delegate, or it is disabled already.
   */
  disableDelegate(act: Disabling): Promise<ChallengeUpdated | "gone" | "unexpected">;

  /** Its credentials work again. @returns "gone" if there is no such delegate that is disabled. */
  enableDelegate(act: DelegateAct & DelegateCondition): Promise<"enabled" | "gone" | "unexpected">;

  /**
   * Deletes a live delegate: its credentials and values go, its name stays taken for ever. The
   * zone's serial rises.
   *
   * @returns what went, with a sequence that is newer than all it has published; "gone" if there is no such live
   * delegate, "unexpected" if `isAsExpected` says no.
   */
  deleteDelegate(
    act: DelegateAct & DelegateCondition,
  ): Promise<ChallengeUpdated | "gone" | "unexpected">;

  /**
   * Makes a deleted delegate live again: without values, with this credential alone.
   *
   * @returns what is published from now on; "gone" if there is no such deleted delegate, "taken" if the user name exists.
   */
  restoreDelegate(
    act: DelegateAct & DelegateCondition & { readonly username: string; readonly keyHash: KeyHash },
  ): Promise<ChallengeUpdated | "gone" | "taken" | "unexpected">;
}

export interface Act {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly origin: Origin;
}

export interface DelegateAct extends Act {
  readonly delegateId: DelegateId;
}

export interface DelegateCondition {
  /** Called inside the transaction with what there is; undefined: nothing is expected. */
  readonly isAsExpected?: ((said: SaidOfDelegate) => boolean) | undefined;
}

export interface Disabling extends DelegateAct, DelegateCondition {
  /** For the trail. */
  readonly detail?: string | undefined;
  /** Called inside the transaction: what is expected of its host names. */
  readonly ofHostnames?: ((hostnames: readonly HostnameRecord[]) => boolean) | undefined;
}

export interface DelegateChange extends DelegateAct, DelegateCondition {
  readonly allowFrom?: AllowFrom | undefined;
  readonly labels?: LabelChanges | undefined;
  readonly tenant?: string | undefined;
  readonly contact?: string | undefined;
  /** It holds from the next update on. */
  readonly txtSlots?: number | undefined;
}

/** What can be changed of a delegate. */
export interface SaidOfDelegate {
  readonly state: DelegateRecord["state"];
  readonly allowFrom: readonly string[];
  readonly labels: Labels;
  readonly tenant: string;
  readonly contact: string;
  /** Undefined: as many as the configuration says. */
  readonly txtSlots: number | undefined;
}

export interface NewCredential extends DelegateAct {
  readonly username: string;
  readonly keyHash: KeyHash;
  /** For people; "" if it is not given. */
  readonly label?: string | undefined;
  /** Milliseconds since 1970. */
  readonly othersExpireMs?: number | undefined;
}

export interface DelegateRecord {
  readonly id: DelegateId;
  readonly zone: string;
  readonly subdomain: string;
  readonly state: "live" | "disabled" | "deleted";
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly labels: Labels;
}

export interface CredentialRecord {
  readonly id: CredentialId;
  readonly username: string;
  readonly label: string;
  readonly keyScheme: "sha256" | "bcrypt";
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** To the minute; undefined: never, as far as is known. */
  readonly lastUsedMs: number | undefined;
  /** Milliseconds since 1970; undefined: it does not end by itself. */
  readonly expiresMs: number | undefined;
}

export interface UpdatedDelegate {
  readonly zone: string;
  readonly subdomain: string;
  /** Milliseconds since 1970, to the minute. */
  readonly lastUsedMs: number;
}

export interface UnusedQuery {
  readonly zone: string;
  readonly beforeMs: number;
  readonly most: number;
}

export interface UnusedDelegate {
  readonly subdomain: string;
  /** The last use of any of its keys, or when it was created. */
  readonly lastUsedMs: number;
}
