import { describe, expect, test } from "vitest";
import { formatRRset } from "../../src/dns/presentation.ts";
import { formatName, parseName } from "../../src/dns/presentation-scanner.ts";
import { buildStaticZones, StaticRecordsError } from "../../src/zone/static-records.ts";

interface Given {
  /** Of all zones; else each is its own nameserver. */
  readonly nsname?: string;
  readonly nsAddresses?: readonly string[];
}

interface Built {
  /** The records of each zone by its apex, in presentation format, without those of every apex. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
}

const ADDRESS = "192.0.2.53";

/** Relative names are relative to the first of the zones. */
function build(apexes: readonly string[], texts: readonly string[], given: Given = {}): Built {
  const zones = apexes.map((text) => {
    const apex = parseName(text);
    const mname = parseName(given.nsname ?? text);
    return { apex, soa: { mname, rname: apex, negativeTtl: 5 } };
  });
  const origin = parseName(apexes[0] ?? "");
  const nsAddresses = given.nsAddresses ?? [ADDRESS];
  const built = buildStaticZones(zones, { texts, origin, nsAddresses });
  const records = built.zones.map(({ apex, nodes }) => {
    const lines = [...nodes.values()].flat().flatMap(formatRRset);
    return [formatName(apex), lines.filter((line) => !isOfEveryApex(line, formatName(apex)))];
  });
  return { records: Object.fromEntries(records), warnings: built.warnings };
}

/** The nameserver of a zone that is its own, and its address. */
function isOfEveryApex(line: string, apex: string): boolean {
  return [`${apex} 3600 IN NS ${apex}`, `${apex} 3600 IN A ${ADDRESS}`].includes(line);
}

describe("one list of records is split among the zones:", () => {
  test.for([
    {
      name: "by the longest apex that the owner is at or below",
      apexes: ["a.example.", "b.example.", "sub.a.example."],
      texts: [
        "www.a.example. A 192.0.2.1",
        "www.b.example. A 192.0.2.2",
        "b.example. MX 10 www.b.example.",
        "www.sub.a.example. A 192.0.2.3",
        "sub.a.example. TXT x",
        "xsub.a.example. A 192.0.2.4",
      ],
      records: {
        "a.example.": [
          "www.a.example. 3600 IN A 192.0.2.1",
          "xsub.a.example. 3600 IN A 192.0.2.4",
          "sub.a.example. 3600 IN NS sub.a.example.",
          `sub.a.example. 3600 IN A ${ADDRESS}`,
        ],
        "b.example.": [
          "b.example. 3600 IN MX 10 www.b.example.",
          "www.b.example. 3600 IN A 192.0.2.2",
        ],
        "sub.a.example.": [
          'sub.a.example. 3600 IN TXT "x"',
          "www.sub.a.example. 3600 IN A 192.0.2.3",
        ],
      },
    },
    {
      name: "whatever the order of the zones",
      apexes: ["sub.a.example.", "a.example."],
      texts: ["www A 192.0.2.1", "www.a.example A 192.0.2.2"],
      records: {
        "sub.a.example.": ["www.sub.a.example. 3600 IN A 192.0.2.1"],
        "a.example.": [
          "www.a.example. 3600 IN A 192.0.2.2",
          "sub.a.example. 3600 IN NS sub.a.example.",
          `sub.a.example. 3600 IN A ${ADDRESS}`,
        ],
      },
    },
  ])("$name", ({ apexes, texts, records }) => {
    expect(build(apexes, texts)).toEqual({ records, warnings: [] });
  });
});

test.for([
  { text: "www A 192.0.2.1", line: "www.a.example. 3600 IN A 192.0.2.1" },
  { text: "@ TXT x", line: 'a.example. 3600 IN TXT "x"' },
  { text: "www.b.example A 192.0.2.1", line: "www.b.example. 3600 IN A 192.0.2.1" },
  { text: "WWW.B.Example A 192.0.2.1", line: "WWW.B.Example. 3600 IN A 192.0.2.1" },
  { text: "b.example TXT b.example", line: 'b.example. 3600 IN TXT "b.example"' },
  { text: "lan TXT x", line: 'lan. 3600 IN TXT "x"' },
  { text: "www CNAME www.b.example", line: "www.a.example. 3600 IN CNAME www.b.example." },
  { text: "www CNAME lan", line: "www.a.example. 3600 IN CNAME lan." },
  { text: "www CNAME web", line: "www.a.example. 3600 IN CNAME web.a.example." },
  { text: "www CNAME @", line: "www.a.example. 3600 IN CNAME a.example." },
  { text: "@ HTTPS 1 .", line: "a.example. 3600 IN HTTPS 1 ." },
  { text: "@ HTTPS 0 www.b.example", line: "a.example. 3600 IN HTTPS 0 www.b.example." },
  { text: "www.b.example CNAME web", line: "www.b.example. 3600 IN CNAME web.a.example." },
  {
    text: "_s._tcp.b.example SRV 0 5 53 www.a.example",
    line: "_s._tcp.b.example. 3600 IN SRV 0 5 53 www.a.example.",
  },
  {
    text: "www.a.example.b.example A 192.0.2.1",
    line: "www.a.example.b.example. 3600 IN A 192.0.2.1",
  },
])("a name is relative to the first zone unless it ends in one of them: $text", (given) => {
  const { records, warnings } = build(["a.example.", "b.example.", "lan."], [given.text]);
  expect(Object.values(records).flat()).toEqual([given.line]);
  expect(warnings).toEqual([]);
});

describe("a zone inside another one is delegated there:", () => {
  const CHILD = "sub.a.example.";

  test.for([
    {
      name: "its nameserver is its apex: with glue",
      texts: [],
      given: { nsAddresses: ["192.0.2.7", "2001:db8::7"] },
      parent: [
        "a.example. 3600 IN A 192.0.2.7",
        "a.example. 3600 IN AAAA 2001:db8::7",
        "sub.a.example. 3600 IN NS sub.a.example.",
        "sub.a.example. 3600 IN A 192.0.2.7",
        "sub.a.example. 3600 IN AAAA 2001:db8::7",
      ],
    },
    {
      name: "its NS records as they are configured, with their TTL and the glue that is inside",
      texts: [
        "sub.a.example. 60 NS ns1.sub.a.example.",
        "sub.a.example. 60 NS ns.a.example.",
        "sub.a.example. 60 NS ns.elsewhere.test.",
        "ns1.sub.a.example. 30 A 192.0.2.1",
        "ns1.sub.a.example. 30 TXT x",
        "ns.a.example. A 192.0.2.2",
      ],
      given: {},
      parent: [
        "ns.a.example. 3600 IN A 192.0.2.2",
        "sub.a.example. 60 IN NS ns1.sub.a.example.",
        "sub.a.example. 60 IN NS ns.a.example.",
        "sub.a.example. 60 IN NS ns.elsewhere.test.",
        "ns1.sub.a.example. 30 IN A 192.0.2.1",
      ],
    },
    {
      name: "all zones have a nameserver in the parent",
      texts: [],
      given: { nsname: "ns1.a.example." },
      parent: [
        "a.example. 3600 IN NS ns1.a.example.",
        `ns1.a.example. 3600 IN A ${ADDRESS}`,
        "sub.a.example. 3600 IN NS ns1.a.example.",
      ],
    },
    {
      name: "all zones have a nameserver in the child",
      texts: [],
      given: { nsname: "ns1.sub.a.example." },
      parent: [
        "a.example. 3600 IN NS ns1.sub.a.example.",
        "sub.a.example. 3600 IN NS ns1.sub.a.example.",
        `ns1.sub.a.example. 3600 IN A ${ADDRESS}`,
      ],
    },
    {
      name: "all zones have a nameserver elsewhere",
      texts: [],
      given: { nsname: "ns.elsewhere.test." },
      parent: [
        "a.example. 3600 IN NS ns.elsewhere.test.",
        "sub.a.example. 3600 IN NS ns.elsewhere.test.",
      ],
    },
  ])("$name", ({ texts, given, parent }) => {
    const { records, warnings } = build(["a.example.", CHILD], texts, given);
    expect(records["a.example."]).toEqual(parent);
    expect(warnings).toEqual([]);
  });

  test("a nameserver in a third zone below the parent has glue, too (RFC 9471 section 3.2)", () => {
    const texts = ["one.a.example. NS ns.two.a.example.", "ns.two.a.example. A 192.0.2.2"];
    const { records } = build(["a.example.", "one.a.example.", "two.a.example."], texts);
    expect(records["a.example."]).toEqual([
      "one.a.example. 3600 IN NS ns.two.a.example.",
      "ns.two.a.example. 3600 IN A 192.0.2.2",
      "two.a.example. 3600 IN NS two.a.example.",
      `two.a.example. 3600 IN A ${ADDRESS}`,
    ]);
  });

  test("by the nearest zone above it alone", () => {
    const { records } = build(["a.example.", "c.b.a.example.", "b.a.example."], []);
    expect(records).toEqual({
      "a.example.": ["b.a.example. 3600 IN NS b.a.example.", `b.a.example. 3600 IN A ${ADDRESS}`],
      "b.a.example.": [
        "c.b.a.example. 3600 IN NS c.b.a.example.",
        `c.b.a.example. 3600 IN A ${ADDRESS}`,
      ],
      "c.b.a.example.": [],
    });
  });

  test("not below a name that is delegated to others: they delegate it", () => {
    const { records } = build(
      ["a.example.", "c.b.a.example."],
      ["b.a.example. NS ns.elsewhere.test."],
    );
    expect(records["a.example."]).toEqual(["b.a.example. 3600 IN NS ns.elsewhere.test."]);
  });
});

test("a nameserver in one zone is that of the others, with its address where it belongs", () => {
  const { records, warnings } = build(["a.example.", "b.test."], [], { nsname: "ns1.a.example." });
  expect(records).toEqual({
    "a.example.": ["a.example. 3600 IN NS ns1.a.example.", `ns1.a.example. 3600 IN A ${ADDRESS}`],
    "b.test.": ["b.test. 3600 IN NS ns1.a.example."],
  });
  expect(warnings).toEqual([]);
});

test.for([
  {
    name: "a record outside of all zones",
    texts: ["www.example.org. A 192.0.2.1"],
    warnings: [
      "record 'www.example.org. A 192.0.2.1' is not served: www.example.org. is not in the zone a.example. or b.example.; it belongs at the DNS host of www.example.org.",
    ],
  },
  {
    name: "an SOA of any zone",
    texts: ["b.example. SOA ns1 admin 1 2 3 4 5"],
    warnings: [
      "record 'b.example. SOA ns1 admin 1 2 3 4 5' is not served: the SOA is made from general.nsname and general.nsadmin",
    ],
  },
  {
    name: "a name that lacks its final dot",
    texts: ["www.b.example. CNAME www.example.com"],
    warnings: [
      `record 'www.b.example. CNAME www.example.com': www.example.com was read as www.example.com.a.example.; write "www.example.com." if that is not what is meant`,
    ],
  },
  {
    name: "one nameserver of both zones that has no address",
    texts: ["a.example. NS ns.b.example.", "b.example. NS ns.b.example."],
    warnings: [
      'nameserver ns.b.example. has no address: add a record such as "ns.b.example. A 192.0.2.1" with the public address of this server, or set general.public_ip',
    ],
  },
])("one warning, not one for each zone: $name", ({ texts, warnings }) => {
  expect(build(["a.example.", "b.example."], texts).warnings).toEqual(warnings);
});

test("the problems of all zones are refused at once", () => {
  const texts = ["www CNAME @", "www TXT x", "b.example. CNAME a.example.", "b.example"];
  const problems = [
    "record 'b.example': missing: type, such as A or TXT",
    "www.a.example. has a CNAME and other records (CNAME, TXT): a CNAME stands alone",
    "b.example. has a CNAME and other records (CNAME, NS): a CNAME stands alone",
  ];
  const refused = expect.objectContaining({ problems });
  expect(() => build(["a.example.", "b.example."], texts)).toThrow(StaticRecordsError);
  expect(() => build(["a.example.", "b.example."], texts)).toThrow(refused);
});
