import { expect, test } from "vitest";
import { BIG_TEXTS, DIGEST_A, DIGEST_B, exerciseZone, SOA } from "../support/exercise-zone.ts";
import { zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

const zone = exerciseZone();

test.for([
  {
    name: "one value",
    question: "once.auth.example. TXT",
    answer: [`once.auth.example. 1 IN TXT "${DIGEST_A}"`],
  },
  {
    name: "two values are one RRset",
    question: "twice.auth.example. TXT",
    answer: [
      `twice.auth.example. 1 IN TXT "${DIGEST_A}"`,
      `twice.auth.example. 1 IN TXT "${DIGEST_B}"`,
    ],
  },
  {
    name: "a delegate in capitals",
    question: "ONCE.AUTH.EXAMPLE. TXT",
    answer: [`once.auth.example. 1 IN TXT "${DIGEST_A}"`],
  },
  { name: "the SOA of the apex", question: "auth.example. SOA", answer: [SOA] },
  {
    name: "the NS of the apex",
    question: "auth.example. NS",
    answer: [
      "auth.example. 3600 IN NS ns1.auth.example.",
      "auth.example. 3600 IN NS ns2.auth.example.",
    ],
  },
  {
    name: "a CNAME is followed inside the zone (RFC 1034 section 4.3.2)",
    question: "www.auth.example. A",
    answer: ["www.auth.example. 3600 IN CNAME auth.example.", "auth.example. 3600 IN A 192.0.2.10"],
  },
  {
    name: "a CNAME to a delegate",
    question: "alias.auth.example. TXT",
    answer: [
      "alias.auth.example. 3600 IN CNAME once.auth.example.",
      `once.auth.example. 1 IN TXT "${DIGEST_A}"`,
    ],
  },
  {
    name: "a CNAME that was asked for is not followed",
    question: "www.auth.example. CNAME",
    answer: ["www.auth.example. 3600 IN CNAME auth.example."],
  },
  {
    name: "a CNAME to elsewhere is not followed",
    question: "ext.auth.example. A",
    answer: ["ext.auth.example. 3600 IN CNAME www.example.com."],
  },
  {
    name: "records of one RRset stay in order",
    question: "big.auth.example. TXT",
    answer: BIG_TEXTS.map((text) => `big.auth.example. 3600 IN TXT "${text}"`),
  },
  { name: "ANY at the apex is its SOA", question: "auth.example. ANY", answer: [SOA] },
  {
    name: "ANY at a delegate is its TXT (RFC 8482 section 4.1)",
    question: "once.auth.example. ANY",
    answer: [`once.auth.example. 1 IN TXT "${DIGEST_A}"`],
  },
  {
    name: "ANY at a delegate without values is HINFO (RFC 8482 section 4.2)",
    question: "fresh.auth.example. ANY",
    answer: ['fresh.auth.example. 3600 IN HINFO "RFC8482" ""'],
  },
  {
    name: "ANY at an empty non-terminal is HINFO",
    question: "b.auth.example. ANY",
    answer: ['b.auth.example. 3600 IN HINFO "RFC8482" ""'],
  },
  {
    name: "ANY at a CNAME is the CNAME",
    question: "www.auth.example. ANY",
    answer: ["www.auth.example. 3600 IN CNAME auth.example."],
  },
])("data: $name", ({ question, answer }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "data", answer });
});

test.for([
  { question: "once.auth.example. A" },
  { question: "once.auth.example. CAA" },
  { question: "once.auth.example. SOA" },
  { question: "fresh.auth.example. TXT" },
  { question: "auth.example. TXT" },
  { question: "auth.example. DS" },
  { question: "auth.example. DNSKEY" },
  { question: "deep.a.b.auth.example. AAAA" },
  // Empty non-terminals: RFC 4592 section 2.2.2.
  { question: "a.b.auth.example. A" },
  { question: "b.auth.example. A" },
  { question: "_tcp.auth.example. SRV" },
])("NODATA: $question", ({ question }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "nodata", answer: [] });
});

test.for([
  { question: "nothing.auth.example. TXT" },
  { question: "x.once.auth.example. TXT" },
  { question: "once.a.b.auth.example. TXT" },
  { question: "x.b.auth.example. A" },
  { question: "once\\032.auth.example. TXT" },
  { question: "once\\000.auth.example. TXT" },
  { question: "onc.auth.example. TXT" },
  { question: "*.auth.example. TXT" },
  { question: "__proto__.auth.example. TXT" },
  { question: "constructor.auth.example. TXT" },
  { question: "deep\\.a.b.auth.example. A" },
])("NXDOMAIN: $question", ({ question }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "nxdomain", answer: [] });
});

test.for([
  {
    name: "NODATA at the end of a chain",
    question: "www.auth.example. TXT",
    kind: "nodata",
    answer: ["www.auth.example. 3600 IN CNAME auth.example."],
  },
  {
    name: "NXDOMAIN at the end of a chain (RFC 2308 section 2.1)",
    question: "gone.auth.example. A",
    kind: "nxdomain",
    answer: ["gone.auth.example. 3600 IN CNAME nothing.auth.example."],
  },
])("$name", ({ question, kind, answer }) => {
  expect(lookUp(zone, question)).toEqual({ kind, answer });
});

test("a circle of CNAMEs is shown once and left to the resolver", () => {
  const circle = zoneUnderTest({
    apex: "auth.example.",
    records: ["a CNAME b", "b CNAME c", "c CNAME b", "self CNAME self"],
  });
  expect(lookUp(circle, "a.auth.example. A")).toEqual({
    kind: "data",
    answer: [
      "a.auth.example. 3600 IN CNAME b.auth.example.",
      "b.auth.example. 3600 IN CNAME c.auth.example.",
      "c.auth.example. 3600 IN CNAME b.auth.example.",
    ],
  });
  expect(lookUp(circle, "self.auth.example. A")).toEqual({
    kind: "data",
    answer: ["self.auth.example. 3600 IN CNAME self.auth.example."],
  });
});

test("a long chain of CNAMEs ends after a few", () => {
  const records = Array.from({ length: 30 }, (_, i) => `c${i} CNAME c${i + 1}`);
  const long = zoneUnderTest({ apex: "auth.example.", records });
  const { kind, answer } = lookUp(long, "c0.auth.example. A");
  expect(kind).toBe("data");
  expect(answer).toHaveLength(9);
});

test("a delegate's value is served beside static records of the same name and below it", () => {
  const shared = zoneUnderTest({
    apex: "auth.example.",
    records: ['once CAA 0 issue "letsencrypt.org"', "x.twice A 192.0.2.1"],
    delegates: { once: [DIGEST_A], twice: [DIGEST_B] },
  });
  const once = `once.auth.example. 1 IN TXT "${DIGEST_A}"`;
  expect(lookUp(shared, "once.auth.example. TXT")).toEqual({ kind: "data", answer: [once] });
  const caa = 'once.auth.example. 3600 IN CAA 0 issue "letsencrypt.org"';
  expect(lookUp(shared, "once.auth.example. CAA")).toEqual({ kind: "data", answer: [caa] });
  const twice = `twice.auth.example. 1 IN TXT "${DIGEST_B}"`;
  expect(lookUp(shared, "twice.auth.example. TXT")).toEqual({ kind: "data", answer: [twice] });
  expect(lookUp(shared, "twice.auth.example. A")).toEqual({ kind: "nodata", answer: [] });
});
