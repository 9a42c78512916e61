import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { loadConfig } from "../config/load-config.ts";
import { backupPath, removeOldBackups } from "../operate/backup-files.ts";
import { backupDatabase } from "../store/sqlite/backup-database.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CONFIGURATION, CommandError, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export interface BackupOptions extends CommonOptions {
  readonly keep?: number;
}

/** Copies the database, beside a server that runs. Returns the exit code. */
export async function backupCommand(
  target: string,
  { keep, json, config: file }: BackupOptions,
  env: Environment,
  nowMs: number,
): Promise<number> {
  const { database } = loadConfig({ file, env });
  const path = resolve(target);
  const isFolder = isDirectory(path);
  if (!isFolder && target.endsWith("/")) {
    throw new CommandError(
      CONFIGURATION,
      `there is no folder ${target}; make it first: mkdir -m 700 ${target}`,
    );
  }
  if (!isFolder && keep !== undefined) {
    throw new CommandError(CONFIGURATION, `--keep is for a folder, and ${target} is none`);
  }
  if (!isFolder && !isDirectory(dirname(path))) {
    throw new CommandError(
      CONFIGURATION,
      `there is no folder ${dirname(path)}; make it first, or choose another one`,
    );
  }
  const made = isFolder ? backupPath(path, nowMs) : path;
  await backupDatabase(database.connection, made);
  if (isFolder && keep !== undefined) removeOldBackups(path, keep, made);
  const octets = statSync(made).size;
  if (json === true) printJson({ file: made, octets, integrity: "ok" });
  else process.stdout.write(`${made}: ${octets} octets, looked through and whole\n`);
  return FINISHED;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
