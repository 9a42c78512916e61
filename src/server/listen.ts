import { type ConnectionLimits, ConnectionTable } from "../limit/connection-table.ts";
import {
  bindAddress,
  closeAll,
  type DnsListener,
  type ListenUdp,
  type Transports,
  withFreePort,
} from "./bind-address.ts";
import { addressOctets } from "./requestor.ts";
import type { Responder } from "./responder.ts";
import type { IdleLimits } from "./served-connection.ts";
import { Turns } from "./turns.ts";
import { listenUdp as listenUdpAt } from "./udp.ts";
import { type Host, type Wildcard, WildcardListeners } from "./wildcard-listeners.ts";

export interface TcpLimits extends IdleLimits, ConnectionLimits {
  /** Whether this machine itself is a source like others; if not, only the limit for all holds. */
  readonly coversLoopback: boolean;
}

export interface ListenAddress {
  /** "" is every address of this host, "0.0.0.0" and "::" every one of a family. */
  readonly address: string;
  /** 0: any free one, the same for UDP and TCP and for all addresses of a wildcard. */
  readonly port: number;
}

export interface DnsEndpoints {
  readonly addresses: readonly ListenAddress[];
  readonly udp: boolean;
  readonly tcp: boolean;
  readonly tcpLimits: TcpLimits;
}

/** The sockets of DNS. They say nothing until `serve` is called. */
export interface DnsSockets {
  /** What is bound right now: the addresses of a wildcard come and go. */
  readonly bound: readonly DnsListener[];
  serve(responder: Responder): void;
  /** Looks for addresses that have come and gone, as is done from time to time anyway. */
  reread(): Promise<void>;
  close(): Promise<void>;
}

/** How long a new address waits for its sockets at most, milliseconds. */
const REREAD_INTERVAL_MS = 30_000;

/**
 * Makes sure that everything can be bound, by binding it: a socket that shares its port with the
 * threads of this server (SO_REUSEPORT) would share it with those of another one, too. Rejects with
 * ListenError.
 *
 * @returns the endpoints with the ports that were free, where any would do.
 */
export async function probeEndpoints(endpoints: DnsEndpoints, host: Host): Promise<DnsEndpoints> {
  const sockets = await bindAll(endpoints, host, listenAlone);
  await sockets.close();
  return { ...endpoints, addresses: sockets.addresses };
}

/**
 * Binds everything or nothing. Rejects with ListenError.
 *
 * @param listenUdp how UDP sockets are made, where not by udp.ts for this thread alone.
 */
export async function listenDns(
  endpoints: DnsEndpoints,
  host: Host,
  listenUdp: ListenUdp = listenAlone,
): Promise<DnsSockets> {
  const sockets = await bindAll(endpoints, host, listenUdp);
  sockets.followHost();
  return sockets;
}

const listenAlone: ListenUdp = (address, port) => listenUdpAt(address, port, false);

async function bindAll(
  endpoints: DnsEndpoints,
  host: Host,
  listenUdp: ListenUdp,
): Promise<BoundSockets> {
  const transports: Transports = {
    listenUdp: endpoints.udp ? listenUdp : undefined,
    tcp: endpoints.tcp,
    tcpContext: {
      limits: endpoints.tcpLimits,
      table: new ConnectionTable(endpoints.tcpLimits),
      coversLoopback: endpoints.tcpLimits.coversLoopback,
      turns: new Turns(),
    },
  };
  const sockets = new BoundSockets();
  try {
    const explicit = explicitAddresses(endpoints.addresses);
    for (const { address, port } of explicit) {
      const bind = () => bindAddress(transports, address, port);
      sockets.addExplicit(address, await withFreePort(port, bind));
    }
    for (const wildcard of wildcards(endpoints.addresses, explicit)) {
      const open = () => WildcardListeners.open(transports, wildcard, host);
      sockets.addWildcard(wildcard.address, await withFreePort(wildcard.port, open));
    }
    return sockets;
  } catch (error) {
    await sockets.close();
    throw error;
  }
}

class BoundSockets implements DnsSockets {
  /** What was bound, with the ports that it got. */
  readonly addresses: ListenAddress[] = [];
  readonly #explicit: DnsListener[] = [];
  readonly #wildcards: WildcardListeners[] = [];
  #timer: NodeJS.Timeout | undefined;

  get bound(): readonly DnsListener[] {
    return [...this.#explicit, ...this.#wildcards.flatMap(({ bound }) => bound)];
  }

  addExplicit(address: string, listeners: readonly DnsListener[]): void {
    this.#explicit.push(...listeners);
    this.addresses.push({ address, port: listeners[0]?.port ?? 0 });
  }

  addWildcard(address: string, listeners: WildcardListeners): void {
    this.#wildcards.push(listeners);
    this.addresses.push({ address, port: listeners.bound[0]?.port ?? 0 });
  }

  serve(responder: Responder): void {
    for (const listener of [...this.#explicit, ...this.#wildcards]) listener.serve(responder);
  }

  followHost(): void {
    if (this.#wildcards.length === 0) return;
    this.#timer = setInterval(() => void this.reread(), REREAD_INTERVAL_MS).unref();
  }

  async reread(): Promise<void> {
    for (const wildcard of this.#wildcards) await wildcard.reread();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await closeAll(this.#explicit.splice(0));
    for (const wildcard of this.#wildcards) await wildcard.close();
  }
}

/** Each once, however it is written; port 0 may be another one each time. */
function explicitAddresses(addresses: readonly ListenAddress[]): readonly ListenAddress[] {
  const explicit = addresses.filter(({ address }) => !isWildcard(address));
  return explicit.filter(
    (each, i) => each.port === 0 || explicit.findIndex((other) => isSame(each, other)) === i,
  );
}

/** One for each port: together they cover what each of them does. */
function wildcards(
  addresses: readonly ListenAddress[],
  explicit: readonly ListenAddress[],
): Wildcard[] {
  const byPort = new Map<number, string>();
  for (const { address, port } of addresses) {
    if (!isWildcard(address)) continue;
    const canonical = address === "" ? "" : address.includes(":") ? "::" : "0.0.0.0";
    byPort.set(port, (byPort.get(port) ?? canonical) === canonical ? canonical : "");
  }
  return [...byPort].map(([port, address]) => ({
    address,
    port,
    isElsewhere: (other) =>
      port !== 0 && explicit.some((each) => isSame(each, { address: other, port })),
  }));
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one.port === other.port && octetsOf(one.address) === octetsOf(other.address);
}

function isWildcard(address: string): boolean {
  return address === "" || addressOctets(address).every((octet) => octet === 0);
}

/** One text for each address: IPv6 can be written in many ways. */
function octetsOf(address: string): string {
  return addressOctets(address).join(".");
}
