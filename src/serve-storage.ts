// What keeps the data, put together: the lock, the store, its upkeep, and the search for damage.
import { COMMAND_LINE } from "./audit/audit-entry.ts";
import { RefusalRecorder } from "./audit/refusal-recorder.ts";
import type { Config } from "./config/config.ts";
import { type ControlSocket, listenForControl } from "./control/control-socket.ts";
import type { Log } from "./log.ts";
import type { BackupSchedule } from "./operate/backup-schedule.ts";
import { StorageUpkeep } from "./operate/storage-upkeep.ts";
import { checkDatabase, type DatabaseCheck } from "./store/sqlite/check-database.ts";
import { openSqliteStore, type SqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ChallengePublisher } from "./zone/challenge-publisher.ts";

/** Opens the store of a configuration; what an operator should know about it is logged. Rejects with StoreError. */
export function openStore({ database }: Config, { log }: Surroundings): Promise<SqliteStore> {
  return openSqliteStore(database.connection, (notice) => log.warn({}, notice));
}

/** The rows about refusals, which do not wait for the disk. */
export function refusalRecorder(store: Store, { clock, log }: Surroundings): RefusalRecorder {
  return new RefusalRecorder({ append: (entry) => store.recordAct(entry), clock, log });
}

/** Backups by the clock; undefined if the configuration wants none. */
export async function backupSchedule(
  { backup, database }: Config,
  { clock, log }: Surroundings,
): Promise<BackupSchedule | undefined> {
  if (backup.dir === "") return undefined;
  const { BackupSchedule: Schedule } = await import("./operate/backup-schedule.ts");
  const { backupInThread } = await import("./store/sqlite/backup-database.ts");
  return new Schedule({
    folder: backup.dir,
    everySeconds: backup.everySeconds,
    keep: backup.keep,
    backup: (target, signal) => backupInThread(database.connection, target, signal),
    clock,
    log,
  });
}

export interface UpkeepNeeds {
  readonly store: Store;
  readonly refusals: RefusalRecorder;
  readonly publishers: ReadonlyMap<string, ChallengePublisher>;
}

/** What is done to the data once a minute. */
export function storageUpkeep(
  { dns, audit }: Config,
  { store, refusals, publishers }: UpkeepNeeds,
  { clock, log }: Surroundings,
): StorageUpkeep {
  return new StorageUpkeep({
    store,
    refusals,
    publish: (updated) => publishers.get(updated.zone)?.publish(updated, updated.serial),
    clock,
    log,
    maxAgeSeconds: dns.txtMaxAgeSeconds,
    auditDays: audit.maxDays,
    auditMib: audit.maxMib,
  });
}

/**
 * Looks through the whole database once it is loaded. Where there is damage, DNS goes on with what was
 * loaded, and nothing is written any more.
 */
export function watchForDamage(
  { database }: Config,
  store: SqliteStore,
  loaded: Promise<void>,
  log: Log,
): { stop(): Promise<void> } {
  let check: DatabaseCheck | undefined;
  let isStopped = false;
  void loaded.then(async () => {
    if (isStopped || store.isAlone) return;
    check = checkDatabase(database.connection);
    const found = await check.finding;
    if (found?.kind === "damaged") {
      const what = `the database ${database.connection} is damaged: ${found.reason}`;
      store.refuseWrites(`${what}. Stop the server and put a backup in its place.`);
      log.error(
        {},
        `${what}; updates and registrations get 503 and DNS goes on: stop the server and put a backup in its place`,
      );
    }
    if (found?.kind === "unchecked") log.warn({}, `the database was not checked: ${found.reason}`);
  });
  return {
    stop: async () => {
      isStopped = true;
      await check?.stop();
    },
  };
}

/** Where commands reach this server. Without it they wait until it has stopped. */
export async function openControl(
  { database }: Config,
  { store, publishers }: Pick<UpkeepNeeds, "store" | "publishers">,
  { clock, randomOctets, newUuid, log }: Surroundings,
): Promise<Pick<ControlSocket, "close">> {
  const parts = {
    store,
    publishers,
    clock,
    randomOctets,
    newUuid,
    origin: COMMAND_LINE,
  };
  try {
    return await listenForControl({
      databasePath: database.connection,
      perform: async (name, args) => {
        // Loaded with the first command.
        const { perform } = await import("./control/control-acts.ts");
        return perform(name, parts, args);
      },
      log,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({}, `no command can change anything while this server runs: ${reason}`);
    return { close: async () => {} };
  }
}
