import { createSocket, type Socket } from "node:dgram";
import { readdirSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { listenUdpBatch } from "../../../src/server/batch/batch-listener.ts";
import type { Requestor } from "../../../src/server/requestor.ts";
import { responderOf } from "../../support/responder-of.ts";
import { batchesUnderTest, serveBatch } from "./batch-under-test.ts";

const batches = batchesUnderTest();
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Says who asks, in front of what was asked. */
const naming = responderOf((octets, { address, transport }: Requestor) => {
  return Buffer.concat([Buffer.from(`${transport} ${address.join(".")} `), octets]);
});

/** A socket that hears of this address and port alone. */
async function connected(host: string, port: number): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, host, resolve);
  });
  socket.setRecvBufferSize(4 * 1024 * 1024);
  return socket;
}

/** The responses to these messages, in the order in which they come. */
function exchange(socket: Socket, messages: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const responses: string[] = [];
    socket.on("message", (octets) => {
      responses.push(octets.toString("latin1"));
      if (responses.length === messages.length) resolve(responses);
    });
    for (const message of messages) socket.send(message);
  });
}

test.for([
  { listen: "127.0.0.1", ask: "127.0.0.1", source: "127.0.0.1" },
  { listen: "::1", ask: "::1", source: "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1" },
  // A response leaves from the address that was asked: the socket hears of no other.
  { listen: "0.0.0.0", ask: "127.0.0.2", source: "127.0.0.1" },
  { listen: "0.0.0.0", ask: "127.9.9.9", source: "127.0.0.1" },
  { listen: "::", ask: "::1", source: "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1" },
])("at $listen, asked at $ask", async ({ listen, ask, source }) => {
  const { port } = await serveBatch(batches, listen, naming);
  const socket = await connected(ask, port);
  // More than one batch, of different lengths.
  const messages = Array.from({ length: 300 }, (_, i) => `message ${i} ${"x".repeat(i)}`);
  const responses = await exchange(socket, messages);
  const from = source === "127.0.0.1" ? socket.address().address : source;
  expect(responses).toEqual(messages.map((message) => `udp ${from} ${message}`));
});

test("each of several clients gets its own responses, silence among them", async () => {
  const even = responderOf((octets) => {
    return Number(Buffer.from(octets).toString("latin1")) % 2 === 0 ? octets : undefined;
  });
  const { port } = await serveBatch(batches, "127.0.0.1", even);
  const clients = await Promise.all(Array.from({ length: 5 }, () => connected("127.0.0.1", port)));
  const heard = await Promise.all(
    clients.map((client, c) => {
      const numbers = Array.from({ length: 200 }, (_, i) => c * 1000 + i);
      return new Promise<number[]>((resolve) => {
        const responses: number[] = [];
        client.on("message", (octets) => {
          responses.push(Number(octets.toString("latin1")));
          if (responses.length === 100) resolve(responses);
        });
        for (const number of numbers) client.send(String(number));
      });
    }),
  );
  for (const [c, numbers] of heard.entries()) {
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => c * 1000 + 2 * i));
  }
});

test("a datagram of the longest size is taken whole", async () => {
  const lengths = responderOf((octets) => Buffer.from(`${octets.length} ${octets.at(-1)}`));
  const { port } = await serveBatch(batches, "127.0.0.1", lengths);
  const longest = Buffer.alloc(65_507, 7);
  const socket = await connected("127.0.0.1", port);
  const response = new Promise((resolve) => {
    socket.once("message", (octets) => resolve(octets.toString("latin1")));
  });
  socket.send(longest);
  expect(await response).toBe("65507 7");
});

test("requestors that are gone cost the others nothing", async () => {
  const { port } = await serveBatch(batches, "127.0.0.1", naming);
  for (let i = 0; i < 50; i++) {
    const gone = createSocket("udp4");
    await new Promise<void>((resolve) => gone.send("gone", port, "127.0.0.1", () => resolve()));
    gone.close();
  }
  const socket = await connected("127.0.0.1", port);
  expect(await exchange(socket, ["there"])).toEqual(["udp 127.0.0.1 there"]);
});

test("what cannot be bound rejects with the system's error", async () => {
  const { port } = await serveBatch(batches, "127.0.0.1", naming);
  const bind = (address: string, at: number) => listenUdpBatch(batches, address, at, false);
  await expect(bind("127.0.0.1", port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  // RFC 5737: nobody has it.
  await expect(bind("192.0.2.1", 0)).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

test("two that share a port get different requestors", async () => {
  const heard: number[] = [0, 0];
  const counting = (which: number) =>
    responderOf((octets) => {
      heard[which] = (heard[which] ?? 0) + 1;
      return octets;
    });
  const first = await listenUdpBatch(batches, "127.0.0.1", 0, true);
  const second = await listenUdpBatch(batches, "127.0.0.1", first.port, true);
  first.serve(counting(0));
  second.serve(counting(1));
  for (let i = 0; i < 60; i++) {
    await exchange(await connected("127.0.0.1", first.port), ["x"]);
  }
  expect((heard[0] ?? 0) + (heard[1] ?? 0)).toBe(60);
  expect(Math.min(...heard)).toBeGreaterThan(0);
  await first.close();
  await second.close();
});

test("a socket that is closed is forgotten, its descriptor too", async () => {
  const before = readdirSync("/proc/self/fd").length;
  const known = batches.sockets();
  for (let i = 0; i < 50; i++) {
    const listener = await listenUdpBatch(batches, "127.0.0.1", 0, false);
    listener.serve(naming);
    expect(batches.sockets()).toHaveLength(known.length + 1);
    await listener.close();
    await listener.close();
  }
  expect(batches.sockets()).toEqual(known);
  expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 10);
});
