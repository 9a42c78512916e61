import { bindAddress, closeAll, type DnsListener, type Transports } from "./bind-address.ts";
import { ListenError } from "./listen-error.ts";
import type { Responder } from "./responder.ts";

/** A wildcard address of the configuration, and what is bound for it. */
export interface Wildcard {
  /** "" (both families), "0.0.0.0" or "::". */
  readonly address: string;
  /** 0: a free one, the same at every address. */
  readonly port: number;
  /** Whether an address has sockets of its own with this port. */
  readonly isElsewhere: (address: string) => boolean;
}

/** What the listeners of a wildcard take from the world outside. */
export interface Host {
  /** The addresses of the interfaces as they are now. Throws if the system does not tell. */
  readonly addresses: () => readonly string[];
  /** Hears once of each address that cannot be served while the server runs, and of what goes not as it should. */
  readonly warn: (problem: string) => void;
}

/**
 * One UDP and one TCP socket for each address of this host: a response leaves from the address that
 * was asked, and a resolver at another loopback address is not in the way. `reread` follows the
 * addresses as they come and go.
 */
export class WildcardListeners {
  readonly #transports: Transports;
  readonly #wildcard: Wildcard;
  readonly #host: Host;
  readonly #byAddress = new Map<string, readonly DnsListener[]>();
  /** Addresses that the last reading did not have any more. */
  readonly #gone = new Set<string>();
  /** Addresses that could not be bound since they came, and whether somebody has been told. */
  readonly #failed = new Map<string, "skipped" | "told">();
  #port: number;
  #isReadable = true;
  /** Bound as the system's own wildcard, since the addresses could not be read at the start. */
  #isFixed = false;
  #responder: Responder | undefined;
  #isClosed = false;
  /** The readings one after the other. */
  #reading: Promise<void> = Promise.resolve();

  private constructor(transports: Transports, wildcard: Wildcard, host: Host) {
    this.#transports = transports;
    this.#wildcard = wildcard;
    this.#host = host;
    this.#port = wildcard.port;
  }

  /** Binds what is there now. Rejects with ListenError, and nothing stays open then. */
  static async open(
    transports: Transports,
    wildcard: Wildcard,
    host: Host,
  ): Promise<WildcardListeners> {
    const listeners = new WildcardListeners(transports, wildcard, host);
    try {
      await listeners.#bindAll();
      return listeners;
    } catch (error) {
      await listeners.close();
      throw error;
    }
  }

  get bound(): readonly DnsListener[] {
    return [...this.#byAddress.values()].flat();
  }

  serve(responder: Responder): void {
    this.#responder = responder;
    for (const listener of this.bound) listener.serve(responder);
  }

  /** Opens sockets for new addresses and closes those of addresses that are gone. Never rejects. */
  reread(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#followHost());
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading;
    await closeAll(this.bound);
    this.#byAddress.clear();
  }

  async #bindAll(): Promise<void> {
    const addresses = this.#addressesAtStart();
    let unavailable: ListenError | undefined;
    for (const address of addresses) {
      try {
        await this.#bind(address);
      } catch (error) {
        if (!(error instanceof ListenError && error.isUnavailable)) throw error;
        this.#failed.set(address, "skipped");
        unavailable = error;
      }
    }
    if (unavailable !== undefined && this.#byAddress.size === 0) throw unavailable;
  }

  #addressesAtStart(): readonly string[] {
    const covered = this.#coveredOrFixed();
    if (covered.length > 0) return this.#withoutElsewhere(covered);
    const { address, port } = this.#wildcard;
    const transport = this.#transports.tcp ? "tcp" : "udp";
    const endpoint = { service: "dns", transport, address, port } as const;
    const cause = new Error("no interface has such an address");
    throw new ListenError(endpoint, Object.assign(cause, { code: "EADDRNOTAVAIL" }));
  }

  /** In a sandbox that hides the addresses (on Linux one without AF_NETLINK) one socket for all is better than no server. */
  #coveredOrFixed(): readonly string[] {
    try {
      return this.#coveredAddresses();
    } catch (error) {
      this.#isFixed = true;
      this.#host.warn(
        `${cannotRead(error)}; one socket is bound for all of them, and a response may leave from another address than was asked: allow AF_NETLINK, or list the addresses in general.listen`,
      );
      const { address } = this.#wildcard;
      return address === "" ? ["0.0.0.0", "::"] : [address];
    }
  }

  async #followHost(): Promise<void> {
    if (this.#isClosed || this.#isFixed) return;
    const addresses = this.#currentAddresses();
    if (addresses === undefined) return;
    await this.#closeGone(addresses);
    for (const address of addresses) {
      if (!this.#byAddress.has(address)) await this.#bindOrWarn(address);
    }
    for (const address of this.#failed.keys()) {
      if (!addresses.has(address)) this.#failed.delete(address);
    }
  }

  /** Undefined if the system does not tell, which is no reason to close anything. */
  #currentAddresses(): ReadonlySet<string> | undefined {
    try {
      const addresses = this.#withoutElsewhere(this.#coveredAddresses());
      this.#isReadable = true;
      return new Set(addresses);
    } catch (error) {
      if (this.#isReadable) this.#host.warn(`${cannotRead(error)}; it is tried again`);
      this.#isReadable = false;
      return undefined;
    }
  }

  /**
   * An address is gone when two readings in a row do not have it: a link that has lost its carrier for
   * a moment hides its addresses, and would be without sockets until the reading after.
   */
  async #closeGone(addresses: ReadonlySet<string>): Promise<void> {
    for (const [address, listeners] of this.#byAddress) {
      if (addresses.has(address)) {
        this.#gone.delete(address);
      } else if (this.#gone.delete(address)) {
        this.#byAddress.delete(address);
        await closeAll(listeners);
      } else {
        this.#gone.add(address);
      }
    }
  }

  async #bindOrWarn(address: string): Promise<void> {
    try {
      await this.#bind(address);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      const before = this.#failed.get(address);
      if (before === "told") return;
      // An IPv6 address that is new is tentative for a moment: the next reading tries it again.
      const isEarly = error.isUnavailable && before === undefined;
      this.#failed.set(address, isEarly ? "skipped" : "told");
      if (!isEarly) this.#host.warn(`${error.message}; it is tried again`);
    }
  }

  async #bind(address: string): Promise<void> {
    const listeners = await bindAddress(this.#transports, address, this.#port);
    this.#byAddress.set(address, listeners);
    this.#port = listeners[0]?.port ?? this.#port;
    if (this.#responder === undefined) return;
    for (const listener of listeners) listener.serve(this.#responder);
  }

  #coveredAddresses(): readonly string[] {
    const { address } = this.#wildcard;
    const isIpv6Covered = address !== "0.0.0.0";
    const isIpv4Covered = address !== "::";
    return this.#host
      .addresses()
      .filter((each) => (each.includes(":") ? isIpv6Covered : isIpv4Covered));
  }

  #withoutElsewhere(addresses: readonly string[]): readonly string[] {
    return addresses.filter((address) => !this.#wildcard.isElsewhere(address));
  }
}

function cannotRead(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `cannot read the addresses of this host: ${reason}`;
}
