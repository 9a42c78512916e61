import assert from "node:assert/strict";
import type { HostnameStateChange } from "../hostnames.ts";
import type { AdminStatements } from "./admin-statements.ts";
import type { AuditWriter } from "./audit-writer.ts";
import type { HostnameStatements } from "./hostname-statements.ts";
import type { PortalStatements } from "./portal-statements.ts";
import type { Statements } from "./statements.ts";

/** What a unit of work has, inside its transaction. */
export interface UnitContext {
  readonly sql: Statements;
  /** Prepared with the first use. */
  readonly admin: AdminStatements;
  readonly audit: AuditWriter;
  readonly hostnames: HostnameStatements;
  /** What is to be told of once it is durable. */
  readonly hostnameChanges: HostnameStateChange[];
  readonly portal: PortalStatements;
}

/** How parts of the store read and write. */
export interface StoreAccess {
  read<T>(work: (context: UnitContext) => T): T;
  write<T>(work: (context: UnitContext) => T): Promise<T>;
}

/** The serial of the zone after one more change. */
export function raiseSerial({ sql }: Pick<UnitContext, "sql">, zoneId: number): number {
  const row = sql.raiseSerial.get(zoneId);
  assert(row, "a delegate belongs to a zone");
  return row.serial;
}

/** RFC 1982 section 3.1, as the statements count. */
export function nextSerial(serial: number): number {
  return (serial + 1) % 2 ** 32;
}
