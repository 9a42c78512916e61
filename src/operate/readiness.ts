import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Store } from "../store/store.ts";

/** Where DNS is answered. */
export interface DnsAddress {
  readonly address: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
}

type State = "ready" | "storage_unavailable" | "database_damaged" | "dns_over_udp" | "dns_over_tcp";

export interface ReadinessParts {
  readonly store: Store;
  /** What the threads of DNS were bound to. */
  readonly dns: readonly DnsAddress[];
  /** A query that this server answers with authority: `soaQuery`. */
  readonly query: Uint8Array;
  /** Whether the database was found to be damaged. */
  readonly isDamaged: () => boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
}

/** Calls within that time share one try. */
const SHARED_MS = 1000;
const LIMIT_MS = 2000;

/**
 * Whether the server can do its work, found by doing it: a row is written, and our own sockets are asked.
 * Whoever calls, it happens once a second at most.
 */
export class Readiness {
  readonly #parts: ReadinessParts;
  #lastMs = Number.NEGATIVE_INFINITY;
  #last: Promise<State> = Promise.resolve("ready");
  #logged: State = "ready";

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
  }

  check(): Promise<State> {
    const ageMs = this.#parts.clock() - this.#lastMs;
    if (ageMs >= 0 && ageMs < SHARED_MS) return this.#last;
    this.#lastMs = this.#parts.clock();
    this.#last = this.#try();
    return this.#last;
  }

  async #try(): Promise<State> {
    const { dns, isDamaged } = this.#parts;
    const [storage, udp, tcp] = await Promise.all([
      this.#storage(),
      this.#answers(dns.find(({ transport }) => transport === "udp")),
      this.#answers(dns.find(({ transport }) => transport === "tcp")),
    ]);
    const state = isDamaged()
      ? { name: "database_damaged" as const, reason: "damage was found in it" }
      : storage !== undefined
        ? { name: "storage_unavailable" as const, reason: storage }
        : udp !== undefined
          ? { name: "dns_over_udp" as const, reason: udp }
          : tcp !== undefined
            ? { name: "dns_over_tcp" as const, reason: tcp }
            : { name: "ready" as const, reason: "" };
    this.#tell(state.name, state.reason);
    return state.name;
  }

  /** Each change, not each call. */
  #tell(state: State, reason: string): void {
    if (state === this.#logged) return;
    this.#logged = state;
    if (state === "ready") this.#parts.log.info({}, "ready again");
    else this.#parts.log.warn({ reason }, `not ready: ${state}`);
  }

  async #storage(): Promise<string | undefined> {
    try {
      await this.#parts.store.probe(this.#parts.clock());
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #answers(at: DnsAddress | undefined): Promise<string | undefined> {
    if (at === undefined) return undefined;
    const { query } = this.#parts;
    const where = `${at.address} port ${at.port} over ${at.transport.toUpperCase()}`;
    const response = await (at.transport === "udp" ? askUdp(at, query) : askTcp(at, query));
    if (typeof response === "string") return `${where}: ${response}`;
    return isAnswerTo(query, response) ? undefined : `${where}: an answer that is none of ours`;
  }
}

const HEADER_OCTETS = 12;
/** The first four octets of the flags and codes: QR, opcode, AA and RCODE (RFC 1035 section 4.1.1). */
const QR_AND_AA = 0x84;

/** Any ID, and one question. */
const QUERY_HEADER = Uint8Array.of(0x5e, 0x1f, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
/** QTYPE and QCLASS. */
const SOA_IN = Uint8Array.of(0, 6, 0, 1);

/** RFC 1035 section 4.1: the SOA of the zone with that name in wire format. */
export function soaQuery(apex: Uint8Array): Uint8Array {
  return Buffer.concat([QUERY_HEADER, apex, SOA_IN]);
}

function isAnswerTo(query: Uint8Array, response: Uint8Array): boolean {
  return (
    response.length > HEADER_OCTETS &&
    response[0] === query[0] &&
    response[1] === query[1] &&
    response[2] === QR_AND_AA &&
    response[3] === 0
  );
}

type Settle = (outcome: Uint8Array | string) => void;

function askUdp({ address, port }: DnsAddress, query: Uint8Array): Promise<Uint8Array | string> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  return withinLimit((settle) => {
    socket.on("error", (error) => settle(error.message));
    socket.on("message", (message) => settle(message));
    socket.connect(port, address, () => socket.send(query));
    return () => socket.close();
  });
}

/** RFC 1035 section 4.2.2: two octets of length in front. */
function askTcp({ address, port }: DnsAddress, query: Uint8Array): Promise<Uint8Array | string> {
  const socket = connect({ port, host: address });
  return withinLimit((settle) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on("error", (error) => settle(error.message));
    socket.on("close", () => settle("the connection was closed"));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      settle(received.subarray(2));
    });
    socket.write(Buffer.concat([Uint8Array.of(query.length >>> 8, query.length & 0xff), query]));
    return () => socket.destroy();
  });
}

function withinLimit(begin: (settle: Settle) => () => void): Promise<Uint8Array | string> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | string>();
  const end = begin(resolve);
  const deadline = setTimeout(() => resolve(`no answer within ${LIMIT_MS} ms`), LIMIT_MS);
  return promise.finally(() => {
    clearTimeout(deadline);
    end();
  });
}
