import assert from "node:assert/strict";
import { resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import { restoreAllowFrom, storeAllowFrom } from "../../delegate/allow-from.ts";
import type { DelegateId, PublishedDigests } from "../../delegate/delegate.ts";
import type {
  ChallengeUpdate,
  ChallengeUpdated,
  CookieSecretRotation,
  DelegateCount,
  ImportedKeyReplacement,
  NewDelegate,
  Store,
  StoredCredential,
} from "../store.ts";
import { openConnection } from "./connection.ts";
import { createDatabase } from "./create-database.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import { GroupCommit } from "./group-commit.ts";
import { migrate, refuseNewerSchema } from "./migrations.ts";
import { publishedDigests } from "./published-digests.ts";
import { hasValue, type PublishedRow, prepareStatements, type Statements } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";

/** Delegates read at once by `publishedDigests`: a millisecond of the event loop, and little memory. */
const PAGE_DELEGATES = 200;

/**
 * Opens the database at `path`, and makes it and its directory first if there is none.
 *
 * @throws StoreError with any of its codes; the file of another program is left as it is.
 */
export async function openSqliteStore(path: string): Promise<Store> {
  // Absolute, because SQLite takes a relative path that begins with "file:" for a URI.
  const file = resolve(path);
  return reportingFaults(file, () => {
    const found = inspectDatabaseFile(file);
    if (found === "absent") createDatabase(file);
    else refuseNewerSchema(file, found.schemaVersion);
    return openExisting(file);
  });
}

function openExisting(file: string): Store {
  const database = openConnection(file);
  try {
    migrate(database, file);
    return new SqliteStore(file, database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reads happen before a method returns; writes in groups, in the order in which they were called. */
class SqliteStore implements Store {
  readonly #file: string;
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #group: GroupCommit;

  constructor(file: string, database: Database) {
    this.#file = file;
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#group = new GroupCommit(file, database);
  }

  async beginRun(zone: string, initialSerial: number): Promise<number> {
    return this.#write((sql) => {
      const row = sql.beginRun.get({ zone, initialSerial });
      assert(row, "a zone that is written has a serial");
      return row.serial;
    });
  }

  async createDelegate(delegate: NewDelegate): Promise<"created" | "taken"> {
    return this.#write((sql) => {
      const zone = sql.findZone.get(delegate.zone);
      assert(zone, `beginRun was never called for the zone ${delegate.zone}`);
      if (sql.findUsername.get(delegate.username) !== undefined) return "taken";

      const { subdomain, username, keyHash, createdMs } = delegate;
      const allowFrom = storeAllowFrom(delegate.allowFrom);
      const inserted = sql.insertDelegate.run({ zoneId: zone.id, subdomain, allowFrom, createdMs });
      if (inserted.changes === 0) return "taken";

      const delegateId = Number(inserted.lastInsertRowid);
      const { changes } = sql.insertCredential.run({ delegateId, username, keyHash, createdMs });
      assert.equal(changes, 1);
      return "created";
    });
  }

  async findCredential(username: string): Promise<StoredCredential | undefined> {
    const row = reportingFaults(this.#file, () => this.#statements.findCredential.get(username));
    if (row === undefined) return undefined;
    const allowFrom = restoreAllowFrom(row.allowFrom);
    const { id, keyScheme, keyHash, delegateId, zone, subdomain } = row;
    return { id, keyScheme, keyHash, delegate: { id: delegateId, zone, subdomain, allowFrom } };
  }

  async replaceImportedKey(replacement: ImportedKeyReplacement): Promise<void> {
    return this.#write((sql) => {
      sql.replaceImportedKey.run(replacement);
    });
  }

  async addChallengeDigest(update: ChallengeUpdate): Promise<ChallengeUpdated | "gone"> {
    const { credentialId, delegateId, digest, slots, createdMs } = update;
    assertSlots(slots);
    return this.#write((sql) => {
      const writer = sql.findWriter.get({ credentialId, delegateId });
      if (writer === undefined) return "gone";

      const { changes } = sql.insertValue.run({ delegateId, digest, createdMs });
      assert.equal(changes, 1);
      sql.forgetOldValues.run({ delegateId, slots });
      const values = sql.valuesOfDelegate.all(delegateId);
      const { zoneId, zone, subdomain } = writer;
      return { ...publishedDigests(subdomain, values), zone, serial: raiseSerial(sql, zoneId) };
    });
  }

  async deleteDelegate(
    delegateId: DelegateId,
    deletedMs: number,
  ): Promise<{ readonly serial: number } | "gone"> {
    return this.#write((sql) => {
      const buried = sql.buryDelegate.get({ delegateId, deletedMs });
      if (buried === undefined) return "gone";

      sql.deleteValues.run(delegateId);
      sql.deleteCredentials.run(delegateId);
      return { serial: raiseSerial(sql, buried.zoneId) };
    });
  }

  async *publishedDigests(zone: string, slots: number): AsyncGenerator<PublishedDigests> {
    assertSlots(slots);
    let after = 0;
    for (;;) {
      const rows = this.#publishedPage(zone, after);
      const last = rows.at(-1);
      if (last === undefined) return;
      for (const [subdomain, ofDelegate] of Map.groupBy(rows, (row) => row.subdomain)) {
        yield publishedDigests(subdomain, ofDelegate.filter(hasValue).slice(-slots));
      }
      after = last.delegateId;
      // Queries and updates that wait get their turn between two pages.
      await nextTurn();
    }
  }

  async rotateCookieSecret(rotation: CookieSecretRotation): Promise<readonly Uint8Array[]> {
    const { secret, nowMs, lifetimeMs } = rotation;
    const found = reportingFaults(this.#file, () => this.#statements.cookieSecrets.all());
    const ageMs = found[0] === undefined ? lifetimeMs : nowMs - found[0].createdMs;
    // The usual case writes nothing, so that it works on a full disk too.
    if (ageMs >= 0 && ageMs < lifetimeMs) return found.map((row) => row.secret);
    return this.#write((sql) => {
      sql.insertCookieSecret.run({ secret, createdMs: nowMs });
      sql.forgetOldCookieSecrets.run();
      return sql.cookieSecrets.all().map((row) => row.secret);
    });
  }

  async countDelegates(): Promise<readonly DelegateCount[]> {
    return reportingFaults(this.#file, () => this.#statements.countDelegates.all());
  }

  async close(): Promise<void> {
    this.#group.flush();
    reportingFaults(this.#file, () => this.#database.close());
  }

  #publishedPage(zone: string, after: number): PublishedRow[] {
    const page = { zone, after, delegates: PAGE_DELEGATES };
    return reportingFaults(this.#file, () => this.#statements.publishedPage.all(page));
  }

  #write<T>(work: (sql: Statements) => T): Promise<T> {
    return this.#group.add(() => work(this.#statements));
  }
}

function raiseSerial(sql: Statements, zoneId: number): number {
  const row = sql.raiseSerial.get(zoneId);
  assert(row, "a delegate belongs to a zone");
  return row.serial;
}

function assertSlots(slots: number): void {
  assert(Number.isInteger(slots) && slots >= 1, `slots must be 1 or more, not ${slots}`);
}
