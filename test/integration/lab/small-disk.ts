// A file system that can be filled: tmpfs in a mount namespace of our own.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, startDaemon } from "./daemon.ts";
import type { Place } from "./place.ts";

export interface SmallDisk extends Daemon, Place {
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  clear(): void;
}

/** Should nobody stop it, it ends by itself. */
const longestLifeSeconds = 900;

/**
 * Mounts a file system of that size over `folder`, for the programs that run in the returned place.
 *
 * @param size as mount(8) takes it, such as "4m".
 */
export async function openSmallDisk(folder: string, size: string): Promise<SmallDisk> {
  const isRoot = process.getuid?.() === 0;
  const commands = [
    `mount -t tmpfs -o size=${size} tmpfs '${folder}'`,
    'echo "process $$"',
    `exec sleep ${longestLifeSeconds}`,
  ];
  const holder = await startDaemon({
    command: "unshare",
    args: [
      ...(isRoot ? [] : ["--user", "--map-root-user"]),
      "--mount",
      "sh",
      "-ec",
      commands.join("\n"),
    ],
    folder,
    ready: /^process \d+$/m,
  });
  const id = /^process (\d+)$/m.exec(holder.output())?.[1] ?? "";
  const user = isRoot ? [] : ["--user", "--preserve-credentials"];
  const filler = join(`/proc/${id}/root`, folder, "filler");
  return {
    ...holder,
    words: ["nsenter", "--target", id, ...user, "--mount"],
    fill: () => fill(filler),
    clear: () => rmSync(filler),
  };
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
