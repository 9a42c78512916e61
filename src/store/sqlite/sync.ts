import { closeSync, fsyncSync, openSync } from "node:fs";

/** What was written to a file, or created and renamed in a directory, survives a power cut from then on. */
export function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
