import Database, { SqliteError, type Statement } from "better-sqlite3";

const METHODS = ["run", "get", "all", "iterate"] as const;
type Method = (typeof METHODS)[number];
type Call = (this: Statement, ...args: unknown[]) => unknown;

/**
 * Lets one call of SQLite in this process fail, as it does on a disk that fails: BEGIN and COMMIT are calls as
 * all others.
 */
export class DatabaseFault {
  readonly #prototype: Record<Method, Call>;
  readonly #real: ReadonlyMap<Method, Call>;
  readonly #code: string;
  #callsUntil = Number.POSITIVE_INFINITY;
  #failed = "";

  constructor(code = "SQLITE_IOERR") {
    this.#code = code;
    const database = new Database(":memory:");
    this.#prototype = Object.getPrototypeOf(database.prepare("SELECT 1"));
    database.close();
    this.#real = new Map(METHODS.map((method) => [method, this.#prototype[method]]));
    for (const [method, real] of this.#real) {
      const fail = (statement: Statement): void => this.#count(statement);
      this.#prototype[method] = function (...args) {
        fail(this);
        return real.apply(this, args);
      };
    }
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

  remove(): void {
    for (const [method, real] of this.#real) this.#prototype[method] = real;
  }

  #count({ source }: Statement): void {
    if (--this.#callsUntil !== 0) return;
    this.#failed = source;
    throw new SqliteError(`a fault of this test at ${source}`, this.#code);
  }
}
