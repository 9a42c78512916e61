import { expect, test } from "vitest";
import { checkedConfig } from "../../src/cli/checked-config.ts";
import { formatDelegations } from "../../src/cli/records-format.ts";
import { delegationsOfConfig } from "../../src/configured-delegations.ts";

type Environment = Readonly<Record<string, string>>;

const delegations = (env: Environment) =>
  delegationsOfConfig(
    checkedConfig({ file: undefined, searched: [], env: { DNSVOUCH_DOMAIN: "a.example", ...env } }),
  );

const text = (env: Environment) =>
  formatDelegations(delegations(env), "text").trimEnd().split("\n");

const PUBLIC = { DNSVOUCH_PUBLIC_IP: "198.51.100.7", DNSVOUCH_PUBLIC_IP6: "2001:db8::7" };

test("the name server inside the zone, and the same with it outside", () => {
  expect(text(PUBLIC)).toEqual([
    "Create these records at the DNS host of example:",
    "     a.example.  NS    a.example.",
    "     a.example.  A     198.51.100.7   (glue)",
    "     a.example.  AAAA  2001:db8::7   (glue)",
    'Or instead, with a name server outside the zone (general.nsname = "ns-a.example"):',
    "     a.example.     NS    ns-a.example.",
    "     ns-a.example.  A     198.51.100.7",
    "     ns-a.example.  AAAA  2001:db8::7",
  ]);
});

test("a name server outside comes first where it is configured", () => {
  expect(text({ ...PUBLIC, DNSVOUCH_GENERAL_NSNAME: "ns1.other.example" })).toEqual([
    "Create these records at the DNS host of example:",
    "     a.example.          NS    ns1.other.example.",
    "     ns1.other.example.  A     198.51.100.7",
    "     ns1.other.example.  AAAA  2001:db8::7",
    'Or instead, with a name server inside the zone (general.nsname = "a.example"):',
    "     a.example.  NS    a.example.",
    "     a.example.  A     198.51.100.7   (glue)",
    "     a.example.  AAAA  2001:db8::7   (glue)",
  ]);
});

test("what the records of an acme-dns configuration say is what counts", () => {
  const records = [
    "a.example. A 192.0.2.9",
    "a.example. NS a.example.",
    "x.a.example. A 192.0.2.1",
  ];
  const lines = text({ DNSVOUCH_GENERAL_RECORDS: records.join("\n") });
  expect(lines.slice(1, 3)).toEqual([
    "     a.example.  NS    a.example.",
    "     a.example.  A     192.0.2.9   (glue)",
  ]);
});

test("a loopback address is none that others could use", () => {
  expect(text({ DNSVOUCH_LISTEN: "127.0.0.1:53" })[2]).toBe(
    "     a.example.  A     <address of this server>   (glue)",
  );
});

test("several zones: each at its own parent, one inside another nowhere", () => {
  const env = { ...PUBLIC, DNSVOUCH_DOMAIN: "a.example,b.a.example,c.test" };
  expect(delegations(env).map(({ zone, parent }) => ({ zone, parent }))).toEqual([
    { zone: "a.example", parent: "example" },
    { zone: "c.test", parent: "test" },
  ]);
});

test("a zone file has the records that are certain, the rest as comments", () => {
  const lines = formatDelegations(delegations(PUBLIC), "zone").trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith(";"))).toEqual([
    "a.example. 3600 IN NS a.example.",
    "a.example. 3600 IN A 198.51.100.7",
    "a.example. 3600 IN AAAA 2001:db8::7",
  ]);
});

test("Terraform and JSON have the same records", () => {
  const terraform = formatDelegations(delegations(PUBLIC), "terraform");
  expect(terraform.match(/^resource "dns_\w+_record_set"/gm)).toEqual([
    'resource "dns_ns_record_set"',
    'resource "dns_a_record_set"',
    'resource "dns_aaaa_record_set"',
  ]);
  expect(terraform).toContain('zone = "example."\n  name = "a"\n  addresses = ["198.51.100.7"]');
  const [zone] = JSON.parse(formatDelegations(delegations(PUBLIC), "json"));
  expect(zone.layouts[0]).toMatchObject({ nameserver: "inside", configured: true });
  expect(zone.layouts[0].records[0]).toEqual({
    name: "a.example.",
    type: "NS",
    value: "a.example.",
    glue: false,
  });
});

test("the zone of instant names has the name server of the first zone, whose address is told of there", () => {
  const lines = text({ ...PUBLIC, DNSVOUCH_INSTANT_DOMAIN: "instant.test" });
  expect(lines.slice(-2)).toEqual([
    "Create these records at the DNS host of test:",
    "     instant.test.  NS    a.example.",
  ]);
});
