import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { ask, askUdp, askUdpAgain, TcpConnection } from "../support/dns-client.ts";
import { TRANSPORTS } from "../support/dns-exchange.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { decodeStrictly } from "../support/strict-message.ts";

const WORKERS = 3;
/** By batches TCP has a thread of its own. */
const WAYS = [
  { io: "dgram", threads: WORKERS },
  { io: "batch", threads: WORKERS + 1 },
];
const SOA = query("auth.example.org. SOA");

let server: ServerUnderTest;
let folder: ProcessFolder;

afterEach(async () => {
  await server.remove();
  await folder.remove();
});

async function values({ fulldomain }: Delegate): Promise<string[]> {
  return textsOf(await askUdp(server.dnsPort, query(`${fulldomain}. TXT`)));
}

async function valuesAgain({ fulldomain }: Delegate): Promise<string[]> {
  return textsOf(await askUdpAgain(server.dnsPort, query(`${fulldomain}. TXT`)));
}

/** Sockets that are bound to the port, from all that this machine has. */
function udpSocketsAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/udp", "utf8").split("\n");
  return lines.filter((line) => line.trim().split(/ +/)[1]?.endsWith(local) === true).length;
}

function textsOf(response: Buffer): string[] {
  return decodeStrictly(response).answer.map((record) => record.split('"')[1] ?? "");
}

describe.each(process.platform === "linux" ? WAYS : WAYS.slice(0, 1))("$io", ({ io, threads }) => {
  beforeEach(async () => {
    folder = new ProcessFolder();
    const env = { DNSVOUCH_DNS_WORKERS: `${WORKERS}`, DNSVOUCH_DNS_IO: io };
    server = await startServerUnderTest(env);
  });

  test("what was acknowledged is served by whichever thread the query comes to", async () => {
    const delegate = await register(server.url);
    expect(await values(delegate)).toEqual([]);
    for (let number = 1; number <= 20; number++) {
      await update(server.url, delegate, digest(number));
      // Each query is from a port of its own, by which the system chooses the thread.
      const seen = await Promise.all(Array.from({ length: 12 }, () => values(delegate)));
      for (const each of seen) expect(each.at(-1)).toBe(digest(number));
    }
  });

  test("a thread that dies is replaced while queries run, and it is logged", async () => {
    const delegate = await register(server.url);
    await update(server.url, delegate, digest(1));
    // Each of them twice: what has taken a place dies, too.
    for (let death = 0; death < 2 * threads; death++) {
      const number = death % threads;
      let isReplaced = false;
      const replaced = server.threads.kill(number).finally(() => {
        isReplaced = true;
      });
      while (!isReplaced) expect(await valuesAgain(delegate)).toEqual([digest(1)]);
      await replaced;
      const logged = `thread ${number} of DNS has ended; another one takes its place`;
      expect(server.errors.at(-1)).toContain(logged);
    }
    // The one that serves TCP was among them.
    for (const transport of TRANSPORTS) await ask(server.dnsPort, transport, SOA);
    await update(server.url, delegate, digest(2));
    const seen = await Promise.all(Array.from({ length: 12 }, () => valuesAgain(delegate)));
    for (const each of seen) expect(each).toEqual([digest(1), digest(2)]);
    // What the dead left open is closed: nobody would read what comes there.
    expect(udpSocketsAt(server.dnsPort)).toBe(WORKERS);
  });

  test("a second server with other data cannot have the port, and takes no query from the first", async () => {
    const delegate = await register(server.url);
    await update(server.url, delegate, digest(1));
    const general = [`listen = "127.0.0.1:${server.dnsPort}"`, 'domain = "auth.example.org"'];
    const second = folder.start(["-c", folder.configFile({ general })]);
    const exited = second.exit();
    let isRunning = true;
    void exited.finally(() => {
      isRunning = false;
    });
    while (isRunning) expect(await values(delegate)).toEqual([digest(1)]);
    expect(await exited).toBe(1);
    expect(second.stderr()).toContain(`port ${server.dnsPort} of 127.0.0.1`);
    for (let i = 0; i < 20; i++) expect(await values(delegate)).toEqual([digest(1)]);
  });

  test("connections are served while other threads have none", async () => {
    const connection = await TcpConnection.open(server.dnsPort);
    const asked = Array.from({ length: 300 }, (_, id) => query("auth.example.org. SOA", { id }));
    for (const each of asked)
      connection.write(Buffer.concat([Uint8Array.of(0, each.length), each]));
    expect(await connection.responses(asked.length)).toHaveLength(asked.length);
    connection.destroy();
  });
});
