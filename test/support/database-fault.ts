import { SqliteError } from "better-sqlite3";
import { watchDatabaseCalls } from "./database-calls.ts";

/** Lets one call of SQLite in this process fail, as it does on a disk that fails. */
export class DatabaseFault {
  readonly #code: string;
  readonly remove: () => void;
  #callsUntil = Number.POSITIVE_INFINITY;
  #failed = "";

  constructor(code = "SQLITE_IOERR") {
    this.#code = code;
    this.remove = watchDatabaseCalls((sql) => this.#count(sql));
  }

  /** The n-th call from now on fails, from 1; those after it do not. */
  failAt(call: number): void {
    this.#callsUntil = call;
    this.#failed = "";
  }

  /** What has failed since the last `failAt`: the statement, or nothing. */
  settle(): string {
    this.#callsUntil = Number.POSITIVE_INFINITY;
    return this.#failed;
  }

  #count(sql: string): void {
    if (--this.#callsUntil !== 0) return;
    this.#failed = sql;
    throw new SqliteError(`a fault of this test at ${sql}`, this.#code);
  }
}
