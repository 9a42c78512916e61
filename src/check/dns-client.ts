/** Questions over UDP and TCP. The clients of dns2 have no second try and no IPv6 over TCP, so sockets are ours. */
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { decodeResponse, encodeQuery, isResponseTo } from "./dns2-codec.ts";
import type { Allowance, Question, Reply, ServerAddress } from "./message.ts";

/** How long a resolver may take to find out, and a name server to look up; milliseconds. */
const RESOLVER_MS = 5000;
const AUTHORITY_MS = 2500;
/** When a question over UDP is sent again: datagrams get lost. */
const AGAIN_MS = [1000, 3000];
/** RFC 1035 section 4.1.1: a bit of the third octet. */
const TC = 0x02;
const FORMERR = 1;
const NOTIMP = 4;

/** The Exchange that uses the network. */
export async function exchangeByNetwork(
  server: ServerAddress,
  question: Question,
  allowance: Allowance,
): Promise<Reply> {
  const reply = await exchangeOnce(server, question, allowance, "with-edns");
  // Old servers do not know EDNS at all: RFC 6891 section 7.
  const isOld = "rcode" in reply && (reply.rcode === FORMERR || reply.rcode === NOTIMP);
  return isOld ? exchangeOnce(server, question, allowance, "plain") : reply;
}

async function exchangeOnce(
  server: ServerAddress,
  question: Question,
  allowance: Allowance,
  form: "with-edns" | "plain",
): Promise<Reply> {
  const query = encodeQuery(question, form);
  const limitMs = Math.min(
    question.isRecursive ? RESOLVER_MS : AUTHORITY_MS,
    allowance.remainingMs(),
  );
  const attempt: Attempt = { server, query, limitMs, allowance };
  if (question.transport === "tcp") return decode(await overTcp(attempt), query);
  const received = await overUdp(attempt);
  const isTruncated = received instanceof Uint8Array && ((received[2] ?? 0) & TC) !== 0;
  if (!isTruncated) return decode(received, query);
  const left = Math.min(limitMs, allowance.remainingMs());
  return decode(await overTcp({ ...attempt, limitMs: left }), query);
}

interface Attempt {
  readonly server: ServerAddress;
  readonly query: Buffer;
  readonly limitMs: number;
  readonly allowance: Allowance;
}

type Received = Buffer | "silent" | "refused" | "no-route" | "bounds";

function overUdp({ server, query, limitMs, allowance }: Attempt): Promise<Received> {
  const { promise, resolve } = Promise.withResolvers<Received>();
  if (limitMs <= 0 || !allowance.take(false)) return Promise.resolve("bounds");
  const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
  const send = (): void => socket.send(query, (error) => error && resolve(failureOf(error)));
  const timers = AGAIN_MS.filter((ms) => ms < limitMs).map((ms) =>
    setTimeout(() => allowance.take(true) && send(), ms),
  );
  timers.push(setTimeout(() => resolve("silent"), limitMs));
  socket.on("error", (error) => resolve(failureOf(error)));
  socket.on("message", (message) => {
    if (isResponseTo(query, message)) resolve(message);
  });
  // Connected: what others send does not come in, and a closed port is told of.
  socket.connect(server.port, server.address, (error?: Error) => {
    if (error) resolve(failureOf(error));
    else send();
  });
  return promise.finally(() => {
    for (const timer of timers) clearTimeout(timer);
    socket.close();
  });
}

/** RFC 1035 section 4.2.2: two octets of length in front. */
function overTcp({ server, query, limitMs, allowance }: Attempt): Promise<Received> {
  const { promise, resolve } = Promise.withResolvers<Received>();
  if (limitMs <= 0 || !allowance.take(false)) return Promise.resolve("bounds");
  const socket = connect({ host: server.address, port: server.port });
  const timer = setTimeout(() => resolve("silent"), limitMs);
  let received: Buffer = Buffer.alloc(0);
  socket.on("error", (error) => resolve(failureOf(error)));
  socket.on("close", () => resolve("refused"));
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const message = received.subarray(2, 2 + received.readUInt16BE(0));
    resolve(isResponseTo(query, message) ? message : "refused");
  });
  socket.write(Buffer.concat([Uint8Array.of(query.length >>> 8, query.length & 0xff), query]));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

const NO_ROUTE = ["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETDOWN"];

function failureOf(error: NodeJS.ErrnoException): "refused" | "no-route" {
  return NO_ROUTE.includes(error.code ?? "") ? "no-route" : "refused";
}

function decode(received: Received, query: Buffer): Reply {
  if (typeof received === "string") return { failure: received };
  try {
    return decodeResponse(received, query);
  } catch {
    return { failure: "malformed" };
  }
}
