import type { Database, Statement } from "better-sqlite3";

/** Statements of which each is prepared with its first use, for a part that many servers do without. */
export function prepareWhenUsed<Statements>(
  database: Database,
  texts: Readonly<Record<keyof Statements & string, string>>,
): Statements {
  const prepared = {};
  for (const [name, text] of Object.entries<string>(texts)) {
    let statement: Statement | undefined;
    const get = (): Statement => {
      statement ??= database.prepare(text);
      return statement;
    };
    Object.defineProperty(prepared, name, { get, enumerable: true });
  }
  return prepared as Statements;
}
