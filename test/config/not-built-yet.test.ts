import { expect, test } from "vitest";
import { configErrorOf, loadEnvironment, loadText } from "./config-folder.ts";

test.for<{ path: string; value: string; instead: string }>([
  { path: "database.engine", value: '"postgres"', instead: 'set engine = "sqlite"' },
  { path: "api.tls", value: '"cert"', instead: 'set tls = "none"' },
  { path: "api.tls", value: '"letsencrypt"', instead: 'set tls = "none"' },
  { path: "policy.approval", value: '"manual"', instead: 'set approval = "none"' },
])("$path = $value is refused with what to do instead", ({ path, value, instead }) => {
  const [section, key] = path.split(".");
  const { code, problems } = configErrorOf(() => loadText(`[${section}]\n${key} = ${value}`));
  expect(code).toBe("config_invalid");
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^c\.toml:2: .* is refused: this version .*; /);
  expect(problems[0]).toContain(`${path} = ${value} is refused`);
  expect(problems[0]).toContain(instead);
});

test("a refusal names the variable that asks for it", () => {
  const { message } = configErrorOf(() => loadEnvironment({ DNSVOUCH_POLICY_APPROVAL: "manual" }));
  expect(message).toContain('DNSVOUCH_POLICY_APPROVAL: policy.approval = "manual" is refused');
});

test.for<{ toml: string; warning: string }>([
  {
    toml: "[dns]\nupdate_wait = 5",
    warning: "dns.update_wait = 5 has no effect in this version: the zone is not transferred",
  },
  {
    toml: '[naming]\ndefault = "readable"',
    warning: 'naming.default = "readable" has no effect in this version',
  },
  {
    toml: '[notify]\nwebhook = "https://hunter2@hooks.example/x"',
    warning: "notify.webhook = (hidden) has no effect in this version",
  },
])("a warning for $toml", ({ toml, warning }) => {
  const { warnings } = loadText(toml);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(warning);
});

test.for<{ name: string; toml: string }>([
  { name: "a default", toml: '[dns]\nupdate_wait = 0\n[naming]\ntombstone = "9600h"' },
  { name: "zero", toml: "[dns]\nupdate_wait = 0" },
  { name: "off", toml: '[portal]\nenabled = false\n[metrics]\nlisten = ""' },
  { name: "an empty list", toml: "[dns]\nsecondaries = []\n[checks]\nresolvers = []" },
  { name: "what refines a refused key", toml: '[api]\nacme_eab_kid = "x"\nhsts_preload = true' },
  {
    name: "what works",
    toml: '[general]\ndebug = true\n[dns]\ntxt_ttl = 60\nnegative_ttl = 0\ntcp_connections = 50\ntcp_connections_per_source = 5\n[limits]\nbody_bytes = 100\n[api]\ncorsorigins = ["*"]\nbase_url = "http://x"\ndisable_registration = true\n[portal]\nlisten = ":8081"\nsession = "1h"\npassword_file = "/t"\nsupport = "https://x"',
  },
])("$name asks for nothing that is missing", ({ toml }) => {
  expect(loadText(toml).warnings).toEqual([]);
});
