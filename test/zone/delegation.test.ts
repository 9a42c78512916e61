import { expect, test } from "vitest";
import { zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

const zone = zoneUnderTest({
  apex: "example.",
  records: [
    "child.example. NS ns.child.example.",
    "child.example. NS ns.elsewhere.test.",
    "ns.child.example. A 192.0.2.1",
    "ns.child.example. AAAA 2001:db8::1",
    "ns.child.example. TXT occluded",
    "signed.example. NS ns.child.example.",
    "signed.example. TYPE43 \\# 5 0001080200",
    "deeper.child.example. NS ns.deeper.child.example.",
    "into.example. CNAME www.child.example.",
    "a.ent.example. NS ns.elsewhere.test.",
  ],
});

const CHILD = {
  ns: [
    "child.example. 3600 IN NS ns.child.example.",
    "child.example. 3600 IN NS ns.elsewhere.test.",
  ],
  glue: ["ns.child.example. 3600 IN A 192.0.2.1", "ns.child.example. 3600 IN AAAA 2001:db8::1"],
};

test.for([
  { question: "child.example. A" },
  { question: "child.example. NS" },
  { question: "child.example. SOA" },
  { question: "child.example. ANY" },
  { question: "www.child.example. A" },
  { question: "ns.child.example. A" },
  { question: "ns.child.example. TXT" },
  // The cut nearest to the apex counts.
  { question: "www.deeper.child.example. A" },
  { question: "www.child.example. DS" },
])("referral: $question (RFC 1034 section 4.3.2, 3b)", ({ question }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "referral", answer: [], ...CHILD });
});

test("a CNAME that leads into a delegated zone ends in a referral", () => {
  const answer = ["into.example. 3600 IN CNAME www.child.example."];
  expect(lookUp(zone, "into.example. A")).toEqual({ kind: "referral", answer, ...CHILD });
});

test.for([
  { question: "child.example. DS", outcome: { kind: "nodata", answer: [] } },
  {
    question: "signed.example. DS",
    outcome: { kind: "data", answer: ["signed.example. 3600 IN TYPE43 \\# 5 0001080200"] },
  },
])("the DS at a cut is this zone's: $question (RFC 4035 section 3.1.4.1)", (given) => {
  expect(lookUp(zone, given.question)).toEqual(given.outcome);
});

test("the apex and names beside a cut are no part of it", () => {
  expect(lookUp(zone, "example. NS").kind).toBe("data");
  expect(lookUp(zone, "example. DS")).toEqual({ kind: "nodata", answer: [] });
  expect(lookUp(zone, "xchild.example. A")).toEqual({ kind: "nxdomain", answer: [] });
  expect(lookUp(zone, "ent.example. A")).toEqual({ kind: "nodata", answer: [] });
});
