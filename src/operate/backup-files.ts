import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Backups in a folder, each named by the moment it was begun: dnsvouch-20261126T081500Z.db (UTC). */

const NAME = /^dnsvouch-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;
/** What a backup that was cut off leaves behind. */
const LEFTOVER = /^dnsvouch-\d{8}T\d{6}Z\.db\.unfinished(-wal|-shm|-journal)?$/;

export interface BackupFile {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** Whether it is older than it should be: one may be under way, or have been put off, two have failed. */
export function isBackupOld(ageMs: number, everySeconds: number): boolean {
  return ageMs > 2 * everySeconds * 1000;
}

/** The path for a backup that is begun at that time. */
export function backupPath(folder: string, timeMs: number): string {
  return join(folder, `dnsvouch-${stamp(timeMs)}.db`);
}

/** 20261126T081500Z. */
export function stamp(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** The newest first. Throws the system's error if the folder cannot be read. */
export function backupsIn(folder: string): readonly BackupFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const parts = NAME.exec(name)?.slice(1).map(Number);
      if (parts === undefined) return [];
      const [year = 0, month = 1, ...rest] = parts;
      const timeMs = Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
      return [{ path: join(folder, name), timeMs }];
    })
    .sort((a, b) => b.timeMs - a.timeMs);
}

/** Makes the folder if there is none, for this user alone, and takes away what was cut off. */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) {
    if (LEFTOVER.test(name)) rmSync(join(folder, name), { force: true });
  }
}

/** Removes all but the newest `keep` backups of the folder, never `made`, the one that was just made. */
export function removeOldBackups(folder: string, keep: number, made: string): void {
  const others = backupsIn(folder).filter(({ path }) => path !== made);
  for (const { path } of others.slice(keep - 1)) rmSync(path, { force: true });
}
