/** What could not be bound. */
export interface Endpoint {
  readonly service: "dns" | "http";
  readonly transport: "udp" | "tcp";
  /** "" is every address. */
  readonly address: string;
  readonly port: number;
}

/** An address that could not be bound. The command line says who holds the port and what to do. */
export class ListenError extends Error {
  readonly code = "cannot_listen";
  readonly endpoint: Endpoint;
  /** The system's word: EADDRINUSE, EACCES, EADDRNOTAVAIL, … */
  readonly reason: string;

  constructor(endpoint: Endpoint, cause: Error) {
    const { address, port, transport } = endpoint;
    super(`cannot listen on ${address} port ${port} (${transport}): ${cause.message}`, { cause });
    this.name = "ListenError";
    this.endpoint = endpoint;
    this.reason = "code" in cause ? String(cause.code) : "";
  }

  get isTaken(): boolean {
    return this.reason === "EADDRINUSE";
  }
}

/** Runs `listen`; what it rejects with becomes a ListenError for that endpoint. */
export async function listenOrExplain<T>(endpoint: Endpoint, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw error instanceof Error ? new ListenError(endpoint, error) : error;
  }
}
