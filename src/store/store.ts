import type { Origin } from "../audit/audit-entry.ts";
import type { AllowFrom } from "../delegate/allow-from.ts";
import type { BcryptHash } from "../delegate/bcrypt-hash.ts";
import type { ChallengeDigest } from "../delegate/challenge-digest.ts";
import type { CredentialId, KeyHash } from "../delegate/credential.ts";
import type { Delegate, DelegateId, PublishedDigests } from "../delegate/delegate.ts";
import type { Labels } from "../delegate/labels.ts";
import type { Activity } from "./activity.ts";
import type { Administration } from "./administration.ts";
import type { AnsweredRequests } from "./answered-requests.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { ClientStorage } from "./client-storage.ts";
import type { CustomerLinks } from "./customer-links.ts";
import type { Hostnames } from "./hostnames.ts";
import type { Lists } from "./lists.ts";
import type { Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

/**
 * What must survive: delegates, their credentials, the newest challenge values, the names that were
 * deleted, the SOA serial of each zone, tokens, the secrets of DNS cookies, what clients keep here, the
 * host names of customers and the links to their pages, the users of the portal, and who did what; and,
 * with less care, how much there was to do in each hour. This file and those of its parts are the
 * contract; `test/store/store-contract.ts` checks it against every adapter.
 *
 * Each method is one unit of work: it happens whole or not at all, and when its promise resolves
 * what it did is durable (it survives a power cut). There is no begin and no commit, since one
 * adapter cannot await inside a transaction. Units of work take effect one after the other, in the
 * order in which they were called.
 *
 * A method rejects only for faults of the storage (`StoreError`); what a caller can provoke is a value.
 * After a rejection nothing has changed, and the same call may succeed later.
 *
 * A zone is named by its apex in presentation format, lower case, without the final dot.
 */
export interface Store extends Administration, AuditTrail {
  /**
   * Begins a run of the server. The serial rises with every run, so that it is larger after
   * a restart and with whatever static records the configuration has by then (RFC 1982).
   * `initialSerial` is used for a zone that the store has never seen.
   * Where nothing can be written for lack of room or for damage, the serial is the same, and the run is written down
   * with the first write that succeeds: a server on a full disk can still answer.
   *
   * @returns the serial to answer with.
   */
  beginRun(zone: string, initialSerial: number): Promise<number>;

  /**
   * Adds a delegate with its first credential, to a zone of which a run was begun at any time.
   * Subdomains are unique over live and deleted ones of the zone for ever (ASCII letters in either
   * case are the same and stored in lower case), user names over all credentials.
   *
   * The trail gets its row in the same transaction, as with every method that is given an origin.
   *
   * `subdomain` is one label, or several with dots between: a name that people can read. The names between
   * it and the apex exist without being anybody's.
   *
   * @returns "taken" if the subdomain was ever used or the user name exists, "token_revoked" if
   * `tokenId` is not live any more; nothing is stored then.
   */
  createDelegate(delegate: NewDelegate): Promise<"created" | "taken" | "token_revoked">;

  /** When the newest live delegates of a zone were created, the newest first, at most `most`: milliseconds since 1970. */
  newestCreations(zone: string, most: number): Promise<readonly number[]>;

  /** The credential of that user name and its delegate, or undefined if it is unknown or its delegate is deleted. */
  findCredential(username: string): Promise<StoredCredential | undefined>;

  /**
   * Replaces the bcrypt hash of an imported key by the SHA-256 of the same key, unless the credential
   * has another one by now.
   */
  replaceImportedKey(replacement: ImportedKeyReplacement): Promise<void>;

  /**
   * Makes `digest` the newest value of the delegate and forgets all but the newest `slots` updates, or as many as the
   * delegate has slots of its own.
   * A repeated value is published once, in the place of its newest update; with up to ACME_DNS_SLOTS slots it
   * counts as an update all the same, with more it pushes out no other value.
   * Raises the serial of its zone, and of no other, by one (RFC 1982) in the same transaction.
   * Credential and delegate are looked up again by id inside it.
   *
   * @returns what the delegate publishes from now on and in which zone, or "gone" if the credential was revoked or has expired, does
   * not belong to the delegate, or the delegate was disabled or deleted; nothing changes then.
   */
  addChallengeDigest(update: ChallengeUpdate): Promise<ChallengeUpdated | "gone">;

  /**
   * Forgets values that were published before `beforeMs` and are not the newest of their delegate. It
   * looks at `rows` values at most, from where it stopped the last time, so that no clock makes it
   * forget many at once.
   *
   * @returns what the delegates concerned publish from now on.
   */
  ageOut(limits: {
    readonly beforeMs: number;
    readonly rows: number;
  }): Promise<readonly ChallengeUpdated[]>;

  /**
   * What every live delegate of the zone publishes, at most `slots` updates each; in no particular
   * order. Each delegate is read whole at one moment, but not all at the same: what is written while
   * the caller iterates may be seen or not. A caller that also learns of writes keeps what has the
   * larger sequence, and forgets the delegates that were deleted meanwhile.
   */
  publishedDigests(zone: string, slots: number): AsyncIterable<PublishedDigests>;

  /**
   * The secrets for DNS cookies, the newest first, at most two: if there is none yet, or the newest
   * is not younger than `lifetimeMs` (or was made in the future, by a clock that was set back since),
   * `secret` becomes the newest and all but the one before it are forgotten.
   */
  rotateCookieSecret(rotation: CookieSecretRotation): Promise<readonly Uint8Array[]>;

  /**
   * How many live delegates each zone has of which a run was ever begun, in the order of their
   * names: that may be more zones than a configuration serves.
   */
  countDelegates(): Promise<readonly DelegateCount[]>;

  /** Writes one row, to see whether that can be done. */
  probe(nowMs: number): Promise<void>;

  readonly tokens: Tokens;
  readonly clientStorage: ClientStorage;
  readonly hostnames: Hostnames;
  readonly lists: Lists;
  readonly answeredRequests: AnsweredRequests;
  readonly users: Users;
  readonly customerLinks: CustomerLinks;
  readonly activity: Activity;

  /** What damage of the data was found; undefined: none. */
  readonly damage: string | undefined;

  /** The data was found to be damaged: from now on every write is refused, for that reason. */
  refuseWrites(damage: string): void;

  /** Gives the system back what is not needed any more; it may cost some milliseconds. */
  tidyUp(): Promise<void>;

  /**
   * Releases the storage. Units of work that were called before still take effect; none may be
   * called after, and no iteration may go on.
   */
  close(): Promise<void>;
}

/** As many values as acme-dns has: with them an update counts whatever it says, as there (docs/adr/0032). */
export const ACME_DNS_SLOTS = 2;

export interface NewDelegate {
  readonly zone: string;
  readonly subdomain: string;
  readonly allowFrom: AllowFrom;
  readonly username: string;
  readonly keyHash: KeyHash;
  /** Milliseconds since 1970, for display only. */
  readonly createdMs: number;
  readonly origin: Origin;
  /** The token of the store that allows it, if one does. */
  readonly tokenId?: number | undefined;
  /** What the trail says of it besides. */
  readonly detail?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly tenant?: string | undefined;
  readonly contact?: string | undefined;
  /** How many of its newest values it publishes; undefined: as many as the configuration says. */
  readonly txtSlots?: number | undefined;
}

export interface StoredCredential {
  readonly id: CredentialId;
  /** How the hash was made: by us, or by acme-dns. */
  readonly keyScheme: "sha256" | "bcrypt";
  readonly keyHash: KeyHash | BcryptHash;
  /** Whether it may be used; "disabled" is said of its delegate. */
  readonly state: "live" | "revoked" | "disabled";
  /** Milliseconds since 1970, when it ends by itself; undefined: never. */
  readonly expiresMs: number | undefined;
  readonly delegate: Delegate;
}

export interface ImportedKeyReplacement {
  readonly credentialId: CredentialId;
  readonly bcryptHash: BcryptHash;
  readonly keyHash: KeyHash;
}

export interface ChallengeUpdate {
  readonly credentialId: CredentialId;
  readonly delegateId: DelegateId;
  readonly digest: ChallengeDigest;
  /** How many updates are kept, 1 or more. */
  readonly slots: number;
  /** Milliseconds since 1970, for display and `ageOut`: the order is that of the sequence. */
  readonly createdMs: number;
  readonly origin: Origin;
}

export interface ChallengeUpdated extends PublishedDigests {
  /** The zone of the delegate, whose serial this is. */
  readonly zone: string;
  readonly serial: number;
}

export interface CookieSecretRotation {
  /** 16 octets from a CSPRNG, stored only if one is needed. */
  readonly secret: Uint8Array;
  /** Since 1970. */
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

export interface DelegateCount {
  readonly zone: string;
  readonly delegates: number;
}

export type StoreErrorCode =
  /** The file belongs to something else and was not touched. */
  | "foreign_database"
  /** The data was written by a newer version of dnsvouch. */
  | "newer_schema"
  /** There was a database, and it is not there or has another beginning. */
  | "lost_database"
  /** Another process works with the data. */
  | "in_use"
  /** The storage cannot be opened, read or written. */
  | "storage_unavailable";

/** A fault of the storage. `message` says what, where and what to do next. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
