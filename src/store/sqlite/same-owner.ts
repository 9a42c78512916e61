import { chownSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Gives a file that root has made to the owner of its directory: a command that root runs must not leave
 * behind what the user of the server cannot open.
 */
export function giveToOwnerOfDirectory(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  if (uid !== 0) chownSync(file, uid, gid);
}
