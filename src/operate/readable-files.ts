import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

export interface KeptFiles {
  /** The configuration, if secrets stand in it. */
  readonly configFile: string | undefined;
  readonly database: string;
}

/** The bits of the mode that let everybody on the machine read or change a file, or see what is in a directory. */
const OPEN_TO_ALL = 0o006;
/** Nobody can take away what others have in it, and what is ours is for us alone: the data of a container of any user. */
const STICKY = 0o1000;

/**
 * One warning about what every user of this machine can read; undefined if there is nothing. The database
 * itself is made for one user alone, so this is no reason not to start: some file systems know no modes.
 */
export function warningOfReadableFiles({ configFile, database }: KeptFiles): string | undefined {
  const directory = dirname(resolve(database));
  const open = [
    ...(configFile !== undefined && isOpenToAll(configFile)
      ? [`the configuration ${configFile}, which has secrets in it`]
      : []),
    ...(isOpenToAll(directory) && !isSticky(directory) ? [`the data directory ${directory}`] : []),
  ];
  if (open.length === 0) return undefined;
  return `every user of this machine can read ${open.join(", and ")} (chmod o-rwx helps)`;
}

function isSticky(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & STICKY) !== 0;
}

function isOpenToAll(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && (status.mode & OPEN_TO_ALL) !== 0;
}
