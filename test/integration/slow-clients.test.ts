// Connections that are opened and left: they are closed in time, and nobody else notices.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, dnsPort } from "../lab/addresses.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { type Delegate, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { textsAt } from "../support/look-up.ts";

const SOCKETS = 200;
const CLOSED_WITHIN_MS = 20_000;

/** What a client sends before it falls silent. */
const BEGINNINGS: readonly string[] = [
  "",
  "POST /upd",
  "POST /update HTTP/1.1\r\nHost: a\r\nX-Api-User: ",
  "POST /register HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{",
  "POST /register HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
];

const lab = new Lab();
let delegate: Delegate;

beforeAll(async () => {
  await lab.keep(startDnsvouch(lab.newFolder("dnsvouch")));
  delegate = await register();
});
afterAll(() => lab.close());

async function open(port: number, sent: string | Buffer): Promise<Socket> {
  const socket = connect({ port, host: address.dnsvouch });
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  if (sent.length > 0) socket.write(sent);
  return socket;
}

test("200 half-open requests and 200 idle connections of DNS are closed within 20 s", async () => {
  const sockets = await Promise.all([
    ...Array.from({ length: SOCKETS }, (_, i) =>
      open(8080, BEGINNINGS[i % BEGINNINGS.length] ?? ""),
    ),
    ...Array.from({ length: SOCKETS }, (_, i) => open(dnsPort, Buffer.alloc(i % 2))),
  ]);
  let closed = 0;
  const allClosed = Promise.all(
    sockets.map(async (socket) => {
      if (!socket.closed) await once(socket, "close");
      closed++;
    }),
  );
  const start = performance.now();
  // An ordinary client, all the while.
  for (let i = 0; closed < sockets.length; i++) {
    const values = [challengeValue(`${i} a`), challengeValue(`${i} b`)];
    for (const value of values) await update(delegate, value);
    expect(await textsAt(`${address.dnsvouch}:${dnsPort}`, delegate.fulldomain)).toEqual(values);
    expect(performance.now() - start).toBeLessThan(CLOSED_WITHIN_MS);
  }
  await allClosed;
});
