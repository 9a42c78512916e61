// Thousands of messages to one server: a few dozen under way at a time, over one UDP socket or one TCP connection.
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { frame } from "../support/dns-client.ts";
import { dnsPort } from "./addresses.ts";

export interface BulkMessage {
  readonly transport: "udp" | "tcp";
  readonly octets: Uint8Array;
}

/** Small enough for the socket buffers of both sides. */
const underWay = 32;
const deadlineMilliseconds = 2000;
/** For what a busy machine dropped; and a server may close a connection that it dislikes a message on. */
const attempts = 3;

/**
 * The response to each message, in their order; undefined where none came. Each message goes out
 * with its index as its ID, so there must not be more than 65,536.
 */
export async function exchangeAll(
  server: string,
  messages: readonly BulkMessage[],
): Promise<(Buffer | undefined)[]> {
  const responses: (Buffer | undefined)[] = messages.map(() => undefined);
  const numbered = messages.map(({ transport, octets }, id) => ({
    transport,
    octets: withId(octets, id),
  }));
  for (const transport of ["udp", "tcp"] as const) {
    const ofTransport = numbered.filter((message) => message.transport === transport);
    for (let at = 0; at < ofTransport.length; at += underWay) {
      let missing = ofTransport.slice(at, at + underWay).map(({ octets }) => octets);
      for (let attempt = 0; attempt < attempts && missing.length > 0; attempt++) {
        await exchangeSome(server, transport, missing, (response) => {
          responses[response.readUInt16BE(0)] = response;
        });
        missing = missing.filter((octets) => responses[octets.readUInt16BE(0)] === undefined);
      }
    }
  }
  return responses;
}

function withId(octets: Uint8Array, id: number): Buffer {
  const copy = Buffer.from(octets);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** Ends when there are as many responses as messages, at the deadline, or when the connection closes. */
async function exchangeSome(
  server: string,
  transport: "udp" | "tcp",
  messages: readonly Buffer[],
  onResponse: (response: Buffer) => void,
): Promise<void> {
  const end = Promise.withResolvers<void>();
  const timer = setTimeout(end.resolve, deadlineMilliseconds);
  let count = 0;
  const take = (response: Buffer): void => {
    onResponse(response);
    if (++count === messages.length) end.resolve();
  };
  const open = transport === "udp" ? openUdp : openTcp;
  const close = open(server, messages, take, end.resolve);
  await end.promise;
  clearTimeout(timer);
  close();
}

type Open = (
  server: string,
  messages: readonly Buffer[],
  take: (response: Buffer) => void,
  onClose: () => void,
) => () => void;

const openUdp: Open = (server, messages, take, onClose) => {
  const socket = createSocket("udp4");
  socket.on("error", onClose);
  socket.on("message", take);
  // A connected socket hears nobody but the server.
  socket.connect(dnsPort, server, () => {
    for (const message of messages) socket.send(message);
  });
  return () => socket.close();
};

const openTcp: Open = (server, messages, take, onClose) => {
  const socket = connect({ host: server, port: dnsPort });
  let received = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const length = received.readUInt16BE(0);
      take(received.subarray(2, 2 + length));
      received = received.subarray(2 + length);
    }
  });
  // A reset is followed by "close".
  socket.on("error", () => {});
  socket.on("close", onClose);
  socket.write(Buffer.concat(messages.map(frame)));
  return () => socket.destroy();
};
