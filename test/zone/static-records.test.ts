import { expect, test } from "vitest";
import type { Name } from "../../src/dns/name.ts";
import { formatRRset } from "../../src/dns/presentation.ts";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import { buildStaticZones, StaticRecordsError } from "../../src/zone/static-records.ts";
import type { Node } from "../../src/zone/zone.ts";

const APEX = parseName("auth.example.");
const NS = "ns1 A 192.0.2.53";

interface Given {
  readonly nsname?: Name;
  readonly nsAddresses?: readonly string[];
}

interface Built {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly warnings: readonly string[];
}

/** The one zone auth.example. */
function build(texts: readonly string[], given: Given = {}): Built {
  const { nsname: mname = parseName("ns1.auth.example."), nsAddresses = [] } = given;
  const zone = { apex: APEX, soa: { mname, rname: APEX, negativeTtl: 5 } };
  const { zones, warnings } = buildStaticZones([zone], { texts, origin: APEX, nsAddresses });
  return { nodes: zones[0]?.nodes ?? new Map(), warnings };
}

/** The problems, or none. */
function problemsOf(texts: readonly string[]): readonly string[] {
  try {
    build([NS, ...texts]);
    return [];
  } catch (error) {
    if (error instanceof StaticRecordsError) return error.problems;
    throw error;
  }
}

/** All records but the nameserver's, in presentation format. */
function linesOf({ nodes }: Built): string[] {
  return [...nodes.values()].flat().flatMap(formatRRset);
}

test.for([
  {
    name: "no records at all: the nameserver and its address",
    texts: [],
    given: { nsAddresses: ["192.0.2.1", "2001:db8::1"] },
    lines: [
      "auth.example. 3600 IN NS ns1.auth.example.",
      "ns1.auth.example. 3600 IN A 192.0.2.1",
      "ns1.auth.example. 3600 IN AAAA 2001:db8::1",
    ],
  },
  {
    name: "an address that the records give stands",
    texts: ["ns1 A 192.0.2.53"],
    given: { nsAddresses: ["192.0.2.1"] },
    lines: ["auth.example. 3600 IN NS ns1.auth.example.", "ns1.auth.example. 3600 IN A 192.0.2.53"],
  },
  {
    name: "NS records that the records give stand",
    texts: ["@ NS ns.elsewhere.test."],
    given: { nsname: parseName("ns.elsewhere.test."), nsAddresses: ["192.0.2.1"] },
    lines: ["auth.example. 3600 IN NS ns.elsewhere.test."],
  },
  {
    name: "the nameserver may be the apex itself, as acme-dns has it",
    texts: [],
    given: { nsname: APEX, nsAddresses: ["192.0.2.1"] },
    lines: ["auth.example. 3600 IN NS auth.example.", "auth.example. 3600 IN A 192.0.2.1"],
  },
  {
    name: "an address to listen on that is none to publish is left out",
    texts: ["ns1 A 192.0.2.53"],
    given: { nsAddresses: [""] },
    lines: ["auth.example. 3600 IN NS ns1.auth.example.", "ns1.auth.example. 3600 IN A 192.0.2.53"],
  },
])("$name", ({ texts, given, lines }) => {
  const built = build(texts, given);
  expect(linesOf(built)).toEqual(lines);
  expect(built.warnings).toEqual([]);
});

test("equal records are one, and the smallest TTL is that of all (RFC 2181 section 5)", () => {
  const texts = [NS, "WWW 60 A 192.0.2.1", "www 30 A 192.0.2.2", "www A 192.0.2.1"];
  expect(linesOf(build(texts))).toEqual([
    "auth.example. 3600 IN NS ns1.auth.example.",
    "ns1.auth.example. 3600 IN A 192.0.2.53",
    "WWW.auth.example. 30 IN A 192.0.2.1",
    "WWW.auth.example. 30 IN A 192.0.2.2",
  ]);
});

test("names above others exist, up to the apex (RFC 4592 section 2.2.2)", () => {
  const { nodes } = build([NS, "deep.a.b A 192.0.2.1"]);
  const names = ["a.b.auth.example.", "b.auth.example.", "auth.example."];
  expect(names.map((name) => nodes.get(parseName(name).key)?.length)).toEqual([0, 0, 1]);
  expect(nodes.has(parseName("example.").key)).toBe(false);
});

test.for([
  {
    name: "text that is no record",
    texts: ["www A 192.0.2"],
    problems: [`record 'www A 192.0.2': "192.0.2" is no IPv4 address, such as 192.0.2.1`],
  },
  {
    name: "a CNAME beside other records (RFC 1034 section 3.6.2)",
    texts: ["www CNAME @", "WWW A 192.0.2.1"],
    problems: ["www.auth.example. has a CNAME and other records (CNAME, A): a CNAME stands alone"],
  },
  {
    name: "a CNAME at the apex",
    texts: ["@ CNAME www"],
    problems: ["auth.example. has a CNAME and other records (CNAME, NS): a CNAME stands alone"],
  },
  {
    name: "two CNAMEs (RFC 2181 section 10.1)",
    texts: ["www CNAME a", "www CNAME b"],
    problems: ["www.auth.example. has a CNAME and other records (CNAME): a CNAME stands alone"],
  },
  {
    name: "more records than a message can hold",
    texts: Array.from({ length: 300 }, (_, i) => `big TXT "${"x".repeat(220)}${i}"`),
    problems: [
      "the records of big.auth.example. TXT do not fit into one message: at most 60000 octets",
    ],
  },
  {
    name: "all problems at once",
    texts: ["www", "www A x", "ok A 192.0.2.1"],
    problems: [
      "record 'www': missing: type, such as A or TXT",
      `record 'www A x': "x" is no IPv4 address, such as 192.0.2.1`,
    ],
  },
])("refused: $name", ({ texts, problems }) => {
  expect(problemsOf(texts)).toEqual(problems);
});

test("the error has a code, and all problems as its message", () => {
  const refused = expect.objectContaining({
    code: "records_invalid",
    message:
      "record 'a': missing: type, such as A or TXT\nrecord 'b': missing: type, such as A or TXT",
  });
  expect(() => build(["a", "b"])).toThrow(refused);
});

test.for([
  {
    name: "a nameserver without address (RFC 2181 section 10.3)",
    texts: ["@ NS ns2"],
    warnings: [
      'nameserver ns2.auth.example. has no address: add a record such as "ns2.auth.example. A 192.0.2.1" with the public address of this server, or set general.public_ip',
    ],
  },
  {
    name: "a name outside the zone, as some acme-dns configurations have it",
    texts: [NS, "www.example.org. A 192.0.2.1"],
    warnings: [
      "record 'www.example.org. A 192.0.2.1' is not served: www.example.org. is not in the zone auth.example.; it belongs at the DNS host of www.example.org.",
    ],
  },
  {
    name: "an SOA",
    texts: [NS, "@ SOA ns1 admin 1 2 3 4 5"],
    warnings: [
      "record '@ SOA ns1 admin 1 2 3 4 5' is not served: the SOA is made from general.nsname and general.nsadmin",
    ],
  },
  {
    name: "a nameserver that is an alias (RFC 2181 section 10.3)",
    texts: ["@ NS ns2", "ns2 CNAME www", "www A 192.0.2.1"],
    warnings: [
      "nameserver ns2.auth.example. is an alias: give it addresses (A, AAAA) instead of the CNAME",
    ],
  },
  {
    name: "a name in RDATA that lacks its final dot",
    texts: [NS, "www CNAME www.example.com"],
    warnings: [
      `record 'www CNAME www.example.com': www.example.com was read as www.example.com.auth.example.; write "www.example.com." if that is not what is meant`,
    ],
  },
  { name: "a nameserver elsewhere", texts: ["@ NS ns.elsewhere.test."], warnings: [] },
  { name: "a short name that is meant so", texts: [NS, "www CNAME web"], warnings: [] },
])("warnings: $name", ({ texts, warnings }) => {
  expect(build(texts).warnings).toEqual(warnings);
});
