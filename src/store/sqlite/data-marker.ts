import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { giveToOwnerOfDirectory } from "./same-owner.ts";
import { sync } from "./sync.ts";

/**
 * A file that says of a directory that it had a database: without one, a missing database (a volume
 * that is not mounted, a mistyped path) would be taken for a new installation, and every delegate would be
 * gone from DNS.
 */
export const MARKER = "dnsvouch.id";

/** `file`: the database in that directory. */
export function hasMarker(file: string): boolean {
  return statSync(markerOf(file), { throwIfNoEntry: false }) !== undefined;
}

/** Whole or not at all, and on the disk. Nothing happens if it is there. */
export function writeMarker(file: string): void {
  if (hasMarker(file)) return;
  const marker = markerOf(file);
  const unfinished = `${marker}.new`;
  const descriptor = openSync(unfinished, "w", 0o600);
  try {
    writeSync(
      descriptor,
      `This directory holds the data of dnsvouch: the database ${basename(file)}.\nWhile this file is here, a missing database is an error, not a new installation.\n`,
    );
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  giveToOwnerOfDirectory(unfinished);
  renameSync(unfinished, marker);
  sync(dirname(marker));
}

function markerOf(file: string): string {
  return join(dirname(file), MARKER);
}
