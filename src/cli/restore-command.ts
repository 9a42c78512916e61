import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { loadConfig } from "../config/load-config.ts";
import { stamp } from "../operate/backup-files.ts";
import { lockData } from "../store/sqlite/data-lock.ts";
import type { MergeReport } from "../store/sqlite/merge-replaced.ts";
import {
  type PreparedRestore,
  prepareRestore,
  refuseNoBackup,
} from "../store/sqlite/restore-database.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CommandError, FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export interface RestoreOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** Puts a backup in the place of the database, which is kept. Returns the exit code. */
export async function restoreCommand(
  backup: string,
  { yes, json, config: file }: RestoreOptions,
  env: Environment,
  nowMs: number,
): Promise<number> {
  const path = resolve(loadConfig({ file, env }).database.connection);
  // Before anything is made.
  refuseNoBackup(backup, path);
  const lock = lockData(path);
  try {
    const keptAs = unused(`${path}.replaced-${stamp(nowMs)}`);
    const prepared = await prepareRestore({ backup, path, nowMs, keptAs });
    const losses = lossesOf(prepared.merged);
    const isAsked = process.stdin.isTTY === true;
    if (yes !== true && (losses.length > 0 || isAsked)) {
      prepared.abandon();
      throw refusal(path, losses);
    }
    const kept = prepared.complete();
    report({ backup, path, prepared, losses, kept, isJson: json === true });
    return FINISHED;
  } finally {
    lock.release();
  }
}

/** The second of two restores in a second keeps the database under another name. */
function unused(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number++) free = `${name}-${number}`;
  return free;
}

function refusal(path: string, losses: readonly string[]): CommandError {
  const what =
    losses.length === 0
      ? `${path} would be replaced`
      : `${path} has what is not in the backup and would be lost: ${losses.join("; ")}`;
  return new CommandError(
    FAULT,
    `${what}. Nothing was changed; with --yes it is done, and the replaced database is kept.`,
  );
}

/** What is in the replaced database alone, and cannot be taken over. */
function lossesOf(merged: PreparedRestore["merged"]): readonly string[] {
  if (merged === undefined) return [];
  if (typeof merged === "string") {
    return [
      `it cannot be read (${merged}), so that delegates and keys that were deleted or revoked after the backup would work again`,
    ];
  }
  const { lostDelegates, lostDelegateCount: count, lostKeys, lostTokens, lostValues } = merged;
  const names = `${lostDelegates.join(", ")}${count > lostDelegates.length ? ", …" : ""}`;
  return [
    count > 0 ? `${counted(count, "delegate")} (${names})` : "",
    lostKeys > 0 ? counted(lostKeys, "key") : "",
    lostTokens > 0 ? counted(lostTokens, "token") : "",
    lostValues === 1 ? "1 value that was published" : "",
    lostValues > 1 ? `${lostValues} values that were published` : "",
    merged.lostAuditRows > 0
      ? `${counted(merged.lostAuditRows, "row")} of another audit trail`
      : "",
  ].filter((loss) => loss !== "");
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

interface Restored {
  readonly backup: string;
  readonly path: string;
  readonly prepared: PreparedRestore;
  readonly losses: readonly string[];
  readonly kept: string | undefined;
  readonly isJson: boolean;
}

function report({ backup, path, prepared, losses, kept, isJson }: Restored): void {
  const { delegates, merged } = prepared;
  const takenOver: Partial<MergeReport> = typeof merged === "object" ? merged : {};
  const { deleted = 0, locked = 0, revoked = 0 } = takenOver;
  if (isJson) {
    printJson({
      backup,
      database: path,
      delegates,
      deleted,
      locked,
      revoked,
      lost: losses,
      kept: kept ?? null,
    });
    return;
  }
  const lines = [`${backup} is restored as ${path}: ${counted(delegates, "delegate")}`];
  if (deleted + locked + revoked > 0) {
    lines.push(
      `taken over from the replaced database: ${counted(deleted, "delegate")} deleted, ${locked} locked, ${revoked} of keys and tokens revoked`,
    );
  }
  if (losses.length > 0) lines.push(`lost: ${losses.join("; ")}`);
  if (kept !== undefined) lines.push(`the replaced database is kept as ${kept}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}
