import { ListenError, listenOrExplain } from "./listen-error.ts";
import type { TcpContext } from "./served-connection.ts";
import { listenTcp } from "./tcp.ts";
import { type Listener, listenUdp } from "./udp.ts";

export interface DnsListener extends Listener {
  readonly transport: "udp" | "tcp";
}

/** What is bound at each address. */
export interface Transports {
  readonly udp: boolean;
  /** Whether other threads bind the same for UDP. */
  readonly reusePort: boolean;
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
  const { udp, reusePort, tcp, tcpContext } = transports;
  const listeners: DnsListener[] = [];
  try {
    if (tcp) {
      const listen = () => listenTcp(tcpContext, address, port);
      listeners.push(await bind("tcp", address, port, listen));
    }
    if (udp) {
      const chosen = listeners[0]?.port ?? port;
      const listen = () => listenUdp(address, chosen, reusePort);
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
