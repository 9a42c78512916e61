import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ChainPoint } from "../../audit/audit-chain.ts";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import type { CredentialId } from "../../delegate/credential.ts";
import type { DelegateId, PublishedDigests } from "../../delegate/delegate.ts";
import type { LabelChanges, Labels } from "../../delegate/labels.ts";
import type {
  Act,
  CredentialRecord,
  DelegateAct,
  DelegateChange,
  DelegateRecord,
  NewCredential,
  UnusedDelegate,
  UnusedQuery,
  UpdatedDelegate,
} from "../administration.ts";
import type { AuditBounds } from "../audit-trail.ts";
import {
  type ChallengeUpdate,
  type ChallengeUpdated,
  type CookieSecretRotation,
  type DelegateCount,
  type ImportedKeyReplacement,
  type NewDelegate,
  type Store,
  type StoredCredential,
  StoreError,
} from "../store.ts";
import { findAged } from "./age-out.ts";
import { pruneAudit } from "./audit-units.ts";
import { isYoungEnough, rotateCookieSecret } from "./cookie-secret-units.ts";
import { DatabaseAccess } from "./database-access.ts";
import {
  changeDelegate,
  createCredential,
  deleteDelegate,
  disableDelegate,
  enableDelegate,
  forgetValues,
  labelDelegate,
  recordOf,
  restoreDelegate,
  revokeCredential,
} from "./delegate-units.ts";
import { type OpenedDatabase, openDatabase } from "./open-database.ts";
import { allPublishedDigests, assertSlots } from "./published-digests.ts";
import { SqliteActivity } from "./sqlite-activity.ts";
import { SqliteAnsweredRequests } from "./sqlite-answered-requests.ts";
import { SqliteClientStorage } from "./sqlite-client-storage.ts";
import { SqliteCustomerLinks } from "./sqlite-customer-links.ts";
import { SqliteHostnames } from "./sqlite-hostnames.ts";
import { SqliteLists } from "./sqlite-lists.ts";
import { SqliteTokens } from "./sqlite-tokens.ts";
import { SqliteUsers } from "./sqlite-users.ts";
import type { PublishedRow } from "./statements.ts";
import { cannotWriteNow, reportingFaults } from "./storage-fault.ts";
import { nextSerial } from "./unit-context.ts";
import { addChallengeDigest, createDelegate } from "./value-units.ts";

/** Delegates read at once by `publishedDigests`: a millisecond of the event loop, and little memory. */
const PAGE_DELEGATES = 200;
/** A -wal file that is larger is emptied when there is time. */
const LARGE_WAL_OCTETS = 8 * 1024 * 1024;

/**
 * Opens the database at `path`, and makes it and its directory first if there is none. The caller owns
 * the data: see data-lock.ts.
 *
 * @param notice told what an operator should know about the opening.
 * @throws StoreError with any of its codes; the file of another program is left as it is.
 */
export async function openSqliteStore(
  path: string,
  notice: (text: string) => void = () => {},
): Promise<SqliteStore> {
  // Absolute, because SQLite takes a relative path that begins with "file:" for a URI.
  const file = resolve(path);
  return reportingFaults(file, () => {
    const opened = openDatabase(file, notice);
    try {
      return new SqliteStore(file, opened);
    } catch (error) {
      opened.database.close();
      throw error;
    }
  });
}

/** Reads happen before a method returns; writes in groups, in the order in which they were called. */
export class SqliteStore implements Store {
  /** Nobody else can open the database, since the disk has no room for what connections share. */
  readonly isAlone: boolean;
  /** The database was made now. */
  readonly isNew: boolean;
  readonly hostnames: SqliteHostnames;
  readonly lists: SqliteLists;
  readonly tokens: SqliteTokens;
  readonly clientStorage: SqliteClientStorage;
  readonly answeredRequests: SqliteAnsweredRequests;
  readonly users: SqliteUsers;
  readonly customerLinks: SqliteCustomerLinks;
  readonly activity: SqliteActivity;
  readonly #file: string;
  readonly #access: DatabaseAccess;
  /** The sequence up to which `ageOut` has looked. */
  #agedOutTo = 0;

  constructor(file: string, { database, isAlone, isNew }: OpenedDatabase) {
    this.isAlone = isAlone;
    this.isNew = isNew;
    this.#file = file;
    const access = new DatabaseAccess(file, database, (changes) => this.hostnames.tell(changes));
    this.#access = access;
    this.hostnames = new SqliteHostnames(access);
    this.lists = new SqliteLists((work) => access.readDatabase(work));
    this.tokens = new SqliteTokens(access);
    this.clientStorage = new SqliteClientStorage(access);
    this.answeredRequests = new SqliteAnsweredRequests(access);
    this.users = new SqliteUsers(access);
    this.customerLinks = new SqliteCustomerLinks(access);
    this.activity = new SqliteActivity(access);
  }

  async beginRun(zone: string, initialSerial: number): Promise<number> {
    try {
      return await this.#access.write(({ sql }) => {
        const row = sql.beginRun.get({ zone, initialSerial });
        assert(row, "a zone that is written has a serial");
        return row.serial;
      });
    } catch (error) {
      const isLasting = !(error instanceof StoreError && cannotWriteNow(error.cause));
      if (isLasting) throw error;
      this.#access.beginRunLater(zone, initialSerial);
      const serial = this.#access.read(({ admin }) => admin.storedSerial.get(zone)?.serial);
      return serial === undefined ? initialSerial : nextSerial(serial);
    }
  }

  async createDelegate(delegate: NewDelegate): Promise<"created" | "taken" | "token_revoked"> {
    return this.#access.write((context) => createDelegate(context, delegate));
  }

  async findCredential(username: string): Promise<StoredCredential | undefined> {
    return this.#access.read(() => this.#access.credentials.find(username));
  }

  async replaceImportedKey(replacement: ImportedKeyReplacement): Promise<void> {
    return this.#access.change(({ sql }) => {
      sql.replaceImportedKey.run(replacement);
    });
  }

  async addChallengeDigest(update: ChallengeUpdate): Promise<ChallengeUpdated | "gone"> {
    assertSlots(update.slots);
    return this.#access.write((context) => addChallengeDigest(context, update));
  }

  async ageOut(limits: {
    readonly beforeMs: number;
    readonly rows: number;
  }): Promise<readonly ChallengeUpdated[]> {
    const { byDelegate, lookedTo } = this.#access.read(({ admin }) =>
      findAged(admin, this.#agedOutTo, limits),
    );
    const aged =
      byDelegate.size === 0
        ? []
        : await this.#access.write((context) =>
            [...byDelegate].map(([id, sequences]) => forgetValues(context, id, sequences)),
          );
    this.#agedOutTo = lookedTo;
    return aged.filter((each) => each !== undefined);
  }

  async findDelegate(zone: string, subdomain: string): Promise<DelegateRecord | undefined> {
    const row = this.#access.read(({ admin }) => admin.findDelegate.get({ zone, subdomain }));
    return row && recordOf(row);
  }

  async findDelegateByFullName(name: string): Promise<DelegateRecord | undefined> {
    const row = this.#access.read(({ admin }) => admin.findDelegateByFullName.get({ name }));
    return row && recordOf(row);
  }

  async findDelegatesNamed(subdomain: string): Promise<readonly DelegateRecord[]> {
    return this.#access.read(({ admin }) => admin.findDelegatesNamed.all(subdomain)).map(recordOf);
  }

  async credentialsOf(delegateId: DelegateId, nowMs: number): Promise<readonly CredentialRecord[]> {
    const rows = this.#access.read(({ admin }) => admin.credentials.all({ delegateId, nowMs }));
    return rows.map((row) => ({
      ...row,
      lastUsedMs: row.lastUsedMs ?? undefined,
      expiresMs: row.expiresMs ?? undefined,
    }));
  }

  async labelDelegate(
    act: DelegateAct & { readonly changes: LabelChanges },
  ): Promise<Labels | "gone" | "full"> {
    return this.#access.write((context) => labelDelegate(context, act));
  }

  async countStates(): Promise<Readonly<Record<DelegateRecord["state"], number>>> {
    const row = this.#access.read(({ admin }) => admin.countStates.get());
    const { live = 0, disabled = 0, deleted = 0 } = row ?? {};
    return { live: live - disabled, disabled, deleted };
  }

  async lastUpdates(most: number): Promise<readonly UpdatedDelegate[]> {
    return this.#access.read(({ admin }) => admin.lastUpdates.all(most));
  }

  async unusedDelegates(query: UnusedQuery): Promise<readonly UnusedDelegate[]> {
    return this.#access.read(({ admin }) => admin.unused.all({ ...query }));
  }

  async createCredential(
    credential: NewCredential,
  ): Promise<{ readonly credentialId: CredentialId } | "gone" | "full" | "taken"> {
    return this.#access.change((context) => createCredential(context, credential));
  }

  async revokeCredential(
    act: Act & { readonly credentialId: CredentialId },
  ): Promise<"revoked" | "gone"> {
    return this.#access.change((context) => revokeCredential(context, act));
  }

  async changeDelegate(
    change: DelegateChange,
  ): Promise<"changed" | "gone" | "full" | "unexpected"> {
    return this.#access.change((context) => changeDelegate(context, change));
  }

  async disableDelegate(
    act: Parameters<Store["disableDelegate"]>[0],
  ): ReturnType<Store["disableDelegate"]> {
    return this.#access.change((context) => disableDelegate(context, act));
  }

  async enableDelegate(
    act: Parameters<Store["enableDelegate"]>[0],
  ): ReturnType<Store["enableDelegate"]> {
    return this.#access.change((context) => enableDelegate(context, act));
  }

  async deleteDelegate(
    act: Parameters<Store["deleteDelegate"]>[0],
  ): ReturnType<Store["deleteDelegate"]> {
    return this.#access.change((context) => deleteDelegate(context, act));
  }

  async restoreDelegate(
    act: Parameters<Store["restoreDelegate"]>[0],
  ): ReturnType<Store["restoreDelegate"]> {
    return this.#access.change((context) => restoreDelegate(context, act));
  }

  async newestCreations(zone: string, most: number): Promise<readonly number[]> {
    const rows = this.#access.read(({ admin }) => admin.newestCreations.all({ zone, most }));
    return rows.map(({ createdMs }) => createdMs);
  }

  async recordAct(entry: AuditEntry): Promise<void> {
    return this.#access.write(({ audit }) => audit.append(entry));
  }

  async auditHead(): Promise<ChainPoint> {
    return this.#access.read(({ audit }) => audit.head());
  }

  async pruneAudit(
    bounds: AuditBounds,
  ): Promise<{ readonly removed: number; readonly isTooLarge: boolean }> {
    return this.#access.write((context) => pruneAudit(context, bounds));
  }

  async probe(nowMs: number): Promise<void> {
    return this.#access.write(({ admin }) => {
      admin.probe.run({ nowMs });
    });
  }

  get damage(): string | undefined {
    return this.#access.damage;
  }

  refuseWrites(damage: string): void {
    this.#access.refuseWrites(damage);
  }

  async tidyUp(): Promise<void> {
    const walOctets = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (walOctets < LARGE_WAL_OCTETS) return;
    this.#access.readDatabase((database) => database.pragma("wal_checkpoint(TRUNCATE)"));
  }

  publishedDigests(zone: string, slots: number): AsyncGenerator<PublishedDigests> {
    assertSlots(slots);
    const page = (after: number): PublishedRow[] =>
      this.#access.read(({ sql }) =>
        sql.publishedPage.all({ zone, after, delegates: PAGE_DELEGATES }),
      );
    return allPublishedDigests(page, slots);
  }

  async rotateCookieSecret(rotation: CookieSecretRotation): Promise<readonly Uint8Array[]> {
    const found = this.#access.read(({ sql }) => sql.cookieSecrets.all());
    // The usual case writes nothing, so that it works on a full disk too.
    if (isYoungEnough(found, rotation)) return found.map((row) => row.secret);
    return this.#access.write((context) => rotateCookieSecret(context, rotation));
  }

  async countDelegates(): Promise<readonly DelegateCount[]> {
    return this.#access.read(({ sql }) => sql.countDelegates.all());
  }

  async close(): Promise<void> {
    this.#access.close();
  }
}
