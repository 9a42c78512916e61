import { describe, expect, test } from "vitest";
import { keysByPath } from "../../src/config/config.ts";
import { configErrorOf, loadText } from "./config-folder.ts";

function problemsOf(toml: string): readonly string[] {
  const error = configErrorOf(() => loadText(toml));
  expect(error.code).toBe("config_invalid");
  expect(error.message).toBe(error.problems.join("\n"));
  return error.problems;
}

test.for<{ name: string; toml: string; problem: string }>([
  {
    name: "a key with a typing error",
    toml: '[general]\n\nlisen = ":53"',
    problem: "c.toml:3: unknown key general.lisen; did you mean general.listen?",
  },
  {
    name: "tokens for lego's storage without a key",
    toml: '[lego_storage]\ntoken_file = "/t"',
    problem: "lego_storage.token_file needs lego_storage.key_file",
  },
  {
    name: "a key for lego's storage without tokens",
    toml: '[lego_storage]\nkey_file = "/k"',
    problem: "lego_storage.key_file needs lego_storage.token_file",
  },
  ...["", "[api]\nuse_header = true\n"].map((api) => ({
    name: `a header that says who is logged in, from anybody ${api}`,
    toml: `${api}[portal]\ntrusted_user_header = "Remote-User"`,
    problem: "portal.trusted_user_header needs api.trusted_proxies",
  })),
  ...[
    { key: "trusted_user_header", value: "Remote User", says: "the name of an HTTP header" },
    { key: "session", value: "13h", says: "60 to 43200 seconds" },
    { key: "session", value: "59s", says: "60 to 43200 seconds" },
    { key: "admin_user", value: "", says: "1 to 64 letters" },
    { key: "admin_user", value: "an admin", says: "1 to 64 letters" },
    { key: "operator", value: "x".repeat(101), says: "at most 100 octets" },
    { key: "support", value: "example.org", says: "a mail address" },
    { key: "support", value: "javascript:alert(1)", says: "a mail address" },
    { key: "support", value: "a@b", says: "a mail address" },
    { key: "support", value: "a b@example.org", says: "a mail address" },
    { key: "support", value: "@example.org", says: "a mail address" },
    { key: "support", value: "mailto:a@example.org?cc=b", says: "a mail address" },
  ].map(({ key, value, says }) => ({
    name: `portal.${key} = ${value}`,
    toml: `[portal]\n${key} = "${value}"`,
    problem: says,
  })),
  {
    name: "a resolver that is a name",
    toml: '[checks]\nresolvers = ["dns.example"]',
    problem: 'checks.resolvers = ["dns.example"] is not valid',
  },
  {
    name: "instant names without a zone",
    toml: "[instant]\nenabled = true",
    problem: "instant.enabled = true needs instant.domain",
  },
  ...[
    { domain: "auth.example.org", says: "auth.example.org is in general.domain" },
    { domain: "example.org", says: "example.org is above auth.example.org" },
    { domain: "i.auth.example.org", says: "i.auth.example.org is below auth.example.org" },
  ].map(({ domain, says }) => ({
    name: `a zone of instant names that ${says}`,
    toml: `[general]\ndomain = "auth.example.org"\n[instant]\ndomain = "${domain}"`,
    problem: `instant.domain: ${says}`,
  })),
  {
    name: "a zone of instant names without room for them",
    toml: `[instant]\ndomain = "${Array(4).fill("a".repeat(49)).join(".")}.xy"`,
    problem: "at most 200 leave room for the names of delegates",
  },
  {
    name: "a key in the wrong section",
    toml: '[api]\ndomain = "a.example"',
    problem: "c.toml:2: unknown key api.domain; did you mean general.domain?",
  },
  {
    name: "a key outside of any section",
    toml: 'domain = "a.example"',
    problem: "c.toml:1: unknown key domain, outside of any section; did you mean general.domain?",
  },
  {
    name: "a section with a typing error",
    toml: '# \n[genral]\nlisten = ":53"\ndomain = "a.example"',
    problem: "c.toml:2: unknown section [genral]; did you mean [general]?",
  },
  {
    name: "a dotted key",
    toml: 'general.lisen = ":53"',
    problem: "c.toml:1: unknown key general.lisen; did you mean general.listen?",
  },
  {
    name: "a key in an inline table: the line of the section",
    toml: '\ngeneral = { lisen = ":53" }',
    problem: "c.toml:2: unknown key general.lisen; did you mean general.listen?",
  },
  {
    name: "a table below a section",
    toml: "[general]\n[general.tsl]\nx = 1",
    problem: "c.toml:2: unknown key general.tsl; did you mean",
  },
  {
    name: "text of several lines does not confuse the line",
    toml: '[notify]\nsmtp = """\nport = 1\n[api]\n"""\n[api]\nport = "x"',
    problem: 'c.toml:7: api.port = "x" is not valid',
  },
  {
    name: "a section that is a value",
    toml: "api = 5",
    problem: "c.toml:1: api is a section: write [api] and its keys below it",
  },
  {
    name: "a section that is a list of tables",
    toml: "[[api]]\nport = 5",
    problem: "c.toml:1: api is a section: write [api] and its keys below it",
  },
  {
    name: "a key in two spellings",
    toml: '[general]\ndomain = "a.example"\nDomain = "b.example"',
    problem: "general.domain is there twice",
  },
  {
    name: "a type that does not fit",
    toml: "[api]\ndisable_registration = 1",
    problem:
      "c.toml:2: api.disable_registration = 1 is not valid; allowed: true or false; for example true",
  },
  {
    name: "a number out of its range",
    toml: "[dns]\nedns_size = 5000",
    problem:
      "c.toml:2: dns.edns_size = 5000 is not valid; allowed: a whole number from 512 to 4096; for example 512",
  },
  {
    name: "a word that is not known",
    toml: '[general]\nprotocol = "quic"',
    problem: 'c.toml:2: general.protocol = "quic" is not valid; allowed: "both", "both4"',
  },
  {
    name: "a list with an element that does not fit",
    toml: '[general]\nlisten = [":53", ":99999"]',
    problem: 'c.toml:2: general.listen = [":53",":99999"] is not valid; allowed: an address',
  },
  {
    name: "no address at all",
    toml: "[general]\nlisten = []",
    problem: "c.toml:2: general.listen = [] is not valid",
  },
  {
    name: "an address without its brackets",
    toml: '[general]\nlisten = "::1:53"',
    problem: 'c.toml:2: general.listen = "::1:53" is not valid',
  },
  {
    name: "a long value is cut",
    toml: `[general]\ndomain = "${"a".repeat(300)}"`,
    problem: `c.toml:2: general.domain = "${"a".repeat(79)}… is not valid`,
  },
  {
    name: "a zone that is named twice",
    toml: '[general]\ndomain = ["a.example", "b.example", "A.Example.", "a.example"]',
    problem: "general.domain has a.example more than once; keep one",
  },
  {
    name: "a zone without room for delegates",
    toml: `[general]\ndomain = "${"a.".repeat(104)}long.test"`,
    problem: "long.test has 217 characters, at most 216 leave room for the names of delegates",
  },
  {
    name: "a list with a zone that is none",
    toml: '[general]\ndomain = ["a.example", "b..example"]',
    problem:
      'c.toml:2: general.domain = ["a.example","b..example"] is not valid; allowed: a domain name',
  },
  {
    name: "an empty list of zones",
    toml: "[general]\ndomain = []",
    problem: "c.toml:2: general.domain = [] is not valid; allowed: a domain name",
  },
  {
    name: "an empty domain",
    toml: '[general]\ndomain = ""',
    problem: 'c.toml:2: general.domain = "" is not valid; allowed: a domain name',
  },
  {
    name: "a path that climbs",
    toml: '[api]\npath_prefix = "/a/../b"',
    problem: 'c.toml:2: api.path_prefix = "/a/../b" is not valid',
  },
  {
    name: "a path without its slash",
    toml: '[api]\npath_prefix = "acme"',
    problem: 'c.toml:2: api.path_prefix = "acme" is not valid; allowed: a path that begins with',
  },
  {
    name: "an address that contradicts the protocol",
    toml: '[general]\nlisten = "[::1]:53"\nprotocol = "udp4"',
    problem: "general.listen has [::1]:53, but general.protocol asks for ipv4 only",
  },
  {
    name: "a log file without a name",
    toml: '[logconfig]\nlogtype = "file"',
    problem: 'logconfig.logtype = "file" needs logconfig.logfile',
  },
])("$name", ({ toml, problem }) => {
  const problems = problemsOf(toml);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

describe("TOML syntax", () => {
  test("file, line, column and reason", () => {
    expect(problemsOf('[general]\nlisten = ":53\n')).toEqual([
      expect.stringMatching(/^c\.toml:2:\d+: not valid TOML: \S/),
    ]);
  });

  test("never the text around it, which may hold a secret", () => {
    const toml = '[database]\nconnection = "postgres://u:hunter2@db/x" oops\n';
    expect(problemsOf(toml).join()).not.toContain("hunter2");
  });
});

test("everything that is wrong is said at once", () => {
  const toml =
    '[general]\nlisen = ":53"\nprotocol = 5\n[api]\nport = "x"\ntls = "cert"\n[nosuch]\na = 1';
  const problems = problemsOf(toml);
  expect(problems).toHaveLength(5);
  expect(problems.map((problem) => problem.split(":")[1])).toEqual(["2", "7", "3", "5", "6"]);
});

test.for([...keysByPath].filter(([, key]) => key.secret).map(([path]) => ({ path })))(
  "the value of $path is never shown",
  ({ path }) => {
    const [section, key] = path.split(".");
    const problems = problemsOf(`[${section}]\n${key} = { a = "hunter2" }`);
    expect(problems[0]).toContain(`${path} = (hidden) is not valid`);
    expect(problems.join()).not.toContain("hunter2");
  },
);
