/** What could not be bound. */
export interface Endpoint {
  readonly service: "dns" | "http" | "metrics" | "portal";
  readonly transport: "udp" | "tcp";
  /** "" is every address, "0.0.0.0" and "::" every one of a family. */
  readonly address: string;
  readonly port: number;
}

/** An address that could not be bound. The command line says who holds the port and what to do. */
export class ListenError extends Error {
  readonly code = "cannot_listen";
  readonly endpoint: Endpoint;
  /** The system's word: EADDRINUSE, EACCES, EADDRNOTAVAIL, … */
  readonly reason: string;

  constructor(endpoint: Endpoint, cause: Error & { readonly code?: unknown }) {
    const { address, port, transport } = endpoint;
    const where = addressText(address);
    super(`cannot listen on ${where} port ${port} (${transport}): ${cause.message}`, { cause });
    this.name = "ListenError";
    this.endpoint = endpoint;
    this.reason = String(cause.code ?? "");
  }

  get isTaken(): boolean {
    return this.reason === "EADDRINUSE";
  }

  /** The address is not there, or not yet: an IPv6 address is tentative first (RFC 4862 section 5.4), or IPv6 is switched off. */
  get isUnavailable(): boolean {
    return this.reason === "EADDRNOTAVAIL" || this.reason === "EAFNOSUPPORT";
  }
}

/** What an address of a configuration means, to be read. */
export function addressText(address: string): string {
  if (address === "") return "every address";
  if (address === "0.0.0.0") return "every IPv4 address";
  return address === "::" ? "every IPv6 address" : address;
}

/** Runs `listen`; what it rejects with becomes a ListenError for that endpoint. */
export async function listenOrExplain<T>(endpoint: Endpoint, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw error instanceof Error ? new ListenError(endpoint, error) : error;
  }
}
