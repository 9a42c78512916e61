import { setImmediate as nextTurn } from "node:timers/promises";
import { isServable } from "../hostname/hostname.ts";
import type { HostnameStateChange, Hostnames } from "../store/hostnames.ts";

const PAGE = 1000;

/**
 * Host names that certificates may be had for right now, in memory: Caddy asks for each handshake with a name
 * that it has no certificate for. Until all are read, the store answers.
 */
export class ServableNames {
  readonly #hostnames: Hostnames;
  readonly #names = new Set<string>();
  /** Names that have changed while they are read: what is read of them may be old. */
  #changed: Set<string> | undefined = new Set();

  constructor(hostnames: Hostnames) {
    this.#hostnames = hostnames;
    hostnames.watch((states) => this.#note(states));
  }

  /** Reads all there are. */
  async load(): Promise<void> {
    for (const state of ["ready", "active"] as const) {
      for (let after = 0; ; ) {
        const { rows: page } = await this.#hostnames.list({ state, after, most: PAGE });
        const last = page.at(-1);
        if (last === undefined) break;
        for (const { name, delegate } of page) {
          if (delegate.state === "live" && this.#changed?.has(name) !== true) this.#names.add(name);
        }
        after = last.id;
        // Requests that wait get their turn between two pages.
        await nextTurn();
      }
    }
    this.#changed = undefined;
  }

  /** `name`: in lower case, without the final dot. */
  async has(name: string): Promise<boolean> {
    if (this.#changed === undefined || this.#names.has(name)) return this.#names.has(name);
    const record = await this.#hostnames.findNamed(name);
    return record !== undefined && isServable(record.state) && record.delegate.state === "live";
  }

  #note(states: readonly HostnameStateChange[]): void {
    for (const { name, state } of states) {
      this.#changed?.add(name);
      if (state !== undefined && isServable(state)) this.#names.add(name);
      else this.#names.delete(name);
    }
  }
}
