import { ListenError, listenOrExplain } from "./listen-error.ts";
import type { TcpContext } from "./served-connection.ts";
import { listenTcp } from "./tcp.ts";
import type { Listener } from "./udp.ts";

export interface DnsListener extends Listener {
  readonly transport: "udp" | "tcp";
}

/** Binds an address for UDP; port 0 takes a free one. Rejects with the system's error. */
export type ListenUdp = (address: string, port: number) => Promise<Listener>;

/** What is bound at each address. */
export interface Transports {
  /** Undefined: not for UDP. */
  readonly listenUdp: ListenUdp | undefined;
  readonly tcp: boolean;
  readonly tcpContext: TcpContext;
}

/** A free port of one transport or address may be taken in another: how often to try again. */
const PORT_ATTEMPTS = 20;

/**
 * Binds the transports at an address; port 0 is a free one of the first, tried for the second, too.
 * All or nothing: rejects with ListenError.
 */
export async function bindAddress(
  transports: Transports,
  address: string,
  port: number,
): Promise<DnsListener[]> {
  const { listenUdp, tcp, tcpContext } = transports;
  const listeners: DnsListener[] = [];
  try {
    if (tcp) {
      const listen = () => listenTcp(tcpContext, address, port);
      listeners.push(await bind("tcp", address, port, listen));
    }
    if (listenUdp !== undefined) {
      const chosen = listeners[0]?.port ?? port;
      const listen = () => listenUdp(address, chosen);
      listeners.push(await bind("udp", address, chosen, listen));
    }
    return listeners;
  } catch (error) {
    await closeAll(listeners);
    throw error;
  }
}

async function bind(
  transport: "udp" | "tcp",
  address: string,
  port: number,
  listen: () => Promise<Listener>,
): Promise<DnsListener> {
  const endpoint = { service: "dns", transport, address, port } as const;
  return { ...(await listenOrExplain(endpoint, listen)), transport };
}

/** Where the port is 0, tries another one as long as what the system chose is not free everywhere. */
export async function withFreePort<T>(port: number, bindAll: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bindAll();
    } catch (error) {
      const isChosenPortTaken = port === 0 && error instanceof ListenError && error.isTaken;
      if (!isChosenPortTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

export async function closeAll(listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners) await listener.close();
}
