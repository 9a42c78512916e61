import { IdleOrder } from "./idle-order.ts";

/** How many connections there may be at once: RFC 7766 section 10, RFC 9210 section 4.2. */
export interface ConnectionLimits {
  /** In all. 0: no limit. */
  readonly connections: number;
  /** From one source. 0: no limit. */
  readonly connectionsPerSource: number;
}

/** Where a connection comes from. */
export interface ConnectionSource {
  /** Equal for all addresses that count as one: an IPv4 address, an IPv6 /64. */
  readonly key: string;
  /** Whether only the limit for all holds. */
  readonly isExempt: boolean;
}

/** What the table closes to make room. */
export interface Closable {
  destroy(): unknown;
}

interface Entry {
  readonly source: string;
  /** Work under way: while there is some, the connection is not closed for another one. */
  held: number;
}

/**
 * Connections in the order of their last activity. Whoever comes is let in as long as another one can be
 * closed for it: where a limit is reached, that is the one that has been idle for longest.
 */
export class ConnectionTable {
  readonly #limits: ConnectionLimits;
  readonly #idle = new IdleOrder<Closable>();
  readonly #idleBySource = new Map<string, IdleOrder<Closable>>();
  readonly #countBySource = new Map<string, number>();
  readonly #entries = new Map<Closable, Entry>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A connection has been accepted. False: there is no room, and all others are at work. */
  admit(connection: Closable, { key, isExempt }: ConnectionSource): boolean {
    const { connections, connectionsPerSource } = this.#limits;
    const perSource = isExempt ? 0 : connectionsPerSource;
    if (isReached(perSource, this.#countBySource.get(key) ?? 0)) {
      if (!this.#close(this.#idleBySource.get(key)?.longestIdle)) return false;
    } else if (isReached(connections, this.#entries.size)) {
      if (!this.#close(this.#idle.longestIdle)) return false;
    }
    this.#entries.set(connection, { source: key, held: 0 });
    this.#countBySource.set(key, (this.#countBySource.get(key) ?? 0) + 1);
    this.#rest(connection, key);
    return true;
  }

  /** A message has come, or a response has left: no other has been idle for less time now. */
  touch(connection: Closable): void {
    const entry = this.#entries.get(connection);
    // Closed by us a moment ago, and not aware of it yet.
    if (entry === undefined || entry.held > 0) return;
    this.#idle.touch(connection);
    this.#idleBySource.get(entry.source)?.touch(connection);
  }

  /** Work begins; `release` says that it is done. */
  hold(connection: Closable): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    if (entry.held === 0) this.#unrest(connection, entry.source);
    entry.held++;
  }

  release(connection: Closable): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined || entry.held === 0) return;
    entry.held--;
    if (entry.held === 0) this.#rest(connection, entry.source);
  }

  /** A connection is closed. */
  remove(connection: Closable): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    const { source } = entry;
    this.#entries.delete(connection);
    this.#unrest(connection, source);
    const left = (this.#countBySource.get(source) ?? 0) - 1;
    if (left > 0) this.#countBySource.set(source, left);
    else this.#countBySource.delete(source);
  }

  #rest(connection: Closable, source: string): void {
    this.#idle.add(connection);
    const siblings = this.#idleBySource.get(source) ?? new IdleOrder<Closable>();
    siblings.add(connection);
    this.#idleBySource.set(source, siblings);
  }

  #unrest(connection: Closable, source: string): void {
    this.#idle.delete(connection);
    const siblings = this.#idleBySource.get(source);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#idleBySource.delete(source);
  }

  #close(connection: Closable | undefined): boolean {
    if (connection === undefined) return false;
    // Its "close" comes later, and until then it must not count.
    this.remove(connection);
    connection.destroy();
    return true;
  }
}

function isReached(limit: number, count: number): boolean {
  return limit > 0 && count >= limit;
}
