import type { Database, Statement } from "better-sqlite3";
import { type AllowFrom, storeAllowFrom } from "../../delegate/allow-from.ts";
import type { ChallengeDigest } from "../../delegate/challenge-digest.ts";
import { prepareStatements, type Statements } from "./statements.ts";

/** A delegate with a key of which the bcrypt hash is known. */
export interface DelegateToImport {
  readonly username: string;
  readonly bcryptHash: Uint8Array;
  readonly subdomain: string;
  readonly allowFrom: AllowFrom;
  /** Oldest first. */
  readonly digests: readonly ChallengeDigest[];
}

/** What became of one: it is there now, it was before, or why it cannot be. */
export type Placed = "imported" | "there already" | { readonly conflict: string };

/** Where delegates that are imported go. */
export interface Placement {
  /** In their order. */
  place(batch: readonly DelegateToImport[]): readonly Placed[];
}

/** acme-dns knows nothing more of a delegate, and its names are one label. */
const NOTHING_SAID = { labels: "{}", tenant: "", contact: "", reversed: null, txtSlots: null };

const OWNER_OF_USERNAME = `
  SELECT d.subdomain, z.apex
  FROM credential AS c JOIN delegate AS d ON d.id = c.delegate_id JOIN zone AS z ON z.id = d.zone_id
  WHERE c.username = ?`;
const NAME_IS_TAKEN = `
  SELECT 1 FROM delegate
  WHERE zone_id = (SELECT id FROM zone WHERE apex = @zone) AND subdomain = @subdomain`;
const ENSURE_ZONE = `
  INSERT INTO zone (apex, serial) VALUES (@zone, @initialSerial) ON CONFLICT (apex) DO NOTHING`;
const INSERT_IMPORTED_CREDENTIAL = `
  INSERT INTO credential (delegate_id, username, key_scheme, key_hash, created_ms)
  VALUES (?, ?, 'bcrypt', ?, ?)
  ON CONFLICT (username) DO NOTHING`;
/** Two statements: joined, they take ten times as long. */
const DELEGATE_OF_NAME = "SELECT id FROM delegate WHERE zone_id = ? AND subdomain = ?";
const USERS_OF_DELEGATE = "SELECT username FROM credential WHERE delegate_id = ?";

interface Owner {
  readonly subdomain: string;
  readonly apex: string;
}

function userTaken({ username }: DelegateToImport, { subdomain, apex }: Owner): Placed {
  return { conflict: `user ${username} has the delegate ${subdomain}.${apex}` };
}

function nameTaken({ subdomain }: DelegateToImport, zone: string): Placed {
  return { conflict: `the name ${subdomain}.${zone} is or was another delegate's` };
}

/** A list of rows, each a list, as JSON: one statement for all of them costs half as much as one for each. */
const INSERT_DELEGATES = `
  INSERT INTO delegate (id, zone_id, subdomain, allow_from, created_ms)
  SELECT value ->> 0, @zoneId, value ->> 1, value ->> 2, @createdMs FROM json_each(@rows) WHERE true
  ON CONFLICT (zone_id, subdomain) DO NOTHING`;
const INSERT_VALUES = `
  INSERT INTO challenge_value (delegate_id, digest, created_ms)
  SELECT value ->> 0, value ->> 1, @createdMs FROM json_each(@rows)`;
const NEWEST_DELEGATE = "SELECT seq FROM sqlite_sequence WHERE name = 'delegate'";
/** After so many batches in a row with something in the way, the next will have, too. */
const MOST_MISSES = 3;

/**
 * Into a database, inside the caller's transaction. It is written first and asked only what was in the way:
 * a look before each would take as long as all the rest.
 */
export class DatabasePlacement implements Placement {
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #findOwner: Statement<[string], Owner>;
  readonly #findName: Statement<[zoneId: number, subdomain: string], { id: number }>;
  readonly #users: Statement<[delegateId: number], { username: string }>;
  readonly #insertDelegates: Statement;
  readonly #insertCredential: Statement<
    [delegateId: number, username: string, bcryptHash: Uint8Array, createdMs: number]
  >;
  readonly #insertValues: Statement;
  readonly #newestDelegate: Statement<[], { seq: number }>;
  readonly #forget: Statement<[number]>;
  readonly #zone: string;
  readonly #nowMs: number;
  #misses = 0;
  /** The row number of the zone. */
  readonly zoneId: number;

  constructor(database: Database, zone: string, initialSerial: number, nowMs: number) {
    this.#database = database;
    this.#sql = prepareStatements(database);
    this.#findOwner = database.prepare(OWNER_OF_USERNAME);
    this.#findName = database.prepare(DELEGATE_OF_NAME);
    this.#users = database.prepare(USERS_OF_DELEGATE);
    this.#insertDelegates = database.prepare(INSERT_DELEGATES);
    this.#insertCredential = database.prepare(INSERT_IMPORTED_CREDENTIAL);
    this.#insertValues = database.prepare(INSERT_VALUES);
    this.#newestDelegate = database.prepare(NEWEST_DELEGATE);
    this.#forget = database.prepare("DELETE FROM delegate WHERE id = ?");
    this.#zone = zone;
    this.#nowMs = nowMs;
    database.prepare(ENSURE_ZONE).run({ zone, initialSerial });
    this.zoneId = this.#sql.findZone.get(zone)?.id ?? 0;
  }

  place(batch: readonly DelegateToImport[]): readonly Placed[] {
    if (this.#misses < MOST_MISSES && this.#placeAtOnce(batch)) {
      this.#misses = 0;
      return batch.map(() => "imported");
    }
    this.#misses++;
    return batch.map((delegate) => this.#placeOne(delegate));
  }

  /** All of them, or none if something is in the way of one. */
  #placeAtOnce(batch: readonly DelegateToImport[]): boolean {
    this.#database.exec("SAVEPOINT batch");
    const isPlaced = this.#insertAll(batch);
    if (!isPlaced) this.#database.exec("ROLLBACK TO batch");
    this.#database.exec("RELEASE batch");
    return isPlaced;
  }

  #insertAll(batch: readonly DelegateToImport[]): boolean {
    const { zoneId } = this;
    const createdMs = this.#nowMs;
    const firstId = (this.#newestDelegate.get()?.seq ?? 0) + 1;
    const delegates = batch.map(({ subdomain, allowFrom }, i) => [
      firstId + i,
      subdomain,
      storeAllowFrom(allowFrom),
    ]);
    const inserted = this.#insertDelegates.run({
      zoneId,
      createdMs,
      rows: JSON.stringify(delegates),
    });
    if (inserted.changes < batch.length) return false;
    for (const [i, { username, bcryptHash }] of batch.entries()) {
      const credential = this.#insertCredential.run(firstId + i, username, bcryptHash, createdMs);
      if (credential.changes === 0) return false;
    }
    const values = batch.flatMap(({ digests }, i) =>
      digests.map((digest) => [firstId + i, digest]),
    );
    this.#insertValues.run({ createdMs, rows: JSON.stringify(values) });
    return true;
  }

  #placeOne(delegate: DelegateToImport): Placed {
    const { username, bcryptHash, subdomain, allowFrom, digests } = delegate;
    const createdMs = this.#nowMs;
    const inserted = this.#sql.insertDelegate.run({
      ...NOTHING_SAID,
      zoneId: this.zoneId,
      subdomain,
      allowFrom: storeAllowFrom(allowFrom),
      createdMs,
    });
    if (inserted.changes === 0) return this.#ofSameName(delegate);
    const delegateId = Number(inserted.lastInsertRowid);
    const credential = this.#insertCredential.run(delegateId, username, bcryptHash, createdMs);
    if (credential.changes === 0) {
      this.#forget.run(delegateId);
      const owner = this.#findOwner.get(username);
      return userTaken(delegate, owner ?? { subdomain: "(unknown)", apex: this.#zone });
    }
    for (const digest of digests) this.#sql.insertValue.run({ delegateId, digest, createdMs });
    return "imported";
  }

  #ofSameName(delegate: DelegateToImport): Placed {
    const found = this.#findName.get(this.zoneId, delegate.subdomain);
    const users = found === undefined ? [] : this.#users.all(found.id);
    const isSame = users.some(({ username }) => username === delegate.username);
    return isSame ? "there already" : nameTaken(delegate, this.#zone);
  }
}

/** Nowhere: what would become of it, by a database that is only read, if there is one. */
export class DryPlacement implements Placement {
  readonly #findOwner: Statement<[string], Owner> | undefined;
  readonly #findName: Statement<[object], unknown> | undefined;
  readonly #zone: string;
  /** Of those that were placed, since nothing is written. */
  readonly #subdomains = new Set<string>();
  readonly #usernames = new Map<string, string>();

  constructor(database: Database | undefined, zone: string) {
    this.#findOwner = database?.prepare(OWNER_OF_USERNAME);
    this.#findName = database?.prepare(NAME_IS_TAKEN);
    this.#zone = zone;
  }

  place(batch: readonly DelegateToImport[]): readonly Placed[] {
    return batch.map((delegate) => this.#placeOne(delegate));
  }

  #placeOne(delegate: DelegateToImport): Placed {
    const { username, subdomain } = delegate;
    const isTaken =
      this.#subdomains.has(subdomain) ||
      this.#findName?.get({ zone: this.#zone, subdomain }) !== undefined;
    const owner = this.#ownerOf(username);
    if (
      owner !== undefined &&
      (!isTaken || owner.subdomain !== subdomain || owner.apex !== this.#zone)
    ) {
      return isTaken ? nameTaken(delegate, this.#zone) : userTaken(delegate, owner);
    }
    if (isTaken) return owner === undefined ? nameTaken(delegate, this.#zone) : "there already";
    this.#subdomains.add(subdomain);
    this.#usernames.set(username, subdomain);
    return "imported";
  }

  #ownerOf(username: string): Owner | undefined {
    const placed = this.#usernames.get(username);
    if (placed !== undefined) return { subdomain: placed, apex: this.#zone };
    return this.#findOwner?.get(username);
  }
}
