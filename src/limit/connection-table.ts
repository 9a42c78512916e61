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

interface Entry<T> {
  readonly source: string;
  /** The connections of its source, itself among them. */
  readonly siblings: IdleOrder<T>;
  /** Work under way: while there is some, the connection is not closed for another one. */
  held: number;
}

/**
 * Connections in the order of their last activity. Whoever comes is let in as long as another one can be
 * closed for it: where a limit is reached, that is the one that has been idle for longest.
 */
export class ConnectionTable<T extends Closable = Closable> {
  #limits: ConnectionLimits;
  readonly #idle = new IdleOrder<T>();
  readonly #idleBySource = new Map<string, IdleOrder<T>>();
  readonly #entries = new Map<T, Entry<T>>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** They hold for whoever comes from now on. */
  setLimits(limits: ConnectionLimits): void {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Those that are open. */
  connections(): Iterable<T> {
    return this.#entries.keys();
  }

  /** A connection has been accepted. False: there is no room, and all others are at work. */
  admit(connection: T, { key, isExempt }: ConnectionSource): boolean {
    const { connections, connectionsPerSource } = this.#limits;
    const perSource = isExempt ? 0 : connectionsPerSource;
    const siblings = this.#idleBySource.get(key);
    if (isReached(perSource, siblings?.size ?? 0)) {
      if (!this.#close(siblings?.longestIdle)) return false;
    } else if (isReached(connections, this.#entries.size)) {
      if (!this.#close(this.#idle.longestIdle)) return false;
    }
    this.#add(connection, key);
    return true;
  }

  /** A message has come, or a response has left: no other has been idle for less time now. */
  touch(connection: T): void {
    const entry = this.#entries.get(connection);
    // Closed by us a moment ago, and not aware of it yet.
    if (entry === undefined) return;
    this.#idle.touch(connection);
    entry.siblings.touch(connection);
  }

  /** Work begins; `release` says that it is done. */
  hold(connection: T): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined || entry.held++ > 0) return;
    this.#idle.setBusy(connection);
    entry.siblings.setBusy(connection);
  }

  release(connection: T): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined || entry.held === 0 || --entry.held > 0) return;
    this.#idle.setIdle(connection);
    entry.siblings.setIdle(connection);
  }

  /** A connection is closed. */
  remove(connection: T): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    const { source, siblings } = entry;
    this.#entries.delete(connection);
    this.#idle.delete(connection);
    siblings.delete(connection);
    if (siblings.size === 0) this.#idleBySource.delete(source);
  }

  #add(connection: T, source: string): void {
    const siblings = this.#idleBySource.get(source) ?? new IdleOrder<T>();
    this.#idleBySource.set(source, siblings);
    siblings.add(connection);
    this.#idle.add(connection);
    this.#entries.set(connection, { source, siblings, held: 0 });
  }

  #close(connection: T | undefined): boolean {
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
