import { expect, test } from "vitest";
import { banner } from "../../src/cli/banner.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { RunningServer } from "../../src/serve.ts";

const config = loadConfig({ file: undefined, searched: [], env: {} });

/** The lines about DNS for TCP and UDP at these addresses, port 53. */
function dnsLines(addresses: readonly string[]): string[] {
  const transports = ["tcp", "udp"] as const;
  const server: Pick<RunningServer, "dns" | "http"> = {
    dns: addresses.flatMap((address) =>
      transports.map((transport) => ({ address, port: 53, transport })),
    ),
    http: { address: "127.0.0.1", port: 8080 },
  };
  return banner(config, server)
    .split("\n")
    .filter((line) => line.startsWith("  DNS "));
}

test("each address has a line", () => {
  expect(dnsLines(["127.0.0.1", "::1"])).toEqual([
    "  DNS  127.0.0.1:53 udp+tcp",
    "  DNS  [::1]:53 udp+tcp",
  ]);
});

test("of many addresses the first are shown", () => {
  const addresses = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
  const lines = dnsLines(addresses);
  expect(lines).toHaveLength(8);
  expect(lines.slice(-2)).toEqual(["  DNS  192.0.2.6:53 udp+tcp", "  DNS  and 193 more addresses"]);
  expect(dnsLines(addresses.slice(0, 8))[7]).toBe("  DNS  192.0.2.7:53 udp+tcp");
});
