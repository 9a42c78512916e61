import type { Database } from "better-sqlite3";
import { StoreError } from "../store.ts";
import { reportingFaults } from "./storage-fault.ts";

/** Something to be done whole or not at all. It may be done twice, if the first time was rolled back. */
type Work<T> = () => T;

interface Unit {
  /** Does it, and gives what settles its promise once that is durable. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** What belongs to each transaction besides its units. */
export interface TransactionFrame {
  /** Its first work, and its last. */
  readonly begin: () => void;
  readonly finish: () => void;
  /** It is durable. Not called if it was rolled back. */
  readonly committed: () => void;
}

/**
 * Durable writes at the price of a few: what was called while the last commit was synced to the disk
 * becomes one transaction, in the order of the calls, and its promises resolve after one sync for all
 * (docs/adr/0012). It happens in this thread: what arrives meanwhile waits in the sockets.
 */
export class GroupCommit {
  readonly #file: string;
  readonly #transaction: Transaction;
  #waiting: Unit[] = [];

  /**
   * @param file where the database is, for messages.
   * @param frame what each transaction begins and ends with.
   */
  constructor(file: string, database: Database, { begin, finish, committed }: TransactionFrame) {
    this.#file = file;
    const transaction = database.transaction((units: readonly Unit[]) => {
      begin();
      const settle = units.map(({ run }) => run());
      finish();
      return settle;
    });
    // IMMEDIATE takes the write lock first, so that what a unit reads cannot change before it writes.
    this.#transaction = (units) => {
      const settle = transaction.immediate(units);
      committed();
      return settle;
    };
  }

  /**
   * Resolves when what `work` did is durable. Rejects with StoreError if the storage failed, for all of
   * the group, and with what `work` throws for it alone; nothing has changed then.
   */
  add<T>(work: Work<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const result = work();
        return () => resolve(result);
      };
      this.#waiting.push({ run, reject });
      // When the sockets that are ready have been read, so that their requests come along.
      if (this.#waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Commits what waits. */
  flush(): void {
    const units = this.#waiting;
    this.#waiting = [];
    if (units.length === 0) return;
    const error = this.#commit(units);
    if (error === undefined) return;
    // A fault of the storage is everybody's; a bug in one unit must not cost the others.
    const isShared = error instanceof StoreError || units.length === 1;
    for (const unit of units) {
      const own = isShared ? error : this.#commit([unit]);
      if (own !== undefined) unit.reject(own);
    }
  }

  /** Gives the error if nothing was committed. */
  #commit(units: readonly Unit[]): unknown {
    try {
      const settle = reportingFaults(this.#file, () => this.#transaction(units));
      for (const each of settle) each();
      return undefined;
    } catch (error) {
      return error ?? new Error("a unit of work threw nothing");
    }
  }
}

type Transaction = (units: readonly Unit[]) => (() => void)[];
