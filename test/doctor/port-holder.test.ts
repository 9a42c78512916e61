import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { portHolder } from "../../src/doctor/port-holder.ts";
import { listenAnywhere } from "../support/process-folder.ts";

/** Other systems than Linux do not tell. */
const US = existsSync("/proc/net/tcp")
  ? expect.stringContaining(`(pid ${process.pid})`)
  : undefined;

test.for<{ held: string; asked: string; holder: unknown }>([
  { held: "127.0.8.1", asked: "127.0.8.1", holder: US },
  { held: "127.0.8.1", asked: "127.0.8.2", holder: undefined },
  { held: "127.0.8.1", asked: "", holder: US },
  { held: "127.0.8.1", asked: "0.0.0.0", holder: US },
  { held: "0.0.0.0", asked: "127.0.8.1", holder: US },
  { held: "::1", asked: "::1", holder: US },
  { held: "::1", asked: "127.0.8.1", holder: undefined },
  { held: "::1", asked: "::", holder: US },
  { held: "::", asked: "127.0.8.1", holder: US },
  { held: "::ffff:127.0.8.1", asked: "127.0.8.1", holder: US },
  { held: "::ffff:127.0.8.1", asked: "127.0.8.2", holder: undefined },
])("TCP: what is bound at $held holds the port of '$asked': $holder", async (row) => {
  const server = createServer();
  const port = await listenAnywhere(server, row.held);
  expect(portHolder("tcp", row.asked, port)).toEqual(row.holder);
  await new Promise((done) => server.close(done));
});

test("UDP: the address counts, too", async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.8.1", done));
  const { port } = socket.address();
  expect(portHolder("udp", "127.0.8.1", port)).toEqual(US);
  expect(portHolder("udp", "127.0.8.2", port)).toBeUndefined();
  expect(portHolder("tcp", "127.0.8.1", port)).toBeUndefined();
  await new Promise<void>((done) => socket.close(done));
});
