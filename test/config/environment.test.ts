import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keysByPath } from "../../src/config/config.ts";
import { type Environment, variableName } from "../../src/config/environment.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { configErrorOf, loadEnvironment, withFiles } from "./config-folder.ts";

test.for<{ env: Environment; expected: object }>([
  {
    env: { DNSVOUCH_DOMAIN: "a.example", DNSVOUCH_LISTEN: "127.0.0.1:53, [::1]:53" },
    expected: {
      general: {
        domains: ["a.example"],
        listen: [
          { address: "127.0.0.1", port: 53 },
          { address: "::1", port: 53 },
        ],
      },
    },
  },
  {
    env: { DNSVOUCH_GENERAL_RECORDS: 'a TXT "x, y; z"\n\nb A 192.0.2.1\n' },
    expected: { general: { records: ['a TXT "x, y; z"', "b A 192.0.2.1"] } },
  },
  {
    env: { DNSVOUCH_PUBLIC_IP: "198.51.100.1", DNSVOUCH_PUBLIC_IP6: "" },
    expected: { general: { publicIp: "198.51.100.1", publicIp6: "" } },
  },
  { env: { DNSVOUCH_DB: "/data/x.db" }, expected: { database: { connection: "/data/x.db" } } },
  {
    env: { DNSVOUCH_URL: "https://a.example/", DNSVOUCH_API_IP: "", DNSVOUCH_API_PORT: "80" },
    expected: { api: { baseUrl: "https://a.example", ip: "", port: 80 } },
  },
  { env: { DNSVOUCH_REGISTRATION: "open" }, expected: { api: { registration: "open" } } },
  { env: { DNSVOUCH_TRUSTED_PROXIES: "" }, expected: { api: { trustedProxies: [] } } },
  {
    env: { DNSVOUCH_API_DISABLE_REGISTRATION: "1", DNSVOUCH_GENERAL_DEBUG: "false" },
    expected: { api: { disableRegistration: true }, general: { debug: false } },
  },
  { env: { DNSVOUCH_LOG_LEVEL: "debug" }, expected: { log: { level: "debug" } } },
  { env: { DNSVOUCH_LOGCONFIG_LOGLEVEL: "error" }, expected: { log: { level: "error" } } },
  {
    env: { DNSVOUCH_DNS_TXT_TTL: "60", DNSVOUCH_DNS_TCP_IDLE_SECONDS: "1m" },
    expected: { dns: { txtTtl: 60, tcpIdleSeconds: 60 } },
  },
  {
    env: { DNSVOUCH_ADMIN_PASSWORD_FILE: "", DNSVOUCH_LEGO_STORAGE_TOKEN_FILE: "" },
    expected: { portal: { passwordFile: "" }, legoStorage: { tokenFile: "" } },
  },
  { env: { DNSVOUCH_METRICS_LISTEN: "" }, expected: { metrics: { listen: undefined } } },
])("$env", ({ env, expected }) => {
  expect(loadEnvironment(env)).toMatchObject(expected);
});

test.for<{ env: Environment; problem: string }>([
  {
    env: { DNSVOUCH_DOMIAN: "a.example" },
    problem: "unknown environment variable DNSVOUCH_DOMIAN; did you mean DNSVOUCH_DOMAIN?",
  },
  {
    env: { DNSVOUCH_API_PROT: "80" },
    problem: "unknown environment variable DNSVOUCH_API_PROT; did you mean DNSVOUCH_API_PORT?",
  },
  {
    env: { DNSVOUCH_API_PORT: "http" },
    problem:
      'DNSVOUCH_API_PORT: api.port = "http" is not valid; allowed: a port from 0 to 65535, 0 for any free one; for example 8080',
  },
  {
    env: { DNSVOUCH_GENERAL_DEBUG: "yes" },
    problem:
      'DNSVOUCH_GENERAL_DEBUG: general.debug = "yes" is not valid; allowed: true or false; for example true',
  },
  {
    env: { DNSVOUCH_DOMAIN: "a.example", DNSVOUCH_GENERAL_DOMAIN: "b.example" },
    problem: "DNSVOUCH_GENERAL_DOMAIN: DNSVOUCH_DOMAIN sets general.domain too; keep one",
  },
])("$env is refused", ({ env, problem }) => {
  expect(configErrorOf(() => loadEnvironment(env)).problems).toEqual([problem]);
});

describe("variables that are not ours", () => {
  test.for<{ name: string; env: Environment }>([
    { name: "without the prefix", env: { HOME: "/", DOMAIN: "x", XDNSVOUCH_DOMAIN: "x" } },
    { name: "not set", env: { DNSVOUCH_NO_SUCH: undefined } },
    {
      name: "of a Kubernetes service called dnsvouch",
      env: {
        DNSVOUCH_SERVICE_HOST: "10.0.0.1",
        DNSVOUCH_SERVICE_PORT: "53",
        DNSVOUCH_SERVICE_PORT_DNS_UDP: "53",
        DNSVOUCH_PORT: "udp://10.0.0.1:53",
        DNSVOUCH_PORT_53_UDP: "udp://10.0.0.1:53",
        DNSVOUCH_PORT_53_UDP_PROTO: "udp",
        DNSVOUCH_PORT_53_UDP_PORT: "53",
        DNSVOUCH_PORT_53_UDP_ADDR: "10.0.0.1",
      },
    },
    {
      name: "of a Kubernetes service called dnsvouch-api",
      env: {
        DNSVOUCH_API_SERVICE_HOST: "10.0.0.2",
        DNSVOUCH_API_SERVICE_PORT_HTTP: "80",
        DNSVOUCH_API_PORT: "tcp://10.0.0.2:80",
        DNSVOUCH_API_PORT_80_TCP: "tcp://10.0.0.2:80",
        DNSVOUCH_API_PORT_80_TCP_ADDR: "10.0.0.2",
      },
    },
  ])("$name are ignored", ({ env }) => {
    expect(loadEnvironment(env)).toEqual(loadEnvironment({}));
  });
});

describe("secrets from files", () => {
  test("the file named by _FILE is the value, without its last line break", () => {
    withFiles({ secret: "data/other.db\n" }, (cwd) => {
      const env = { DNSVOUCH_DATABASE_CONNECTION_FILE: "secret" };
      const config = loadConfig({ file: undefined, env, cwd, searched: [] });
      expect(config.database.connection).toBe("data/other.db");
    });
  });

  test("a file that is missing is named", () => {
    const env = { DNSVOUCH_DATABASE_CONNECTION_FILE: "/nonexistent/secret" };
    expect(configErrorOf(() => loadEnvironment(env)).message).toMatch(
      /^DNSVOUCH_DATABASE_CONNECTION_FILE: .*\/nonexistent\/secret/,
    );
  });

  test("its content is never shown", () => {
    withFiles({}, (cwd) => {
      writeFileSync(join(cwd, "tokens"), "hunter2,hunter3");
      const env = { DNSVOUCH_NOTIFY_WEBHOOK_FILE: "tokens" };
      const load = () => loadConfig({ file: undefined, env, cwd, searched: [] });
      expect(configErrorOf(load).message).toContain("notify.webhook = (hidden) is not valid");
    });
  });

  test("a key of its own that ends in _file keeps its variable", () => {
    const env = { DNSVOUCH_API_REGISTRATION_TOKENS_FILE: "" };
    expect(loadEnvironment(env).api.registrationTokensFile).toBe("");
  });
});

test("every key has a variable of its own", () => {
  const names = [...keysByPath.keys()].map(variableName);
  expect(new Set(names).size).toBe(keysByPath.size);
  expect(names).toContain("DNSVOUCH_LEGO_STORAGE_KEY_FILE");
});
