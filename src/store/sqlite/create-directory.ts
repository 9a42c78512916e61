import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { sync } from "./sync.ts";

/** Makes a directory for this user alone, and those above it that are missing; they survive a power cut. */
export function createDirectory(directory: string): void {
  const firstCreated = mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (firstCreated === undefined) return;
  // A directory survives a power cut once its parent is synced.
  const existed = dirname(firstCreated);
  for (let created = directory; created !== existed; created = dirname(created)) {
    sync(dirname(created));
  }
}
