import type { Store } from "../store/store.ts";
import { askDns, type DnsAddress } from "./ask-dns.ts";

type State = "ready" | "storage_unavailable" | "database_damaged" | "dns_over_udp" | "dns_over_tcp";

interface Tried {
  readonly state: State;
  readonly checks: Readonly<Record<string, boolean>>;
}

export interface ReadinessParts {
  readonly store: Store;
  /** What the threads of DNS were bound to. */
  readonly dns: readonly DnsAddress[];
  /** A query that this server answers with authority: `soaQuery`. */
  readonly query: Uint8Array;
  /** Whether the database was found to be damaged. */
  readonly isDamaged: () => boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
}

/** Calls within that time share one try. */
const SHARED_MS = 1000;

/**
 * Whether the server can do its work, found by doing it: a row is written, and our own sockets are asked.
 * Whoever calls, it happens once a second at most.
 */
export class Readiness {
  readonly #parts: ReadinessParts;
  #lastMs = Number.NEGATIVE_INFINITY;
  #last: Promise<Tried> = Promise.resolve({ state: "ready", checks: {} });
  #logged: State = "ready";

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
  }

  async check(): Promise<State> {
    return (await this.#recently()).state;
  }

  /** What was found, by the name of each check. */
  async checks(): Promise<Readonly<Record<string, boolean>>> {
    return (await this.#recently()).checks;
  }

  #recently(): Promise<Tried> {
    const ageMs = this.#parts.clock() - this.#lastMs;
    if (ageMs >= 0 && ageMs < SHARED_MS) return this.#last;
    this.#lastMs = this.#parts.clock();
    this.#last = this.#try();
    return this.#last;
  }

  async #try(): Promise<Tried> {
    const { dns, isDamaged } = this.#parts;
    const [storage, udp, tcp] = await Promise.all([
      this.#storage(),
      this.#answers(dns.find(({ transport }) => transport === "udp")),
      this.#answers(dns.find(({ transport }) => transport === "tcp")),
    ]);
    const state = isDamaged()
      ? { name: "database_damaged" as const, reason: "damage was found in it" }
      : storage !== undefined
        ? { name: "storage_unavailable" as const, reason: storage }
        : udp !== undefined
          ? { name: "dns_over_udp" as const, reason: udp }
          : tcp !== undefined
            ? { name: "dns_over_tcp" as const, reason: tcp }
            : { name: "ready" as const, reason: "" };
    this.#tell(state.name, state.reason);
    const checks = {
      database: !isDamaged(),
      storage: storage === undefined,
      dns_udp: udp === undefined,
      dns_tcp: tcp === undefined,
    };
    return { state: state.name, checks };
  }

  /** Each change, not each call. */
  #tell(state: State, reason: string): void {
    if (state === this.#logged) return;
    this.#logged = state;
    if (state === "ready") this.#parts.log.info({}, "ready again");
    else this.#parts.log.warn({ reason }, `not ready: ${state}`);
  }

  async #storage(): Promise<string | undefined> {
    try {
      await this.#parts.store.probe(this.#parts.clock());
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #answers(at: DnsAddress | undefined): Promise<string | undefined> {
    return at && askDns(at, this.#parts.query);
  }
}
