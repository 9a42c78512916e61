import { createServer, type Server } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { DnsEndpoints, DnsSockets } from "../../src/server/listen.ts";
import { respond } from "../../src/server/respond.ts";
import { isAnsweredAt, TcpConnection, type Transport } from "../support/dns-client.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { listenUnderTest } from "../support/listen-under-test.ts";
import { query } from "../support/query.ts";
import { responderOf } from "../support/responder-of.ts";
import { authorityOver } from "../support/zone-under-test.ts";

const authority = authorityOver(exerciseZone());
const respondNow = responderOf((octets, requestor) =>
  respond(authority, octets, requestor, Date.now()),
);
const QUERY = query("once.auth.example. TXT");
/** Addresses of loopback that no other test uses: every port is free there. */
const [A, B, C] = ["127.0.7.1", "127.0.7.2", "127.0.7.3"] as const;
/** For documentation only, so no host has it: RFC 5737, RFC 3849. */
const NOWHERE = "192.0.2.251";

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A host whose addresses a test changes, and what was told of them. */
class TestHost {
  readonly warnings: string[] = [];
  present: readonly string[];

  constructor(...present: readonly string[]) {
    this.present = present;
  }

  readonly addresses = (): readonly string[] => this.present;
  readonly warn = (problem: string): void => {
    this.warnings.push(problem);
  };
}

async function listen(
  host: TestHost,
  addresses: DnsEndpoints["addresses"] = [{ address: "", port: 0 }],
  transports: Partial<DnsEndpoints> = {},
): Promise<DnsSockets> {
  const tcpLimits = {
    firstMessageSeconds: 10,
    idleSeconds: 10,
    connections: 0,
    connectionsPerSource: 0,
    coversLoopback: true,
  };
  const endpoints = { addresses, udp: true, tcp: true, tcpLimits, ...transports };
  const sockets = await listenUnderTest(endpoints, host);
  open.push(() => sockets.close());
  sockets.serve(respondNow);
  return sockets;
}

function portOf({ bound }: DnsSockets): number {
  return bound[0]?.port ?? 0;
}

/** `address transport` of what is bound. */
function boundOf({ bound }: DnsSockets): string[] {
  return bound.map(({ address, transport }) => `${address} ${transport}`);
}

function both(...addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => [`${address} tcp`, `${address} udp`]);
}

async function answering(port: number, ...addresses: readonly string[]): Promise<string[]> {
  const answered: string[] = [];
  for (const address of addresses) {
    for (const transport of ["tcp", "udp"] as const satisfies readonly Transport[]) {
      const isAnswered = await isAnsweredAt(address, port, transport, QUERY);
      if (isAnswered) answered.push(`${address} ${transport}`);
    }
  }
  return answered;
}

async function hold(address: string, port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  open.push(() => release(server));
  return server;
}

async function release(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

test("each address has sockets of its own on one port, and answers come from the address asked", async () => {
  const sockets = await listen(new TestHost(A, "::1", B));
  expect(boundOf(sockets)).toEqual(both(A, "::1", B));
  expect(new Set(sockets.bound.map(({ port }) => port)).size).toBe(1);
  const answered = await answering(portOf(sockets), A, B, "::1", C);
  expect(answered).toEqual(both(A, B, "::1"));
});

test.for([
  { address: "", bound: both(A, "::1") },
  { address: "0.0.0.0", bound: both(A) },
  { address: "::", bound: both("::1") },
  { address: "0:0:0:0:0:0:0:0", bound: both("::1") },
])("'$address' covers its families", async ({ address, bound }) => {
  const sockets = await listen(new TestHost(A, "::1"), [{ address, port: 0 }]);
  expect(boundOf(sockets)).toEqual(bound);
});

test("one transport alone", async () => {
  const sockets = await listen(new TestHost(A, B), undefined, { tcp: false });
  expect(boundOf(sockets)).toEqual([`${A} udp`, `${B} udp`]);
});

test("an address that comes is answered from, one that has gone refuses", async () => {
  const host = new TestHost(A, B);
  const sockets = await listen(host);
  const port = portOf(sockets);
  host.present = [B, C];
  await sockets.reread();
  expect(await answering(port, B, C)).toEqual(both(B, C));
  await sockets.reread();
  expect(boundOf(sockets)).toEqual(both(B, C));
  expect(await answering(port, A, B, C)).toEqual(both(B, C));
  expect(host.warnings).toEqual([]);
});

test("an address that one reading does not have keeps its sockets and connections", async () => {
  const host = new TestHost(A, B);
  const sockets = await listen(host);
  const connection = await TcpConnection.open(portOf(sockets), B);
  for (const present of [[A], [A, B], [A], [A, B]]) {
    host.present = present;
    await sockets.reread();
    expect(boundOf(sockets)).toEqual(both(A, B));
  }
  host.present = [A];
  await sockets.reread();
  await sockets.reread();
  await connection.closed();
  expect(boundOf(sockets)).toEqual(both(A));
});

test("an address that comes before anything is served is served with the rest", async () => {
  const host = new TestHost(A);
  const tcpLimits = {
    firstMessageSeconds: 10,
    idleSeconds: 10,
    connections: 0,
    connectionsPerSource: 0,
    coversLoopback: true,
  };
  const addresses = [{ address: "", port: 0 }];
  const sockets = await listenUnderTest({ addresses, udp: true, tcp: true, tcpLimits }, host);
  open.push(() => sockets.close());
  host.present = [A, B];
  await sockets.reread();
  sockets.serve(respondNow);
  expect(await answering(portOf(sockets), A, B)).toEqual(both(A, B));
});

test("explicit addresses and a second wildcard of the same port share it with a wildcard", async () => {
  const host = new TestHost(A, B, "::1");
  const port = await freePort();
  const sockets = await listen(host, [
    { address: "", port },
    { address: B, port },
    { address: "0.0.0.0", port },
    { address: "0:0:0:0:0:0:0:1", port },
    { address: "::", port },
  ]);
  expect(boundOf(sockets)).toEqual([...both(B), ...both("::1"), ...both(A)]);
  host.present = [A];
  await sockets.reread();
  await sockets.reread();
  // What is listed stays, whatever the host has.
  expect(boundOf(sockets)).toEqual([...both(B), ...both("::1"), ...both(A)]);
});

test("wildcards of both families with one port are one for all, others stay apart", async () => {
  const port = await freePort();
  const sockets = await listen(new TestHost(A, "::1"), [
    { address: "::", port },
    { address: "0.0.0.0", port },
    { address: "0.0.0.0", port: 0 },
  ]);
  expect(boundOf(sockets)).toEqual([...both(A, "::1"), ...both(A)]);
});

test("with port 0 an explicit address has a port of its own, and that of the wildcard, too", async () => {
  const sockets = await listen(new TestHost(A, B), [
    { address: A, port: 0 },
    { address: "", port: 0 },
  ]);
  expect(boundOf(sockets)).toEqual([...both(A), ...both(A, B)]);
});

test("a taken address stops the start, is named, and nothing stays open", async () => {
  const port = await freePort();
  const holder = await hold(B, port);
  const host = new TestHost(A, B);
  const addresses = [{ address: "0.0.0.0", port }];
  await expect(listen(host, addresses)).rejects.toMatchObject({
    code: "cannot_listen",
    isTaken: true,
    endpoint: { service: "dns", transport: "tcp", address: B, port },
  });
  expect(await answering(port, A)).toEqual([]);
  await release(holder);
  expect(boundOf(await listen(host, addresses))).toEqual(both(A, B));
});

test("an address that is not there yet is skipped and tried again", async () => {
  const host = new TestHost(NOWHERE, A);
  const sockets = await listen(host);
  expect(boundOf(sockets)).toEqual(both(A));
  expect(host.warnings).toEqual([]);
  // Still not: told once, not with every reading.
  for (let i = 0; i < 3; i++) await sockets.reread();
  expect(host.warnings).toEqual([
    expect.stringContaining(`cannot listen on ${NOWHERE} port ${portOf(sockets)} (tcp)`),
  ]);
  expect(boundOf(sockets)).toEqual(both(A));
});

test("an address that is new may be unavailable at one reading without a word", async () => {
  const host = new TestHost(A);
  const sockets = await listen(host);
  host.present = [A, NOWHERE];
  await sockets.reread();
  host.present = [A];
  await sockets.reread();
  host.present = [A, NOWHERE];
  await sockets.reread();
  expect(host.warnings).toEqual([]);
});

test("an address that is taken when it comes is told once, tried each time and told anew after success", async () => {
  const host = new TestHost(A);
  const sockets = await listen(host);
  const port = portOf(sockets);
  const told = expect.stringContaining(`cannot listen on ${B} port ${port} (tcp)`);
  const holder = await hold(B, port);
  host.present = [A, B];
  await sockets.reread();
  await sockets.reread();
  expect(host.warnings).toEqual([told]);
  await release(holder);
  await sockets.reread();
  expect(await answering(port, A, B)).toEqual(both(A, B));

  host.present = [A];
  await sockets.reread();
  await sockets.reread();
  await hold(B, port);
  host.present = [A, B];
  await sockets.reread();
  expect(host.warnings).toEqual([told, told]);
});

test.for([
  { what: "no address at all", present: [], address: "", where: "every address" },
  { what: "none of the family", present: [A], address: "::", where: "every IPv6 address" },
  { what: "none that can be bound", present: [NOWHERE], address: "0.0.0.0", where: NOWHERE },
])("$what stops the start", async ({ present, address, where }) => {
  const listening = listen(new TestHost(...present), [{ address, port: 0 }]);
  await expect(listening).rejects.toMatchObject({
    isUnavailable: true,
    message: expect.stringContaining(`cannot listen on ${where} port 0`),
  });
});

const SECRETIVE = {
  addresses: (): readonly string[] => {
    throw new Error("not permitted");
  },
};

test("a host that does not tell its addresses any more changes nothing", async () => {
  const host = new TestHost(A);
  const sockets = await listen(host);
  Object.assign(host, SECRETIVE);
  for (let i = 0; i < 3; i++) await sockets.reread();
  expect(host.warnings).toEqual([
    "cannot read the addresses of this host: not permitted; it is tried again",
  ]);
  expect(await answering(portOf(sockets), A)).toEqual(both(A));
});

test.for([
  { address: "", bound: both("0.0.0.0", "::") },
  { address: "0.0.0.0", bound: both("0.0.0.0") },
])(
  "a host that never tells them gets one socket for all, '$address', and a warning",
  async ({ address, bound }) => {
    const host = Object.assign(new TestHost(), SECRETIVE);
    const sockets = await listen(host, [{ address, port: 0 }]);
    expect(boundOf(sockets)).toEqual(bound);
    await sockets.reread();
    expect(boundOf(sockets)).toEqual(bound);
    expect(host.warnings).toEqual([
      expect.stringMatching(/^cannot read the addresses of this host: not permitted; .*AF_NETLINK/),
    ]);
    // From where the system sends: another address of loopback would hear from this one.
    expect(await answering(portOf(sockets), "127.0.0.1")).toEqual(both("127.0.0.1"));
  },
);

test("closing while addresses are read leaves nothing open", async () => {
  // A reading of two new addresses takes some dozens of these steps; it is met at each of them.
  for (let step = 0; step < 100; step++) {
    const host = new TestHost(A);
    const sockets = await listen(host);
    const port = portOf(sockets);
    host.present = [A, B, C];
    const reading = sockets.reread();
    for (let i = 0; i < step; i++) await (i % 5 === 4 ? nextTurn() : Promise.resolve());
    await sockets.close();
    await reading;
    expect(sockets.bound).toEqual([]);
    expect(await answering(port, A, B, C)).toEqual([]);
  }
});

test("after closing a reading opens nothing", async () => {
  const sockets = await listen(new TestHost(A));
  await sockets.close();
  await sockets.reread();
  expect(sockets.bound).toEqual([]);
});

test("readings that overlap open each address once", async () => {
  const host = new TestHost(A);
  const sockets = await listen(host);
  host.present = [A, B];
  await Promise.all([sockets.reread(), sockets.reread(), sockets.reread()]);
  expect(boundOf(sockets)).toEqual(both(A, B));
  expect(host.warnings).toEqual([]);
});

/** A port that is free at the addresses of this file, since nobody else uses them. */
async function freePort(): Promise<number> {
  const sockets = await listen(new TestHost(A, B, C, "::1"));
  const port = portOf(sockets);
  await sockets.close();
  return port;
}
