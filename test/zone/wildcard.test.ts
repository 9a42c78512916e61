import { expect, test } from "vitest";
import { DIGEST_A } from "../support/exercise-zone.ts";
import { zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

/** As in RFC 4592 section 2.2.1, with delegates beside it. */
const zone = zoneUnderTest({
  apex: "example.",
  records: [
    '*.example. 3600 TXT "this is a wildcard"',
    "*.example. 3600 MX 10 host1.example.",
    'sub.*.example. 3600 TXT "this is not a wildcard"',
    "host1.example. 3600 A 192.0.2.1",
    "_ssh._tcp.host1.example. 3600 SRV 0 0 22 host1.example.",
    "_ssh._tcp.host2.example. 3600 SRV 0 0 22 host1.example.",
    "*.alias.example. 3600 CNAME host1.example.",
  ],
  delegates: { once: [DIGEST_A], fresh: [] },
});

test.for([
  {
    question: "host3.example. MX",
    answer: ["host3.example. 3600 IN MX 10 host1.example."],
  },
  {
    question: "foo.bar.example. TXT",
    answer: ['foo.bar.example. 3600 IN TXT "this is a wildcard"'],
  },
  { question: "*.example. TXT", answer: ['*.example. 3600 IN TXT "this is a wildcard"'] },
  { question: "x.*.y.example. TXT", answer: ['x.*.y.example. 3600 IN TXT "this is a wildcard"'] },
  {
    question: "sub.*.example. TXT",
    answer: ['sub.*.example. 3600 IN TXT "this is not a wildcard"'],
  },
  {
    question: "x.alias.example. A",
    answer: ["x.alias.example. 3600 IN CNAME host1.example.", "host1.example. 3600 IN A 192.0.2.1"],
  },
  { question: "once.example. TXT", answer: [`once.example. 1 IN TXT "${DIGEST_A}"`] },
])("data: $question (RFC 4592 section 2.2.1)", ({ question, answer }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "data", answer });
});

test.for([
  { why: "the wildcard has no A", question: "host3.example. A", kind: "nodata" },
  { why: "host1 exists", question: "host1.example. MX", kind: "nodata" },
  { why: "an empty non-terminal exists", question: "host2.example. TXT", kind: "nodata" },
  { why: "a delegate exists", question: "once.example. MX", kind: "nodata" },
  { why: "a delegate without values exists", question: "fresh.example. TXT", kind: "nodata" },
  { why: "*.alias exists, so alias does", question: "alias.example. MX", kind: "nodata" },
  {
    why: "_tcp.host1 is the closest encloser and has no wildcard",
    question: "_telnet._tcp.host1.example. SRV",
    kind: "nxdomain",
  },
  { why: "so is *", question: "ghost.*.example. MX", kind: "nxdomain" },
  { why: "so is a delegate", question: "x.once.example. TXT", kind: "nxdomain" },
  { why: "so is a delegate without values", question: "x.fresh.example. TXT", kind: "nxdomain" },
])("$kind: $question, for $why", ({ question, kind }) => {
  expect(lookUp(zone, question)).toEqual({ kind, answer: [] });
});
