import { IdleOrder } from "./idle-order.ts";
import { isLoopback } from "./requestor.ts";

/** How many connections there may be at once: RFC 7766 section 10, RFC 9210 section 4.2. */
export interface ConnectionLimits {
  /** In all. 0: no limit. */
  readonly connections: number;
  /** From one source, which is an IPv4 address or an IPv6 /64. 0: no limit. */
  readonly connectionsPerSource: number;
  /** Whether this machine itself is a source like others; if not, only the limit for all holds. */
  readonly coversLoopback: boolean;
}

/** What the table closes to make room. */
export interface Closable {
  destroy(): unknown;
}

/** Whoever has one address of a /64 has them all: RFC 4291 section 2.5.4. */
const IPV6_SOURCE_OCTETS = 8;

/**
 * The connections of all TCP listeners, in the order of their last activity. Whoever comes is let
 * in; where a limit is reached, the connection that has been idle for longest is closed for it.
 */
export class ConnectionTable {
  readonly #limits: ConnectionLimits;
  readonly #all = new IdleOrder<Closable>();
  readonly #bySource = new Map<string, IdleOrder<Closable>>();
  readonly #sources = new Map<Closable, string>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** A connection has been accepted from `address` (4 or 16 octets). */
  admit(connection: Closable, address: Uint8Array): void {
    const source = sourceOf(address);
    const { connections, connectionsPerSource, coversLoopback } = this.#limits;
    const perSource = coversLoopback || !isLoopback(address) ? connectionsPerSource : 0;
    const siblings = this.#bySource.get(source);
    if (isReached(perSource, siblings?.size ?? 0)) this.#close(siblings?.longestIdle);
    else if (isReached(connections, this.#all.size)) this.#close(this.#all.longestIdle);
    this.#all.add(connection);
    this.#sources.set(connection, source);
    this.#siblings(source).add(connection);
  }

  /** A message has come, or a response has left: no other has been idle for less time now. */
  touch(connection: Closable): void {
    const source = this.#sources.get(connection);
    // Closed by us a moment ago, and not aware of it yet.
    if (source === undefined) return;
    this.#all.touch(connection);
    this.#siblings(source).touch(connection);
  }

  /** A connection is closed. */
  remove(connection: Closable): void {
    const source = this.#sources.get(connection);
    if (source === undefined) return;
    this.#all.delete(connection);
    this.#sources.delete(connection);
    const siblings = this.#siblings(source);
    siblings.delete(connection);
    if (siblings.size === 0) this.#bySource.delete(source);
  }

  #siblings(source: string): IdleOrder<Closable> {
    const siblings = this.#bySource.get(source);
    if (siblings !== undefined) return siblings;
    const none = new IdleOrder<Closable>();
    this.#bySource.set(source, none);
    return none;
  }

  #close(connection: Closable | undefined): void {
    if (connection === undefined) return;
    // Its "close" comes later, and until then it must not count.
    this.remove(connection);
    connection.destroy();
  }
}

function isReached(limit: number, count: number): boolean {
  return limit > 0 && count >= limit;
}

function sourceOf(address: Uint8Array): string {
  return Buffer.from(address.subarray(0, IPV6_SOURCE_OCTETS)).toString("latin1");
}
