// `listen = ":53"` on a host with many addresses: every answer leaves from the address that was asked. dig takes no
// other for an answer (RFC 5452 section 9.1), and nor does a resolver.
import { afterAll, beforeAll, expect, test } from "vitest";
import { delegateZone } from "../lab/addresses.ts";
import { run } from "../lab/command.ts";
import { type DigAnswer, dig } from "../lab/dig.ts";
import { startDnsvouch } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { addressCommand, type Namespace, openNetwork } from "../lab/namespace.ts";
import { until } from "../lab/until.ts";

const addresses = ["192.0.2.1", "198.51.100.1", "198.51.100.2", "203.0.113.1", "2001:db8:1::1"];
/**
 * Where the questions come from. To an address of its own host a system would answer from just that
 * address, whatever was asked; to this one it answers from this one.
 */
const clients = ["192.0.2.200", "2001:db8:2::200"];
const later = ["203.0.113.99", "2001:db8:1::99"];
/** The addresses are read anew every 30 seconds. */
const limitSeconds = 35;

const lab = new Lab();
let namespace: Namespace;

beforeAll(async () => {
  const folder = lab.newFolder("namespace");
  namespace = await lab.keep(openNetwork(folder, [...addresses, ...clients]));
  await lab.keep(
    startDnsvouch(lab.newFolder("dnsvouch"), {
      place: namespace,
      listen: [":53"],
      apiAddress: "127.0.0.1",
    }),
  );
});
afterAll(() => lab.close());

function ask(server: string, transport: "udp" | "tcp"): Promise<DigAnswer> {
  const from = clients.find((client) => client.includes(":") === server.includes(":"));
  if (from === undefined) throw new Error("no client");
  return dig(server, delegateZone, "SOA", { port: 53, transport, from, place: namespace });
}

const transports = ["udp", "tcp"] as const;

test.for(
  [...addresses, "127.0.0.1", "::1"].flatMap((server) =>
    transports.map((transport) => ({ server, transport })),
  ),
)("$server answers over $transport", async ({ server, transport }) => {
  const { status, answer } = await ask(server, transport);
  expect(status).toBe("NOERROR");
  expect(answer).toHaveLength(1);
});

test("addresses that the host gets later answer soon", async () => {
  for (const address of later) {
    await run("sh", ["-c", addressCommand(address)], { folder: lab.folder, place: namespace });
  }
  for (const server of later) {
    for (const transport of transports) {
      await until(
        () => ask(server, transport).catch(() => undefined),
        (answer) => answer?.answer.length === 1,
        limitSeconds,
      );
    }
  }
});
