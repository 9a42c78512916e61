import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/config/environment.ts";
import { DEFAULT_CONFIG_FILES, loadConfig } from "../../src/config/load-config.ts";
import { configErrorOf, loadEnvironment, loadText, withFiles } from "./config-folder.ts";

describe("defaults", () => {
  const config = loadEnvironment({});

  test("the server runs on loopback without any configuration", () => {
    expect(config.file).toBeUndefined();
    expect(config.warnings).toEqual([]);
    expect(config.general).toEqual({
      listen: [{ address: "127.0.0.1", port: 5300 }],
      protocol: { udp: true, tcp: true, family: "any" },
      domains: ["auth.example.org"],
      nsname: "",
      nsadmin: "",
      records: [],
      debug: false,
      publicIp: "",
      publicIp6: "",
      txtLimit: 0,
    });
    expect(config.zones).toEqual([
      {
        domain: "auth.example.org",
        nsname: "auth.example.org",
        nsadmin: "hostmaster.auth.example.org",
        isInstant: false,
      },
    ]);
    expect(config.registrationZone).toBe("auth.example.org");
    expect(config.database).toEqual({ engine: "sqlite", connection: "data/dnsvouch.db" });
    expect(config.api).toMatchObject({ ip: "127.0.0.1", port: 8080, tls: "none", pathPrefix: "" });
    expect(config.log).toEqual({
      level: "info",
      type: "stdout",
      file: "",
      format: "auto",
      queryEvery: 0,
    });
  });

  test("DNS values are short-lived and fit into one datagram", () => {
    expect(config.dns).toMatchObject({
      txtTtl: 1,
      negativeTtl: 5,
      txtSlots: 2,
      ednsSizeOctets: 1232,
      tcpFirstMessageSeconds: 2,
      tcpIdleSeconds: 8,
      tcpConnections: 200,
      tcpConnectionsPerSource: { most: 20, coversLoopback: false },
      rrlPerSecond: { most: 20, coversLoopback: false },
    });
    expect(config.limits.bodyOctets).toBe(8192);
  });

  test("an empty file changes nothing but the origin", () => {
    expect(loadText("")).toEqual({ ...config, file: "c.toml" });
  });

  test("what follows from the domain follows a changed one", () => {
    const { zones, registrationZone } = loadText('[general]\ndomain = "Acme.Example.COM."');
    expect(zones).toEqual([
      {
        domain: "acme.example.com",
        nsname: "acme.example.com",
        nsadmin: "hostmaster.acme.example.com",
        isInstant: false,
      },
    ]);
    expect(registrationZone).toBe("acme.example.com");
  });
});

describe("several zones", () => {
  const list = '[general]\ndomain = ["A.example.", "sub.a.example", "b.test"]\n';
  const domains = ["a.example", "sub.a.example", "b.test"];

  test.for<{ name: string; toml: string; env: Environment }>([
    { name: "a list in the file", toml: list, env: {} },
    {
      name: "separated by commas in the environment",
      toml: "",
      env: { DNSVOUCH_DOMAIN: "a.example, sub.a.example,B.test." },
    },
    {
      name: "the environment over the file",
      toml: '[general]\ndomain = "c.example"',
      env: { DNSVOUCH_GENERAL_DOMAIN: "a.example,sub.a.example,b.test" },
    },
  ])("$name", ({ toml, env }) => {
    const config = loadText(toml, env);
    expect(config.general.domains).toEqual(domains);
    expect(config.zones.map(({ domain }) => domain)).toEqual(domains);
    expect(config.registrationZone).toBe("a.example");
  });

  test("have a nameserver and an administrator of their own", () => {
    expect(loadText(list).zones).toEqual(
      domains.map((domain) => ({
        domain,
        nsname: domain,
        nsadmin: `hostmaster.${domain}`,
        isInstant: false,
      })),
    );
  });

  test("have those that are configured in common", () => {
    const names = 'nsname = "ns1.a.example"\nnsadmin = "dns@b.test"';
    expect(loadText(list + names).zones).toEqual(
      domains.map((domain) => ({
        domain,
        nsname: "ns1.a.example",
        nsadmin: "dns.b.test",
        isInstant: false,
      })),
    );
  });
});

describe("precedence", () => {
  const file = '[general]\ndomain = "file.example"\n[api]\nport = 1\n';

  test.for<{ name: string; env: Environment; domain: string; port: number }>([
    { name: "the file over the defaults", env: {}, domain: "file.example", port: 1 },
    {
      name: "the environment over the file",
      env: { DNSVOUCH_GENERAL_DOMAIN: "env.example" },
      domain: "env.example",
      port: 1,
    },
    {
      name: "an alias is as strong as the long name",
      env: { DNSVOUCH_DOMAIN: "alias.example", DNSVOUCH_API_PORT: "2" },
      domain: "alias.example",
      port: 2,
    },
  ])("$name", ({ env, domain, port }) => {
    const config = loadText(file, env);
    expect(config.general.domains).toEqual([domain]);
    expect(config.api.port).toBe(port);
  });
});

describe("the search without a named file", () => {
  const domainOf = (name: string): string => `[general]\ndomain = "${name}"`;
  const files = { "b.cfg": domainOf("b.example"), "c.cfg": domainOf("c.example") };

  test("takes the first that exists, alone", () => {
    withFiles(files, (cwd) => {
      const searched = ["a.cfg", "./b.cfg", "c.cfg"];
      const config = loadConfig({ file: undefined, env: {}, cwd, searched });
      expect(config.file).toBe("./b.cfg");
      expect(config.general.domains).toEqual(["b.example"]);
    });
  });

  test("is not done if a file is named", () => {
    withFiles(files, (cwd) => {
      const config = loadConfig({ file: join(cwd, "c.cfg"), env: {}, searched: ["b.cfg"] });
      expect(config.general.domains).toEqual(["c.example"]);
    });
  });

  test("goes from our own place to those of acme-dns", () => {
    expect(DEFAULT_CONFIG_FILES).toEqual([
      "/etc/dnsvouch/config.toml",
      "/etc/acme-dns/config.cfg",
      "./config.cfg",
    ]);
  });

  test("a file that was found and cannot be read stops the start", () => {
    withFiles({}, (cwd) => {
      mkdirSync(join(cwd, "a.cfg"));
      const searched = ["a.cfg"];
      const error = configErrorOf(() => loadConfig({ file: undefined, env: {}, cwd, searched }));
      expect(error.code).toBe("config_unreadable");
    });
  });
});

test.for<{ name: string; content?: Uint8Array; file: string; message: string }>([
  { name: "missing", file: "no.toml", message: "no.toml: there is no such file; name an existing" },
  { name: "a folder", file: ".", message: ".: this is a folder; name the file in it" },
  {
    name: "not text",
    content: Uint8Array.of(0x5b, 0xff, 0x5d),
    file: "c.toml",
    message: "c.toml: the file is not UTF-8 text; a configuration is a TOML file",
  },
])("a named file that is $name is config_unreadable", ({ content, file, message }) => {
  withFiles({}, (cwd) => {
    if (content) writeFileSync(join(cwd, file), content);
    const error = configErrorOf(() => loadConfig({ file, env: {}, cwd }));
    expect(error.code).toBe("config_unreadable");
    expect(error.problems).toHaveLength(1);
    expect(error.message).toContain(message);
  });
});

test("a byte order mark at the beginning is no part of the text", () => {
  expect(loadText('\uFEFF[general]\ndomain = "a.example"').general.domains).toEqual(["a.example"]);
});

test("the result is frozen all the way down", () => {
  const config = loadText('[general]\nlisten = [":53"]\nrecords = ["a A 192.0.2.1"]');
  const thawed: string[] = [];
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) thawed.push(path);
    for (const [name, member] of Object.entries(value)) visit(`${path}.${name}`, member);
  };
  visit("config", config);
  expect(thawed).toEqual([]);
  expect(Object.isFrozen(config.general.listen[0])).toBe(true);
});

test.for<{ name: string; toml: string; value: unknown }>([
  { name: "one address", toml: '[general]\nlisten = ":53"', value: [["", 53]] },
  {
    name: "a list of addresses",
    toml: '[general]\nlisten = ["192.0.2.1:53", "[2001:DB8::1]"]',
    value: [
      ["192.0.2.1", 53],
      ["2001:db8::1", 53],
    ],
  },
  {
    name: "every address, but IPv4 only",
    toml: '[general]\nlisten = ":0"\nprotocol = "udp4"',
    value: [["0.0.0.0", 0]],
  },
  {
    name: "every address, but IPv6 only",
    toml: '[general]\nlisten = ":53"\nprotocol = "both6"',
    value: [["::", 53]],
  },
])("general.listen: $name", ({ toml, value }) => {
  const { listen } = loadText(toml).general;
  expect(listen.map(({ address, port }) => [address, port])).toEqual(value);
});

test.for<{ toml: string; pathPrefix: string }>([
  { toml: '"/"', pathPrefix: "" },
  { toml: '"/acme/"', pathPrefix: "/acme" },
  { toml: '"/api/v1/x-y_z.~"', pathPrefix: "/api/v1/x-y_z.~" },
])("api.path_prefix = $toml is $pathPrefix", ({ toml, pathPrefix }) => {
  expect(loadText(`[api]\npath_prefix = ${toml}`).api.pathPrefix).toBe(pathPrefix);
});

test("api.base_url loses its final slash", () => {
  const { baseUrl } = loadText('[api]\nbase_url = "https://auth.example.org/x/"').api;
  expect(baseUrl).toBe("https://auth.example.org/x");
});

test("txt_limit of acme-dns v2 is the number of slots", () => {
  expect(loadText("[general]\ntxt_limit = 4").dns.txtSlots).toBe(4);
});

test("0 switches each limit of TCP off", () => {
  const keys = [
    "tcp_first_message_seconds",
    "tcp_idle_seconds",
    "tcp_connections",
    "tcp_connections_per_source",
  ];
  const { dns, warnings } = loadText(`[dns]\n${keys.map((key) => `${key} = 0`).join("\n")}`);
  expect(dns).toMatchObject({
    tcpFirstMessageSeconds: 0,
    tcpIdleSeconds: 0,
    tcpConnections: 0,
    tcpConnectionsPerSource: { most: 0, coversLoopback: true },
  });
  expect(warnings).toEqual([]);
});

test("disable_registration closes the registration", () => {
  expect(loadText("[api]\ndisable_registration = true").api.registration).toBe("closed");
});

test("section and key names are read without regard to case, as acme-dns does", () => {
  expect(loadText('[General]\nDomain = "a.example"').general.domains).toEqual(["a.example"]);
});

test.for(["help@example.org", "first.last+dns@help.example.org", "https://example.org/help", ""])(
  "customers can turn to %s",
  (support) => {
    expect(loadText(`[portal]\nsupport = "${support}"`).portal.support).toBe(support);
  },
);

test("a proxy that is named can say who is logged in", () => {
  const toml =
    '[api]\ntrusted_proxies = ["192.0.2.1"]\n[portal]\ntrusted_user_header = "Remote-User"';
  expect(loadText(toml).portal.trustedUserHeader).toBe("Remote-User");
});
