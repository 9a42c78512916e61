// One experiment: a folder for its files, and the servers started in it.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Daemon } from "./daemon.ts";

/** What `beforeAll` fills and `afterAll` closes, even when the former failed half way. */
export class Lab {
  readonly folder: string = mkdtempSync(join(tmpdir(), "dnsvouch-lab-"));
  readonly #daemons: Daemon[] = [];

  /** A new folder for one server or client. */
  newFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /** Takes charge of stopping a daemon. */
  async keep<T extends Daemon>(starting: Promise<T>): Promise<T> {
    const daemon = await starting;
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Stops the servers, the newest first, and removes the folder. */
  async close(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) await daemon.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
