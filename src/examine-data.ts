// What an examination reads of the data of a server. A server that examines itself must not open its own files but
// through SQLite: closing any descriptor of a file gives up all locks that the process has on it (fcntl(2)).
import { resolve } from "node:path";
import type { Config } from "./config/config.ts";
import type { SeenRequest } from "./doctor/clients.ts";
import type { PortFacts } from "./doctor/ports.ts";
import type { DatabaseState, StorageFacts } from "./doctor/storage.ts";
import { checkDatabase } from "./store/sqlite/check-database.ts";
import { dataHolder, isInUse } from "./store/sqlite/data-lock.ts";
import { inspectDatabaseFile } from "./store/sqlite/database-file.ts";
import { openRecords } from "./store/sqlite/open-records.ts";
import { StoreError } from "./store/store.ts";

/** Whether a server has the data, and its process. */
export function dataOwner(
  connection: string,
  isThisServer: boolean,
): Pick<PortFacts, "isRunning" | "serverPid"> {
  if (isThisServer) return { isRunning: true, serverPid: String(process.pid) };
  return { isRunning: whetherRunning(connection), serverPid: dataHolder(connection) };
}

function whetherRunning(connection: string): boolean | undefined {
  try {
    return isInUse(connection);
  } catch {
    return undefined;
  }
}

export interface Trail {
  readonly newestMs: number | undefined;
  readonly requests: readonly SeenRequest[];
}

const ROWS_READ = 200;

/** The newest of the audit trail; undefined if it cannot be read. */
export function readTrail(connection: string, isThisServer: boolean): Trail | undefined {
  try {
    const records = openRecords(connection, { isOpenHere: isThisServer });
    try {
      const rows = records.audit({ delegate: undefined, most: ROWS_READ });
      const requests = rows.filter(({ action }) => action === "update" || action === "register");
      return { newestMs: rows.at(-1)?.timeMs, requests: requests.filter(isOverHttp) };
    } finally {
      records.close();
    }
  } catch {
    // What is wrong with the database is a finding of its own.
    return undefined;
  }
}

function isOverHttp({ peer }: SeenRequest): boolean {
  return peer !== "command line";
}

export async function storageFacts(
  { api, database, file }: Config,
  isThisServer: boolean,
): Promise<StorageFacts> {
  const path = resolve(database.connection);
  const secretConfig = api.registrationTokens.length > 0 ? file : undefined;
  return { file: path, state: await databaseState(path, isThisServer), secretConfig };
}

async function databaseState(path: string, isThisServer: boolean): Promise<DatabaseState> {
  try {
    // What this server has open is there, and its own.
    if (!isThisServer && inspectDatabaseFile(path) === "absent") return "absent";
    const finding = await checkDatabase(path, { isOpenHere: isThisServer }).finding;
    if (finding === undefined || finding.kind === "sound") return "sound";
    const { kind, reason } = finding;
    return kind === "damaged" ? { damage: reason } : { unchecked: reason };
  } catch (error) {
    if (isForbidden(error)) return "hidden";
    if (error instanceof StoreError) return { refusal: error.message };
    return { unchecked: error instanceof Error ? error.message : String(error) };
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(EACCES|EPERM)$/.test(String(error.code));
}
