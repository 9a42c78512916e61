import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  closeAll,
  type DnsEndpoints,
  type DnsListener,
  listenDns,
} from "../../src/server/listen.ts";
import { respond } from "../../src/server/respond.ts";
import { ask, frame, TcpConnection, udpResponses } from "../support/dns-client.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { authorityOver } from "../support/zone-under-test.ts";

const authority = authorityOver(exerciseZone());
const QUERY = query("once.auth.example. TXT");
const open: DnsListener[] = [];
/** An address that no other test uses, so that only what is held here is taken. */
const HELD = "127.0.0.3";

afterEach(() => closeAll(open.splice(0)));

async function bind(given: Partial<DnsEndpoints> = {}): Promise<DnsListener[]> {
  const listeners = await listenDns({
    addresses: [{ address: "127.0.0.1", port: 0 }],
    udp: true,
    tcp: true,
    tcpLimits: {
      firstMessageSeconds: 10,
      idleSeconds: 10,
      connections: 0,
      connectionsPerSource: 0,
    },
    ...given,
  });
  open.push(...listeners);
  return listeners;
}

async function listen(given: Partial<DnsEndpoints> = {}): Promise<DnsListener[]> {
  const listeners = await bind(given);
  serve(listeners);
  return listeners;
}

function serve(listeners: readonly DnsListener[]): void {
  for (const listener of listeners) {
    listener.serve((octets, requestor) => respond(authority, octets, requestor, Date.now()));
  }
}

test("a bound address is silent until it is served; who has connected by then is answered", async () => {
  const listeners = await bind();
  const port = listeners[0]?.port ?? 0;
  const connection = await TcpConnection.open(port);
  connection.write(frame(QUERY));
  let isServing = false;
  const early = connection.responses(1).then(() => isServing);
  // Its connection is accepted after the other one, which has had its turn by then.
  (await TcpConnection.open(port)).destroy();
  isServing = true;
  serve(listeners);
  expect(await early).toBe(true);
  expect(await udpResponses(port, [QUERY])).toHaveLength(1);
});

test("UDP and TCP get the same free port, and both answer", async () => {
  const listeners = await listen();
  const port = listeners[0]?.port ?? 0;
  expect(listeners).toMatchObject([
    { transport: "tcp", address: "127.0.0.1", port },
    { transport: "udp", address: "127.0.0.1", port },
  ]);
  expect(await ask(port, "udp", QUERY)).toEqual(await ask(port, "tcp", QUERY));
});

test.for([
  { udp: true, tcp: false, transports: ["udp"] },
  { udp: false, tcp: true, transports: ["tcp"] },
])("one transport alone: $transports", async ({ udp, tcp, transports }) => {
  const listeners = await listen({ udp, tcp });
  expect(listeners.map(({ transport }) => transport)).toEqual(transports);
});

test("several addresses may have the same port", async () => {
  const [first] = await listen();
  const addresses = [{ address: "127.0.0.2", port: first?.port ?? 0 }];
  expect(await listen({ addresses })).toHaveLength(2);
});

test("a taken TCP port is named, and nothing stays open", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, HELD, resolve));
  const bound = holder.address();
  const port = typeof bound === "object" ? (bound?.port ?? 0) : 0;
  const free = { address: "127.0.0.4", port };
  try {
    const taken = { address: HELD, port };
    await expect(listen({ addresses: [free, taken] })).rejects.toMatchObject({
      code: "cannot_listen",
      reason: "EADDRINUSE",
      endpoint: { service: "dns", transport: "tcp", address: HELD, port },
      message: expect.stringContaining(`cannot listen on ${HELD} port ${port} (tcp)`),
    });
    // What was bound before is free again.
    expect(await listen({ addresses: [free] })).toHaveLength(2);
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
});

test("a taken UDP port is named, and the TCP port is given back", async () => {
  const holder = createSocket("udp4");
  await new Promise<void>((resolve) => holder.bind(0, HELD, resolve));
  const { port } = holder.address();
  const addresses = [{ address: HELD, port }];
  try {
    await expect(listen({ addresses })).rejects.toMatchObject({
      isTaken: true,
      endpoint: { transport: "udp" },
    });
    expect(await listen({ addresses, udp: false })).toHaveLength(1);
  } finally {
    await new Promise<void>((resolve) => holder.close(() => resolve()));
  }
});

test("closing ends connections that are open, and frees the port", async () => {
  const [first] = await listen({ addresses: [{ address: HELD, port: 0 }] });
  const port = first?.port ?? 0;
  const connection = await TcpConnection.open(port, HELD);
  await closeAll(open.splice(0));
  await connection.closed();
  await listen({ addresses: [{ address: HELD, port }] });
  expect(await udpResponses(port, [QUERY], HELD)).toHaveLength(1);
});
