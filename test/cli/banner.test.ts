import { describe, expect, test } from "vitest";
import { banner } from "../../src/cli/banner.ts";
import { checkedConfig } from "../../src/cli/checked-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { delegationsOfConfig } from "../../src/configured-delegations.ts";
import type { RunningServer } from "../../src/serve.ts";

const config = loadConfig({ file: undefined, searched: [], env: {} });

/** The lines about DNS for TCP and UDP at these addresses, port 53. */
function dnsLines(addresses: readonly string[]): string[] {
  const transports = ["tcp", "udp"] as const;
  const server: Pick<RunningServer, "dns" | "http" | "portal"> = {
    dns: addresses.flatMap((address) =>
      transports.map((transport) => ({ address, port: 53, transport })),
    ),
    http: { address: "127.0.0.1", port: 8080 },
    portal: undefined,
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

test.for([
  { oneTimePassword: undefined, line: "  Portal http://[::1]:8081  user admin" },
  {
    oneTimePassword: "k7m2p-xw4hd-9r3tq-b6fzn",
    line: "  Portal http://[::1]:8081  user admin  one-time password k7m2p-xw4hd-9r3tq-b6fzn  (shown once; new one: dnsvouch admin passwd)",
  },
])("the portal has a line below the API: $line", ({ oneTimePassword, line }) => {
  const portal = { address: "::1", port: 8081, user: "admin", oneTimePassword };
  const http = { address: "127.0.0.1", port: 8080 };
  const lines = banner(config, { dns: [], http, portal }).split("\n");
  expect(lines[lines.indexOf("  API  http://127.0.0.1:8080") + 1]).toBe(line);
});

describe("what the first start says besides", () => {
  const env = {
    DNSVOUCH_DOMAIN: "auth.example.org",
    DNSVOUCH_PUBLIC_IP: "198.51.100.7",
    DNSVOUCH_LISTEN: "0.0.0.0:5300",
  };
  const configured = checkedConfig({ file: undefined, searched: [], env });
  const server = {
    dns: [{ address: "192.0.2.1", port: 5300, transport: "udp" as const }],
    http: { address: "0.0.0.0", port: 8080 },
    portal: undefined,
  };
  const first = { delegations: delegationsOfConfig(configured), variables: 3 };

  test("the records to create in two layouts, what to open, the next command", () => {
    const lines = banner(configured.config, server, first).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "1. Create these records at the DNS host of example.org:",
        "     auth.example.org.  NS    auth.example.org.",
        "     auth.example.org.  A     198.51.100.7   (glue)",
        '   Or instead, with a name server outside the zone (general.nsname = "ns-auth.example.org"):',
        "     ns-auth.example.org.  A     198.51.100.7",
        "2. Open 53/udp AND 53/tcp to the whole internet: CAs look from several places. They must lead to port 5300 here.",
        "4. Register a delegate: dnsvouch register www.example.com",
      ]),
    );
    expect(lines[1]).toContain("environment: 3 used, 0 unknown");
  });

  test("a public address, and a listener that nobody reaches there, do not go together", () => {
    const dns = [{ address: "127.0.0.1", port: 53, transport: "udp" as const }];
    expect(banner(configured.config, { ...server, dns }, first)).toContain("this machine alone");
    expect(banner(configured.config, server, first)).not.toContain("this machine alone");
  });

  test("later starts say where to find it", () => {
    const text = banner(configured.config, server);
    expect(text).not.toContain("Create these records");
    expect(text).toContain("dnsvouch records");
  });

  test("a server that nobody else reaches says what to set", () => {
    const local = {
      ...server,
      dns: [{ address: "127.0.0.1", port: 53, transport: "udp" as const }],
    };
    expect(banner(config, local, first)).toContain(
      "set general.domain, general.listen and general.public_ip",
    );
  });
});
