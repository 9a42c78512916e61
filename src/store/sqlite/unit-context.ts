import assert from "node:assert/strict";
import type { AdminStatements } from "./admin-statements.ts";
import type { AuditWriter } from "./audit-writer.ts";
import type { Statements } from "./statements.ts";

/** What a unit of work has, inside its transaction. */
export interface UnitContext {
  readonly sql: Statements;
  /** Prepared with the first use. */
  readonly admin: AdminStatements;
  readonly audit: AuditWriter;
}

/** The serial of the zone after one more change. */
export function raiseSerial({ sql }: Pick<UnitContext, "sql">, zoneId: number): number {
  const row = sql.raiseSerial.get(zoneId);
  assert(row, "a delegate belongs to a zone");
  return row.serial;
}
