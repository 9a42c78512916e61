import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ask, frame, isAnsweredAt, TcpConnection } from "../support/dns-client.ts";
import { listenAnywhere, ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const SOA = query("auth.example.org. SOA");
let server: ServerUnderTest | undefined;

afterEach(async () => {
  await server?.remove();
  server = undefined;
});

test("a wildcard is every address of this host, over UDP and TCP", async () => {
  server = await startServerUnderTest({ DNSVOUCH_LISTEN: ":0" });
  const { dnsPort } = server;
  for (const transport of ["udp", "tcp"] as const) {
    expect(await isAnsweredAt("127.0.0.1", dnsPort, transport, SOA)).toBe(true);
    expect(await isAnsweredAt("::1", dnsPort, transport, SOA)).toBe(true);
    // No interface has it, so another server may have this port there.
    expect(await isAnsweredAt("127.0.9.53", dnsPort, transport, SOA)).toBe(false);
  }
});

test("a wildcard of which one address is taken: exit 1, with that address and what to set", async () => {
  const folder = new ProcessFolder();
  const holder = createServer();
  const port = await listenAnywhere(holder);
  const general = [`listen = ":${port}"`, 'domain = "auth.example.org"'];
  const dnsvouch = folder.start(["-c", folder.configFile({ general })]);
  expect(await dnsvouch.exit()).toBe(1);
  expect(dnsvouch.stderr()).toMatch(
    new RegExp(
      `^dnsvouch: .*port ${port} of 127\\.0\\.0\\.1 for DNS over TCP.*general.listen.*\n$`,
    ),
  );
  await new Promise((done) => holder.close(done));
  await folder.remove();
});

test("the limits of the configuration hold", async () => {
  server = await startServerUnderTest({
    DNSVOUCH_DNS_TCP_CONNECTIONS: "3",
    DNSVOUCH_DNS_TCP_CONNECTIONS_PER_SOURCE: "2",
    DNSVOUCH_DNS_TCP_IDLE_SECONDS: "0",
    DNSVOUCH_DNS_TCP_FIRST_MESSAGE_SECONDS: "1",
  });
  const sources = ["127.0.0.2", "127.0.0.3", "127.0.0.3", "127.0.0.3", "127.0.0.4"];
  const connections: TcpConnection[] = [];
  for (const source of sources) {
    const connection = await TcpConnection.open(server.dnsPort, "127.0.0.1", source);
    connection.write(frame(SOA));
    await connection.responses(1);
    connections.push(connection);
  }
  // The fourth is the third of its source, so the second goes; then there are three.
  const [first, second, third, fourth, fifth] = connections;
  await second?.closed();
  await first?.closed();
  const silent = await TcpConnection.open(server.dnsPort, "127.0.0.1", "127.0.0.3");
  await third?.closed();
  // A second later the silent one is closed, and the idle ones are not.
  await silent.closed();
  for (const kept of [fourth, fifth]) {
    kept?.write(frame(SOA));
    expect(await kept?.responses(1)).toHaveLength(1);
    kept?.destroy();
  }
  expect(await ask(server.dnsPort, "tcp", SOA)).toBeDefined();
});
