import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DnsvouchProcess, MAIN, startDnsvouch } from "./dnsvouch-process.ts";

/** Sections of a configuration file, as lines. */
export interface ConfigLines {
  readonly general?: readonly string[];
  readonly database?: readonly string[];
  readonly api?: readonly string[];
  readonly log?: readonly string[];
  readonly metrics?: readonly string[];
  readonly portal?: readonly string[];
}

/** What a command has printed, and its exit code. */
export interface CommandOutcome {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

/** A folder for one test, and the dnsvouch processes that run in it. */
export class ProcessFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "dnsvouch-process-"));
  readonly #started: DnsvouchProcess[] = [];

  /** Starts dnsvouch, or this copy of it, with this command line in the folder. */
  start(
    args: readonly string[],
    nodeArgs: readonly string[] = [],
    main: string = MAIN,
  ): DnsvouchProcess {
    const dnsvouch = startDnsvouch(args, this.path, {}, nodeArgs, main);
    this.#started.push(dnsvouch);
    return dnsvouch;
  }

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<CommandOutcome> {
    return this.#outcomeOf(this.start(args));
  }

  /** Runs a command that reads this from its standard input to its end. */
  runWithInput(input: string, ...args: readonly string[]): Promise<CommandOutcome> {
    const command = startDnsvouch(args, this.path, {}, [], MAIN, input);
    this.#started.push(command);
    return this.#outcomeOf(command);
  }

  async #outcomeOf(command: DnsvouchProcess): Promise<CommandOutcome> {
    const code = await command.exit();
    return { code, out: command.stdout(), err: command.stderr() };
  }

  /** Writes config.cfg as acme-dns users have it, on ports that the system chooses. Returns its path. */
  configFile(lines: ConfigLines = {}, name = "config.cfg"): string {
    const file = join(this.path, name);
    const text = [
      "[general]",
      ...(lines.general ?? ['listen = "127.0.0.1:0"', 'domain = "auth.example.org"']),
      "[database]",
      ...(lines.database ?? ['engine = "sqlite3"', 'connection = "db.sqlite"']),
      "[api]",
      ...(lines.api ?? ['ip = "127.0.0.1"', 'port = "0"', 'tls = "none"']),
      "[logconfig]",
      ...(lines.log ?? ['loglevel = "info"', 'logtype = "stdout"', 'logformat = "json"']),
      "[metrics]",
      ...(lines.metrics ?? ['listen = ""']),
      "[portal]",
      ...(lines.portal ?? ['listen = ""']),
    ];
    writeFileSync(file, `${text.join("\n")}\n`);
    return file;
  }

  /** Kills what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const { child, exit } of this.#started) {
      child.kill("SIGKILL");
      await exit();
    }
    rmSync(this.path, { recursive: true });
  }
}

/** Where the API of a process that is ready listens, from what it has printed. */
export function apiUrl(dnsvouch: DnsvouchProcess): string {
  return /^ {2}API {2}(http:\S+)$/m.exec(dnsvouch.stdout())?.[1] ?? "";
}

/** Binds a port of a loopback address that the system chooses. */
export function listenAnywhere(server: Server, host: string = "127.0.0.1"): Promise<number> {
  return new Promise((done) => {
    server.listen(0, host, () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
