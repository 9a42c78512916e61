import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { v4 as uuidv4 } from "uuid";
import { COMMAND_LINE } from "../audit/audit-entry.ts";
import type { Config } from "../config/config.ts";
import { type Outcome, perform as performOn } from "../control/control-acts.ts";
import { requestAct } from "../control/control-client.ts";
import { type DataLock, lockData } from "../store/sqlite/data-lock.ts";
import { inspectDatabaseFile } from "../store/sqlite/database-file.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { StoreError } from "../store/store.ts";
import { CONFIGURATION, CommandError, FAULT, OUTSIDE } from "./exit.ts";

/** A server that starts or stops holds the data and does not listen yet, or any more. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * Does an act on the data of a configuration: asks the server that runs, or does it itself where none does.
 * Rejects with CommandError if it cannot be done, with StoreError if another process holds the data and does not listen.
 *
 * @returns what it came to.
 */
export async function performAct(config: Config, name: string, args: object): Promise<unknown> {
  const { connection } = config.database;
  if (!CREATING.includes(name)) refuseAbsent(connection);
  const outcome = await perform(connection, name, args);
  if ("result" in outcome) return outcome.result;
  if ("refused" in outcome) throw new CommandError(FAULT, outcome.refused);
  throw new CommandError(OUTSIDE, outcome.failed);
}

/** What can be done before there is a server or a database. */
const CREATING: readonly string[] = ["token.create", "user.password"];

function refuseAbsent(connection: string): void {
  if (inspectDatabaseFile(resolve(connection)) !== "absent") return;
  throw new CommandError(
    CONFIGURATION,
    `There is no database ${resolve(connection)}. Check database.connection, or start the server once.`,
  );
}

async function perform(connection: string, name: string, args: object): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const lock = tryLock(connection);
    if (!(lock instanceof StoreError)) return performHere(connection, lock, name, args);
    const outcome = await requestAct(connection, name, args);
    if (outcome !== undefined) return outcome;
    if (attempt === ATTEMPTS) throw lock;
    await delay(PAUSE_MS);
  }
}

function tryLock(path: string): DataLock | StoreError {
  try {
    return lockData(path);
  } catch (error) {
    if (error instanceof StoreError && error.code === "in_use") return error;
    throw error;
  }
}

async function performHere(
  path: string,
  lock: DataLock,
  name: string,
  args: object,
): Promise<Outcome> {
  try {
    const notice = (text: string): void => void process.stderr.write(`dnsvouch: ${text}\n`);
    const store = await openSqliteStore(path, notice);
    try {
      // No server, so nobody is told of what changes.
      const parts = {
        store,
        publishers: new Map(),
        clock: Date.now,
        randomOctets: randomBytes,
        newUuid: uuidv4,
        origin: COMMAND_LINE,
      };
      const outcome = await performOn(name, parts, args);
      // A unit can name the data where no file does: then this is not what its server will open.
      if (store.isNew && "result" in outcome) {
        notice(
          `this has made a new database, ${resolve(path)}: the server has to open the same (database.connection, DNSVOUCH_DB)`,
        );
      }
      return outcome;
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}
