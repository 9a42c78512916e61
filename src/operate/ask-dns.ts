import { createSocket } from "node:dgram";
import { connect } from "node:net";

/** Where DNS is answered. */
export interface DnsAddress {
  readonly address: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
}

const LIMIT_MS = 2000;

/** Sends a query that this server answers with authority: `soaQuery`. @returns what is wrong with the answer. */
export async function askDns(at: DnsAddress, query: Uint8Array): Promise<string | undefined> {
  const where = `${at.address} port ${at.port} over ${at.transport.toUpperCase()}`;
  const response = await (at.transport === "udp" ? askUdp(at, query) : askTcp(at, query));
  if (typeof response === "string") return `${where}: ${response}`;
  return isAnswerTo(query, response) ? undefined : `${where}: an answer that is none of ours`;
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
