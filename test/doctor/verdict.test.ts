import { expect, test } from "vitest";
import { fail, pass, skip, warn } from "../../src/doctor/finding.ts";
import { verdictOf } from "../../src/doctor/verdict.ts";

const some = (passed: number, warned: number, failed: number, skipped = 0) => [
  ...Array.from({ length: passed }, () => pass("node", "")),
  ...Array.from({ length: warned }, () => warn("clock", "", "")),
  ...Array.from({ length: failed }, () => fail("space", "", "")),
  ...Array.from({ length: skipped }, () => skip("wal", "")),
];

test.for([
  {
    findings: some(11, 2, 1),
    title: "One thing is wrong",
    lead: "11 checks pass, 2 warn and 1 fails. Each has a fix of one line.",
  },
  {
    findings: some(1, 1, 3),
    title: "Three things are wrong",
    lead: "1 check passes, 1 warns and 3 fail. Each has a fix of one line.",
  },
  {
    findings: some(9, 2, 0, 1),
    title: "Nothing is wrong, two things could be better",
    lead: "9 checks pass and 2 warn. Each has a fix of one line. 1 more could not be made.",
  },
  {
    findings: some(9, 1, 0),
    title: "Nothing is wrong, one thing could be better",
    lead: "9 checks pass and 1 warns. It has a fix of one line.",
  },
  {
    findings: some(14, 0, 0, 2),
    title: "Everything is as it should be",
    lead: "14 checks pass. 2 more could not be made.",
  },
  {
    findings: some(0, 0, 12),
    title: "Twelve things are wrong",
    lead: "No checks pass and 12 fail. Each has a fix of one line.",
  },
  {
    findings: some(0, 0, 13),
    title: "13 things are wrong",
    lead: "No checks pass and 13 fail. Each has a fix of one line.",
  },
])("$title: $lead", ({ findings, title, lead }) => {
  expect(verdictOf(findings)).toEqual({ title, lead });
});
