import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { v4 as uuidv4 } from "uuid";
import { COMMAND_LINE } from "../audit/audit-entry.ts";
import type { Config } from "../config/config.ts";
import { type Outcome, perform } from "../control/control-acts.ts";
import { requestAct } from "../control/control-client.ts";
import { type DataLock, lockData } from "../store/sqlite/data-lock.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { StoreError } from "../store/store.ts";

/** A server that starts or stops holds the data and does not listen yet, or any more. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * Does an act on the data of a configuration: asks the server that runs, or does it itself where none does.
 * Rejects with StoreError if another process holds the data and does not listen.
 */
export async function performAct(
  { database }: Config,
  name: string,
  args: object,
): Promise<Outcome> {
  const { connection } = database;
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
      return await perform(name, parts, args);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}
