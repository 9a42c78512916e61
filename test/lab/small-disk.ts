// A file system that can be filled: tmpfs in a mount namespace of our own.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Namespace, openNamespace } from "./namespace.ts";

export interface SmallDisk extends Namespace {
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  clear(): void;
}

/**
 * Mounts a file system of that size over `folder`, for the programs that run in the returned place.
 *
 * @param size as mount(8) takes it, such as "4m".
 */
export async function openSmallDisk(folder: string, size: string): Promise<SmallDisk> {
  const mount = `mount -t tmpfs -o size=${size} tmpfs '${folder}'`;
  const namespace = await openNamespace(folder, "--mount", [mount]);
  const filler = join(`/proc/${namespace.id}/root`, folder, "filler");
  return { ...namespace, fill: () => fill(filler), clear: () => rmSync(filler) };
}

function fill(file: string): void {
  const descriptor = openSync(file, "a");
  try {
    for (const octets of [65_536, 4096, 512, 1]) writeUntilFull(descriptor, octets);
  } finally {
    closeSync(descriptor);
  }
}

function writeUntilFull(descriptor: number, octets: number): void {
  const block = Buffer.alloc(octets);
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
    if (!isFull) throw error;
  }
}
