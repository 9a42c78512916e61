import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { CONFIGURATION, CommandError, OUTSIDE } from "./exit.ts";

/** A file for this user alone that appears whole or not at all. */
export interface PrivateFile {
  /** What is there already; undefined: nothing. */
  readonly before: string | undefined;
  /** Throws the system's error. */
  complete(content: string): void;
  abandon(): void;
}

/** Makes sure that it can be written, before anything is done that cannot be undone. Throws CommandError. */
export function preparePrivateFile(path: string): PrivateFile {
  const unfinished = `${path}.new`;
  try {
    const before = readIfThere(path);
    const descriptor = openSync(unfinished, "wx", 0o600);
    return {
      before,
      complete: (content) => {
        writeSync(descriptor, content);
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(unfinished, path);
        syncDirectory(path);
      },
      abandon: () => {
        closeSync(descriptor);
        rmSync(unfinished, { force: true });
      },
    };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = error instanceof Error ? error.message : String(error);
    if (code === "EEXIST") {
      throw new CommandError(
        CONFIGURATION,
        `--out ${path}: ${unfinished} is there, which another dnsvouch is writing or has left; remove it if none runs`,
      );
    }
    const isOutside = code === "ENOSPC" || code === "EIO";
    throw new CommandError(
      isOutside ? OUTSIDE : CONFIGURATION,
      `--out ${path} cannot be written: ${reason}; choose a file in a directory of yours`,
    );
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(dirname(path), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
