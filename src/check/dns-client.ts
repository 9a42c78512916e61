/**
 * Questions over UDP and TCP. Messages are made and read by dns2: an implementation of others, so that a
 * check does not share the errors of the server it checks (docs/adr/0003). Its own clients have no CD
 * and AD bits, no second try and no IPv6 over TCP, so sockets are ours.
 */
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { Packet } from "dns2";
import type { Allowance, AnyRecord, Question, Reply, ServerAddress } from "./message.ts";

/** How long a resolver may take to find out, and a name server to look up; milliseconds. */
const RESOLVER_MS = 5000;
const AUTHORITY_MS = 2500;
/** When a question over UDP is sent again: datagrams get lost. */
const AGAIN_MS = [1000, 3000];
/** RFC 6891 section 6.2.5: what passes without fragments. */
const UDP_OCTETS = 1232;
const DNAME = 39;
/** RFC 1035 section 4.1.1, RFC 4035 section 3: bits of the third and fourth octet. */
const QR = 0x80;
const TC = 0x02;
const AD = 0x20;
const CD = 0x10;
const FORMERR = 1;
const NOTIMP = 4;
const HEADER_OCTETS = 12;

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

function encodeQuery(
  { name, qtype, isRecursive, isCheckingDisabled }: Question,
  form: "with-edns" | "plain",
): Buffer {
  const packet = new Packet();
  packet.header.id = Packet.uuid();
  packet.header.rd = isRecursive ? 1 : 0;
  packet.questions.push(
    new Packet.Question({ name, type: Packet.TYPE[qtype], class: Packet.CLASS.IN }),
  );
  if (form === "with-edns") {
    packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: UDP_OCTETS }));
  }
  const query = packet.toBuffer();
  // RFC 6840 section 5.7: AD in a query asks for AD in the answer.
  if (isRecursive) query[3] = (query[3] ?? 0) | AD | (isCheckingDisabled ? CD : 0);
  return query;
}

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

/** RFC 5452 section 9: the ID and the question must come back. */
function isResponseTo(query: Buffer, message: Buffer): boolean {
  if (message.length < HEADER_OCTETS || ((message[2] ?? 0) & QR) === 0) return false;
  if (message.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  // A server that cannot read the question may send none back.
  if (message.readUInt16BE(4) === 0) return true;
  const end = questionEnd(query);
  const echoed = message.subarray(HEADER_OCTETS, end).toString("latin1").toLowerCase();
  return echoed === query.subarray(HEADER_OCTETS, end).toString("latin1").toLowerCase();
}

function questionEnd(query: Buffer): number {
  let offset = HEADER_OCTETS;
  while ((query[offset] ?? 0) > 0) offset += 1 + (query[offset] ?? 0);
  return offset + 5;
}

function decode(received: Received, query: Buffer): Reply {
  if (typeof received === "string") return { failure: received };
  try {
    return decodeResponse(received, query);
  } catch {
    return { failure: "malformed" };
  }
}

function decodeResponse(octets: Buffer, query: Buffer): Reply {
  const packet = Packet.parse(octets);
  // A record that cannot be read may be the one that decides.
  if (packet.errors.some(({ section }) => section !== "additionals")) {
    return { failure: "malformed" };
  }
  return {
    rcode: packet.header.rcode,
    isAuthoritative: packet.header.aa === 1,
    isAuthentic: ((octets[3] ?? 0) & AD) !== 0,
    answer: packet.answers.flatMap(toRecord),
    authority: packet.authorities.flatMap(toRecord),
    additional: packet.additionals.flatMap(toRecord),
    udpPayloadSize: packet.additionals.find(({ type }) => type === Packet.TYPE.EDNS)?.class,
    keepsCase: octets
      .subarray(HEADER_OCTETS, questionEnd(query))
      .equals(query.subarray(HEADER_OCTETS, questionEnd(query))),
  };
}

type Resource = Packet["answers"][number];

/** No record: one of a type that no check reads. */
function toRecord(resource: Resource): AnyRecord[] {
  if (resource.class !== Packet.CLASS.IN) return [];
  const head = { owner: canonical(resource.name), ttl: resource.ttl };
  const { TYPE } = Packet;
  switch (resource.type) {
    case TYPE.A:
    case TYPE.AAAA:
      return [
        {
          ...head,
          rrtype: resource.type === TYPE.A ? "A" : "AAAA",
          address: resource.address ?? "",
        },
      ];
    case TYPE.CNAME:
      return [{ ...head, rrtype: "CNAME", target: canonical(resource.domain ?? "") }];
    case TYPE.NS:
      return [{ ...head, rrtype: "NS", target: canonical(resource.ns ?? "") }];
    case DNAME:
      return [{ ...head, rrtype: "DNAME", target: canonical(uncompressedName(resource.data)) }];
    case TYPE.SOA:
      return [{ ...head, rrtype: "SOA" }];
    case TYPE.TXT:
      return [{ ...head, rrtype: "TXT", text: [resource.data ?? ""].flat().join("") }];
    case TYPE.CAA: {
      const { flags = 0, tag = "", value = "" } = resource;
      return [{ ...head, rrtype: "CAA", flags, tag, value }];
    }
    default:
      return [];
  }
}

/** RFC 6672 section 2.5: the target of a DNAME is never compressed; dns2 leaves it as octets. */
function uncompressedName(data: Resource["data"]): string {
  return data instanceof Buffer ? Packet.Name.decode(data) : "";
}

/** RFC 4343 section 3: the case of A to Z alone. */
function canonical(name: string): string {
  return name.replace(/\.$/, "").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
