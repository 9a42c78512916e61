import { backupPath, backupsIn, prepareFolder, removeOldBackups } from "./backup-files.ts";

export interface BackupScheduleParts {
  /** `backup.dir`. */
  readonly folder: string;
  readonly everySeconds: number;
  /** How many backups are kept. */
  readonly keep: number;
  /** Makes one as that file; rejects when the signal says that it must end. */
  readonly backup: (target: string, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** After a failure. */
const PAUSE_MS = 10 * 60_000;

/**
 * Backups by the clock: one is due when the newest in the folder is old enough, so that restarts neither
 * skip nor repeat any. A backup that fails is logged and tried again; it never stops the server.
 */
export class BackupSchedule {
  readonly #parts: BackupScheduleParts;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #newestMs: number | undefined;
  #underWay: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(parts: BackupScheduleParts) {
    this.#parts = parts;
    try {
      this.#newestMs = backupsIn(parts.folder)[0]?.timeMs;
    } catch {
      // There is no folder yet, or it cannot be read, which the first backup reports.
    }
  }

  /** When the last one that succeeded was begun, milliseconds since 1970; undefined: there is none. */
  get lastSuccessMs(): number | undefined {
    return this.#newestMs;
  }

  /** Called once a minute: makes a backup if one is due, one at a time. Never rejects. */
  run(): Promise<void> {
    this.#underWay ??= this.#makeIfDue().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Ends the one that is under way: what it leaves behind is taken away by the next. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#underWay;
  }

  async #makeIfDue(): Promise<void> {
    const { folder, keep, backup, clock, log } = this.#parts;
    const nowMs = clock();
    const { signal } = this.#stopping;
    if (signal.aborted || !this.#isDue(nowMs)) return;
    const target = backupPath(folder, nowMs);
    try {
      prepareFolder(folder);
      await backup(target, signal);
      this.#newestMs = nowMs;
      log.info({ file: target }, "a backup was made");
    } catch (error) {
      if (signal.aborted) return;
      this.#notBeforeMs = nowMs + PAUSE_MS;
      const reason = error instanceof Error ? error.message : String(error);
      log.error(
        { reason },
        `no backup could be made in ${folder} (backup.dir); it is tried again in 10 minutes`,
      );
      return;
    }
    this.#removeOld(folder, keep, target);
  }

  #removeOld(folder: string, keep: number, made: string): void {
    try {
      removeOldBackups(folder, keep, made);
    } catch (err) {
      this.#parts.log.error({ err }, `old backups in ${folder} (backup.dir) could not be removed`);
    }
  }

  #isDue(nowMs: number): boolean {
    if (nowMs < this.#notBeforeMs && this.#notBeforeMs - nowMs <= PAUSE_MS) return false;
    const ageMs = nowMs - (this.#newestMs ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back: the newest one is of a time to come.
    return ageMs >= this.#parts.everySeconds * 1000 || ageMs < 0;
  }
}
