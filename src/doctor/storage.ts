import { accessSync, constants, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { backupsIn, isBackupOld } from "../operate/backup-files.ts";
import { warningOfReadableFiles } from "../operate/readable-files.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
/** A checkpoint empties it again and again: more means that something keeps one from happening. */
const LARGE_WAL_OCTETS = 64 * MIB;
const LITTLE_SPACE_OCTETS = 256 * MIB;
const NO_SPACE_OCTETS = 16 * MIB;

/** statfs(2): file systems of other machines, whose locks SQLite cannot rely on. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff53_4d42, "CIFS"],
  [0xfe53_4d42, "SMB"],
  [0x517b, "SMB"],
  [0x0102_1997, "9P"],
  [0x00c3_6400, "Ceph"],
  [0x5346_414f, "AFS"],
  [0x6573_5546, "FUSE"],
]);

/** "hidden": this user may not read it. The others are what a look at it, and through all of it, has come to. */
export type DatabaseState =
  | "absent"
  | "hidden"
  | "sound"
  | { readonly damage: string }
  /** It is none of ours, or not of this version. */
  | { readonly refusal: string }
  /** It could not be looked through now. */
  | { readonly unchecked: string };

export interface StorageFacts {
  /** The database, absolute. */
  readonly file: string;
  readonly state: DatabaseState;
  /** The configuration, if secrets stand in it. */
  readonly secretConfig: string | undefined;
}

/** The database, what is beside it and what it lies on. */
export function judgeStorage({ file, state, secretConfig }: StorageFacts): Finding[] {
  if (state === "absent") {
    const what = `${file} is not there; the first start makes it`;
    return [skip("database", what), ...judgePlace(dirname(file))];
  }
  if (state === "hidden")
    return [skip("database", `this user may not read ${file}`), forUser(file)];
  return [
    judgeDatabase(file, state),
    judgeWal(file),
    ...judgePlace(dirname(file)),
    judgePermissions(file, secretConfig),
  ];
}

function forUser(file: string): Finding {
  const fix =
    "run doctor as the user of the server (sudo -u USER), or give that user the file (chown)";
  return warn("permissions", `this user may not read and write ${file}`, fix);
}

function judgeDatabase(file: string, state: Exclude<DatabaseState, "absent" | "hidden">): Finding {
  const id = "database";
  if (state === "sound") return pass(id, `${file}, ${mib(sizeOf(file))}, no damage found`);
  if ("damage" in state) {
    const fix = "stop the server and bring a backup back: dnsvouch restore FILE";
    return fail(id, `${file}: ${state.damage}`, fix);
  }
  if ("refusal" in state) {
    return fail(id, state.refusal, "correct database.connection, or what is at that path");
  }
  return warn(id, `${file}: ${state.unchecked}`, "try again; if it stays so, look at the disk");
}

function judgeWal(file: string): Finding {
  const octets = sizeOf(`${file}-wal`);
  if (octets <= LARGE_WAL_OCTETS) return pass("wal", `write-ahead log of ${mib(octets)}`);
  const fix =
    "end what reads the database for long (a backup tool, sqlite3), or restart the server";
  return warn("wal", `write-ahead log of ${mib(octets)}`, fix);
}

function judgePlace(directory: string): Finding[] {
  try {
    const { type, bavail, bsize } = statfsSync(directory);
    return [judgeFileSystem(directory, type), judgeSpace(directory, bavail * bsize)];
  } catch {
    return [skip("file-system", `${directory} is not there, or this user may not see it`)];
  }
}

/** @param type as statfs(2) gives it. */
export function judgeFileSystem(directory: string, type: number): Finding {
  const network = NETWORK_FILE_SYSTEMS.get(type >>> 0);
  if (network === undefined) return pass("file-system", `${directory} is on a local file system`);
  const fix = "move the data to a local disk: SQLite loses data on file systems of other machines";
  return warn("file-system", `${directory} is on ${network}`, fix);
}

export function judgeSpace(directory: string, octets: number): Finding {
  const found = `${mib(octets)} free at ${directory}`;
  const fix = `make room at ${directory}: without it nothing can be updated or registered`;
  if (octets < NO_SPACE_OCTETS) return fail("space", found, fix);
  return octets < LITTLE_SPACE_OCTETS ? warn("space", found, fix) : pass("space", found);
}

function judgePermissions(file: string, configFile: string | undefined): Finding {
  const id = "permissions";
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch {
    return forUser(file);
  }
  const open = warningOfReadableFiles({ configFile, database: file });
  if (open !== undefined) {
    const paths = [...(configFile === undefined ? [] : [configFile]), dirname(file)].join(" ");
    return warn(id, open, `take that right away: chmod o-rwx ${paths}`);
  }
  return pass(id, `${file} is for its user alone`);
}

export interface BackupFacts {
  /** `backup.dir`; "" is off. */
  readonly dir: string;
  readonly everySeconds: number;
  readonly nowMs: number;
}

/** Whether there is a backup that is as new as it should be. */
export function judgeBackups({ dir, everySeconds, nowMs }: BackupFacts): Finding {
  const id = "backup";
  if (dir === "") {
    const fix =
      "set dir below [backup] to a folder on another disk, or run dnsvouch backup FILE by a timer";
    return warn(id, "no backups are made by this server", fix);
  }
  try {
    const [newest] = backupsIn(dir);
    const fix = `see the log of the server, and whether its user may write to ${dir}`;
    if (newest === undefined) return warn(id, `there is none in ${dir}`, fix);
    const ageMs = nowMs - newest.timeMs;
    const found = `the newest in ${dir} is ${Math.round(ageMs / HOUR_MS)} hours old`;
    return isBackupOld(ageMs, everySeconds) ? warn(id, found, fix) : pass(id, found);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return warn(id, `${dir} cannot be read: ${reason}`, "make the folder, or correct backup.dir");
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function mib(octets: number): string {
  return `${(octets / MIB).toFixed(octets < 10 * MIB ? 1 : 0)} MiB`;
}
