import { describe, expect, test } from "vitest";
import {
  ago,
  agoInWords,
  ahead,
  breakable,
  capitalised,
  clock,
  counted,
  countedInWords,
  date,
  day,
  dayOfYear,
  grouped,
  moment,
  shortened,
  span,
  spanInWords,
} from "../../src/portal/words.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 8, 14, 7, 40, 19);

describe("numbers", () => {
  test("of many digits are in groups", () => {
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual([
      "0",
      "999",
      "1\u202f000",
      "1\u202f234\u202f567",
    ]);
  });

  test("stand with what is counted", () => {
    expect([0, 1, 2, 1000].map((count) => counted(count, "key"))).toEqual([
      "no keys",
      "1 key",
      "2 keys",
      "1\u202f000 keys",
    ]);
    expect(counted(2, "check is", "checks are")).toBe("2 checks are");
    expect([0, 1, 12, 13].map((count) => countedInWords(count, "hostname"))).toEqual([
      "No hostnames",
      "One hostname",
      "Twelve hostnames",
      "13 hostnames",
    ]);
    expect(["", "a", "ß", "üx"].map(capitalised)).toEqual(["", "A", "SS", "Üx"]);
  });
});

describe("spans of time", () => {
  test.for([
    [0, "0 s", "0 seconds"],
    [-5, "0 s", "0 seconds"],
    [SECOND, "1 s", "1 second"],
    [MINUTE - 1, "60 s", "60 seconds"],
    [MINUTE, "1 min", "1 minute"],
    [89 * MINUTE, "89 min", "89 minutes"],
    [90 * MINUTE, "2 h", "2 hours"],
    [2 * DAY - HOUR, "47 h", "47 hours"],
    [2 * DAY, "2 d", "2 days"],
    [400 * DAY, "400 d", "400 days"],
  ] as const)("%d ms are %s", ([ms, short, inWords]) => {
    expect(span(ms).replace("\u00a0", " ")).toBe(short);
    expect(spanInWords(ms)).toBe(inWords);
  });
});

describe("moments", () => {
  test("are of UTC", () => {
    expect([day(NOW), dayOfYear(NOW), clock(NOW)]).toEqual([
      "14 September 2026",
      "14 September",
      "07:40:19",
    ]);
    expect(moment(NOW).text).toBe(
      '<time datetime="2026-09-14T07:40:19.000Z" title="14 September 2026, 07:40:19 UTC">14 September 2026, 07:40</time>',
    );
    expect(date(NOW).text).toBe('<time datetime="2026-09-14">14 September 2026</time>');
  });

  test("are told from now", () => {
    const wordsOf = ({ text }: { text: string }): string => text.replaceAll(/<[^>]*>/g, "");
    expect(wordsOf(agoInWords(NOW - 3 * DAY, NOW))).toBe("3 days ago");
    expect(wordsOf(ago(NOW - 3 * DAY, NOW))).toBe("3\u00a0d ago");
    expect(wordsOf(ago(NOW + DAY, NOW))).toBe("just now");
    expect(wordsOf(ahead(NOW + 4 * MINUTE, NOW))).toBe("in 4\u00a0min");
    expect(wordsOf(ahead(NOW, NOW))).toBe("now");
  });

  test.for([-1, 0, 8.64e15, 8.64e15 + 1, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    "of a clock that is broken break nothing: %d",
    (ms) => {
      expect(moment(ms).text).toMatch(/^<time .*<\/time>$/);
      expect(day(ms)).toMatch(/^\d+ [A-Z][a-z]+ \d{4}$/);
    },
  );
});

describe("names", () => {
  test("break in front of the zone alone", () => {
    expect(breakable("a.b.c").text).toBe("<code>a<wbr>.b.c</code>");
    expect(breakable("<").text).toBe("<code>&lt;</code>");
  });

  test("are short where their beginning is enough", () => {
    const uuid = "0d5b7a1e-6e0a-4d5f-9c55-2f5b8e3d1c4a";
    expect(shortened(`${uuid}.auth.example.org`)).toBe("0d5b7a1e-….auth.example.org");
    expect(shortened(uuid)).toBe("0d5b7a1e-…");
    expect(shortened(`${uuid}x.example.org`)).toBe(`${uuid}x.example.org`);
    expect(shortened("www.example.org")).toBe("www.example.org");
  });
});
