import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import type { DnsEndpoints, DnsSockets } from "../../src/server/listen.ts";
import { respond } from "../../src/server/respond.ts";
import { ask, frame, TcpConnection, udpResponses } from "../support/dns-client.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { listenUnderTest } from "../support/listen-under-test.ts";
import { query } from "../support/query.ts";
import { responderOf } from "../support/responder-of.ts";
import { authorityOver } from "../support/zone-under-test.ts";

const authority = authorityOver(exerciseZone());
const QUERY = query("once.auth.example. TXT");
const open: DnsSockets[] = [];
/** An address that no other test uses, so that only what is held here is taken. */
const HELD = "127.0.0.3";

afterEach(async () => {
  for (const sockets of open.splice(0)) await sockets.close();
});

async function bind(given: Partial<DnsEndpoints> = {}): Promise<DnsSockets> {
  const endpoints = {
    addresses: [{ address: "127.0.0.1", port: 0 }],
    udp: true,
    tcp: true,
    tcpLimits: {
      firstMessageSeconds: 10,
      idleSeconds: 10,
      connections: 0,
      connectionsPerSource: 0,
      coversLoopback: true,
    },
    ...given,
  };
  const sockets = await listenUnderTest(endpoints, { addresses: () => [], warn: () => {} });
  open.push(sockets);
  return sockets;
}

const respondNow = responderOf((octets, requestor) =>
  respond(authority, octets, requestor, Date.now()),
);

async function listen(given: Partial<DnsEndpoints> = {}): Promise<DnsSockets> {
  const sockets = await bind(given);
  serve(sockets);
  return sockets;
}

function serve(sockets: DnsSockets): void {
  sockets.serve(respondNow);
}

function portOf({ bound }: DnsSockets): number {
  return bound[0]?.port ?? 0;
}

test("a bound address is silent until it is served; who has connected by then is answered", async () => {
  const sockets = await bind();
  const port = portOf(sockets);
  const connection = await TcpConnection.open(port);
  connection.write(frame(QUERY));
  let isServing = false;
  const early = connection.responses(1).then(() => isServing);
  // Its connection is accepted after the other one, which has had its turn by then.
  (await TcpConnection.open(port)).destroy();
  isServing = true;
  serve(sockets);
  expect(await early).toBe(true);
  expect(await udpResponses(port, [QUERY])).toHaveLength(1);
});

test("UDP and TCP get the same free port, and both answer", async () => {
  const sockets = await listen();
  const port = portOf(sockets);
  expect(sockets.bound).toMatchObject([
    { transport: "tcp", address: "127.0.0.1", port },
    { transport: "udp", address: "127.0.0.1", port },
  ]);
  expect(await ask(port, "udp", QUERY)).toEqual(await ask(port, "tcp", QUERY));
});

test.for([
  { udp: true, tcp: false, transports: ["udp"] },
  { udp: false, tcp: true, transports: ["tcp"] },
])("one transport alone: $transports", async ({ udp, tcp, transports }) => {
  const { bound } = await listen({ udp, tcp });
  expect(bound.map(({ transport }) => transport)).toEqual(transports);
});

test("several addresses may have the same port", async () => {
  const addresses = [{ address: "127.0.0.2", port: portOf(await listen()) }];
  expect((await listen({ addresses })).bound).toHaveLength(2);
});

test("an address that is listed twice is bound once, however it is written", async () => {
  const port = portOf(await listen());
  const addresses = ["::1", "0:0:0:0:0:0:0:1", "::1"].map((address) => ({ address, port }));
  const { bound } = await listen({ addresses });
  expect(bound).toMatchObject([{ address: "::1" }, { address: "::1" }]);
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
    expect((await listen({ addresses: [free] })).bound).toHaveLength(2);
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
    expect((await listen({ addresses, udp: false })).bound).toHaveLength(1);
  } finally {
    await new Promise<void>((resolve) => holder.close(() => resolve()));
  }
});

test("closing ends connections that are open, and frees the port", async () => {
  const sockets = await listen({ addresses: [{ address: HELD, port: 0 }] });
  const port = portOf(sockets);
  const connection = await TcpConnection.open(port, HELD);
  await sockets.close();
  await connection.closed();
  await listen({ addresses: [{ address: HELD, port }] });
  expect(await udpResponses(port, [QUERY], HELD)).toHaveLength(1);
});

/** Answers on a wildcard, with deadlines of an hour, then closes. */
const SERVE_AND_CLOSE = `
  import { connect } from "node:net";
  import { listenDns } from ${JSON.stringify(new URL("../../src/server/listen.ts", import.meta.url))};
  const hour = { firstMessageSeconds: 3600, idleSeconds: 3600 };
  const tcpLimits = { ...hour, connections: 200, connectionsPerSource: 20, coversLoopback: true };
  const addresses = [{ address: "", port: 0 }];
  const host = { addresses: () => ["127.0.0.1"], warn: console.error };
  const sockets = await listenDns({ addresses, udp: true, tcp: true, tcpLimits }, host);
  const echo = (input, start, end, _requestor, output, at) => {
    output.set(input.subarray(start, end), at);
    return end - start;
  };
  sockets.serve({ begin() {}, answer: echo, end() {} });
  const silent = connect(sockets.bound[0].port, "127.0.0.1");
  const asking = connect(sockets.bound[0].port, "127.0.0.1");
  asking.write(Uint8Array.of(0, 1, 65));
  asking.once("data", async (octets) => {
    console.log(octets.toString("hex"));
    await sockets.close();
  });
`;

test("once it is closed nothing keeps the process, no deadline and no reading of addresses", async () => {
  const args = ["--input-type=module", "--eval", SERVE_AND_CLOSE];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect({ stdout, stderr }).toEqual({ stdout: "000141\n", stderr: "" });
});
