import type { Database } from "better-sqlite3";
import type { HostnameStateChange } from "../hostnames.ts";
import { StoreError } from "../store.ts";
import { type AdminStatements, prepareAdminStatements } from "./admin-statements.ts";
import { AuditWriter } from "./audit-writer.ts";
import { CredentialReader } from "./credential-reader.ts";
import { GroupCommit } from "./group-commit.ts";
import { prepareHostnameStatements } from "./hostname-statements.ts";
import { preparePortalStatements } from "./portal-statements.ts";
import { prepareStatements } from "./statements.ts";
import { isDamage, reportingFaults } from "./storage-fault.ts";
import type { StoreAccess, UnitContext } from "./unit-context.ts";

/** The one way to an open database: reads happen at once, writes in groups, in the order in which they were called. */
export class DatabaseAccess implements StoreAccess {
  readonly credentials: CredentialReader;
  readonly #file: string;
  readonly #database: Database;
  readonly #context: UnitContext;
  readonly #group: GroupCommit;
  #damage: string | undefined;
  /** Runs that could not be written down, by zone: they come with the first write that succeeds. */
  readonly #runsToBegin = new Map<string, number>();

  /**
   * @param file where the database is, for messages.
   * @param tell told of states of host names when they are durable.
   */
  constructor(
    file: string,
    database: Database,
    tell: (changes: readonly HostnameStateChange[]) => void,
  ) {
    this.#file = file;
    this.#database = database;
    const context = prepareContext(database);
    const { sql, audit, hostnameChanges } = context;
    this.#context = context;
    this.credentials = new CredentialReader(sql);
    this.#group = new GroupCommit(file, database, {
      begin: () => {
        audit.begin();
        hostnameChanges.length = 0;
        for (const [zone, initialSerial] of this.#runsToBegin) {
          sql.beginRun.get({ zone, initialSerial });
        }
      },
      finish: () => audit.finish(),
      committed: () => {
        audit.committed();
        if (hostnameChanges.length > 0) tell(hostnameChanges.splice(0));
      },
    });
  }

  get damage(): string | undefined {
    return this.#damage;
  }

  refuseWrites(damage: string): void {
    this.#damage ??= damage;
  }

  beginRunLater(zone: string, initialSerial: number): void {
    this.#runsToBegin.set(zone, initialSerial);
  }

  read<T>(work: (context: UnitContext) => T): T {
    return reportingFaults(this.#file, () => work(this.#context));
  }

  readDatabase<T>(work: (database: Database) => T): T {
    return reportingFaults(this.#file, () => work(this.#database));
  }

  async write<T>(work: (context: UnitContext) => T): Promise<T> {
    if (this.#damage !== undefined) throw new StoreError("storage_unavailable", this.#damage);
    try {
      const result = await this.#group.add(() => work(this.#context));
      this.#runsToBegin.clear();
      return result;
    } catch (error) {
      // What was written into a damaged database could be lost with what is damaged.
      if (error instanceof StoreError && isDamage(error.cause)) this.refuseWrites(error.message);
      throw error;
    }
  }

  /** As `write`, for what changes a credential or its delegate. */
  change<T>(work: (context: UnitContext) => T): Promise<T> {
    return this.write((context) => {
      this.credentials.forget();
      return work(context);
    });
  }

  /** Units of work that were called before still take effect. */
  close(): void {
    this.#group.flush();
    this.readDatabase((database) => database.close());
  }
}

function prepareContext(database: Database): UnitContext {
  const sql = prepareStatements(database);
  let admin: AdminStatements | undefined;
  return {
    sql,
    get admin() {
      admin ??= prepareAdminStatements(database);
      return admin;
    },
    audit: new AuditWriter(sql),
    hostnames: prepareHostnameStatements(database),
    hostnameChanges: [],
    portal: preparePortalStatements(database),
  };
}
