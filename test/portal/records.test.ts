import { beforeAll, describe, expect, test } from "vitest";
import type { Step } from "../../src/check/report.ts";
import { fixOf, partRecord, sentenceOf, shortened } from "../../src/portal/hostname/records.ts";
import { type DemoScene, demoReport } from "../support/demo-world.ts";
import { elementsOf } from "../support/markup.ts";

const SCENES: readonly DemoScene[] = [
  ...(["missing", "right", "partly", "text-in-the-way", "zone-appended"] as const),
  ...(["cdn-caa", "bogus", "silent", "moved", "deleted"] as const),
];
const ZONE = "auth.example.org";
let steps: readonly Step[];

/** What the check really says. */
beforeAll(async () => {
  const reports = await Promise.all(
    SCENES.flatMap((scene) =>
      ["www.customer.example", "*.customer.example"].map((name) =>
        demoReport({ name, zone: ZONE, fulldomain: `shop.${ZONE}`, scene, nowMs: 0 }),
      ),
    ),
  );
  steps = reports.flatMap((report) => report.steps);
});

/** Each once, with where it comes from. */
function fixes(): readonly (readonly [string, string])[] {
  const all = steps.flatMap(({ code, fix }) => (fix === null ? [] : [[fix, code] as const]));
  return [...new Map(all)];
}

describe("what the check says should be done", () => {
  test("is a sentence, with the record that it is about whole and apart", () => {
    expect(fixes().length).toBeGreaterThan(8);
    for (const [fix] of fixes()) {
      const { sentence, record } = partRecord(fix);
      const said = sentenceOf(sentence);
      expect(said).toMatch(/[.?!]$/);
      expect(said).not.toMatch(/\s[;,.]|[:;,]\.|\.\.$| {2}/);
      if (record === undefined) expect(sentence).toBe(fix);
      else expect(fix).toContain(record);
      elementsOf(
        `<!doctype html>\n<body><svg><symbol id="i-copy"></symbol></svg>${fixOf(fix).text}</body>`,
      );
    }
  });

  test("leaves no record in a sentence", () => {
    for (const [fix, code] of fixes()) {
      const { sentence, record } = partRecord(fix);
      const isRecord = /_acme-challenge\.\S+\. CNAME \S+\./.test(fix) || /\. CAA 0 issue/.test(fix);
      expect(`${code} ${record !== undefined}`).toBe(`${code} ${isRecord}`);
      expect(sentence).not.toMatch(/\. CNAME \S+\.(?:\s|$)/);
    }
  });

  test("is short in a list, and still says something", () => {
    for (const [fix] of fixes()) {
      const short = shortened(fix);
      expect(short.length).toBeGreaterThan(5);
      expect(short).toMatch(/[.?!]$/);
      expect(short).not.toContain(";");
    }
  });
});

test.for([
  ["create it: _acme-challenge.a.b. CNAME c.d.", "create it", "_acme-challenge.a.b. CNAME c.d."],
  [
    "have _acme-challenge.a.b. CNAME c.d.; then wait",
    "have the record below; then wait",
    "_acme-challenge.a.b. CNAME c.d.",
  ],
  ['add: a.b. CAA 0 issue "x; y=z"', "add", 'a.b. CAA 0 issue "x; y=z"'],
  ["nothing to do", "nothing to do", undefined],
] as const)("a record in %j stands apart", ([text, sentence, record]) => {
  expect(partRecord(text)).toEqual({ sentence, record });
});

test.for([
  ["look at it", "Look at it."],
  ["www.example.org is it", "www.example.org is it."],
  ["Is it so?", "Is it so?"],
  ["", "."],
] as const)("%j is a sentence: %j", ([text, sentence]) => {
  expect(sentenceOf(text)).toBe(sentence);
});
