import { type ConnectionLimits, ConnectionTable } from "./connection-table.ts";
import { ListenError, listenOrExplain } from "./listen-error.ts";
import type { IdleLimits, TcpContext } from "./served-connection.ts";
import { listenTcp } from "./tcp.ts";
import { Turns } from "./turns.ts";
import { type Listener, listenUdp } from "./udp.ts";

export interface TcpLimits extends IdleLimits, ConnectionLimits {}

export interface DnsListener extends Listener {
  readonly transport: "udp" | "tcp";
}

export interface DnsEndpoints {
  /** "" is every address of this host. Port 0: any free one, the same for UDP and TCP. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
  readonly udp: boolean;
  readonly tcp: boolean;
  readonly tcpLimits: TcpLimits;
}

interface Transports {
  readonly udp: boolean;
  readonly tcp: boolean;
  readonly tcpContext: TcpContext;
}

/** What the system says where IPv6 is switched off. */
const NO_IPV6 = ["EAFNOSUPPORT", "EADDRNOTAVAIL"];
/** A free port of one transport may be taken in the other: how often to try again. */
const PORT_ATTEMPTS = 20;

/** Binds everything or nothing. Rejects with ListenError. */
export async function listenDns(endpoints: DnsEndpoints): Promise<DnsListener[]> {
  const listeners: DnsListener[] = [];
  const tcpContext: TcpContext = {
    limits: endpoints.tcpLimits,
    table: new ConnectionTable(endpoints.tcpLimits),
    turns: new Turns(),
  };
  const transports = { ...endpoints, tcpContext };
  try {
    for (const { address, port } of endpoints.addresses) {
      const bound =
        address === ""
          ? await listenOnEveryAddress(transports, port)
          : await listenOnPort(transports, address, port);
      listeners.push(...bound);
    }
    return listeners;
  } catch (error) {
    await closeAll(listeners);
    throw error;
  }
}

/** IPv4, and IPv6 on the same port if this machine has it. */
async function listenOnEveryAddress(transports: Transports, port: number): Promise<DnsListener[]> {
  const ipv4 = await listenOnPort(transports, "0.0.0.0", port);
  try {
    return [...ipv4, ...(await listenOnPort(transports, "::", ipv4[0]?.port ?? port))];
  } catch (error) {
    if (error instanceof ListenError && NO_IPV6.includes(error.reason)) return ipv4;
    await closeAll(ipv4);
    throw error;
  }
}

export async function closeAll(listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners) await listener.close();
}

async function listenOnPort(
  transports: Transports,
  address: string,
  port: number,
): Promise<DnsListener[]> {
  for (let attempt = 1; ; attempt++) {
    const listeners: DnsListener[] = [];
    try {
      if (transports.tcp) {
        listeners.push(await bindTcp(transports.tcpContext, address, port));
      }
      if (transports.udp) {
        listeners.push(await bindUdp(address, listeners[0]?.port ?? port));
      }
      return listeners;
    } catch (error) {
      await closeAll(listeners);
      const isChosenPortTaken = port === 0 && error instanceof ListenError && error.isTaken;
      if (!isChosenPortTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function bindTcp(context: TcpContext, address: string, port: number): Promise<DnsListener> {
  const endpoint = { service: "dns", transport: "tcp", address, port } as const;
  const listener = await listenOrExplain(endpoint, () => listenTcp(context, address, port));
  return { ...listener, transport: "tcp" };
}

async function bindUdp(address: string, port: number): Promise<DnsListener> {
  const endpoint = { service: "dns", transport: "udp", address, port } as const;
  const listener = await listenOrExplain(endpoint, () => listenUdp(address, port));
  return { ...listener, transport: "udp" };
}
