import Database, { type Statement } from "better-sqlite3";

const METHODS = ["run", "get", "all", "iterate"] as const;
type Method = (typeof METHODS)[number];
type StatementCall = (this: Statement, ...args: unknown[]) => unknown;

/**
 * Calls `onCall` with the SQL before each call of SQLite in this process, BEGIN and COMMIT among them. What it
 * throws comes out of the call, which is then not made.
 *
 * @returns what ends it.
 */
export function watchDatabaseCalls(onCall: (sql: string) => void): () => void {
  const database = new Database(":memory:");
  const prototype: Record<Method, StatementCall> = Object.getPrototypeOf(
    database.prepare("SELECT 1"),
  );
  database.close();
  const real = new Map(METHODS.map((method) => [method, prototype[method]]));
  for (const [method, call] of real) {
    prototype[method] = function (...args) {
      onCall(this.source);
      return call.apply(this, args);
    };
  }
  const { exec } = Database.prototype;
  Database.prototype.exec = function (sql) {
    onCall(sql);
    return exec.call(this, sql);
  };
  return () => {
    for (const [method, call] of real) prototype[method] = call;
    Database.prototype.exec = exec;
  };
}
