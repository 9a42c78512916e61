import { expect, test } from "vitest";
import { DIGEST_A, DIGEST_B } from "../support/exercise-zone.ts";
import { zoneUnderTest } from "../support/zone-under-test.ts";
import { lookUp } from "./look-up.ts";

const NAME = "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa613.instant.example.";
const FRESH = "0b1f7c1e-90a4-4f0e-8a55-4d5cf0a4f111.instant.example.";

const zone = zoneUnderTest({
  apex: "instant.example.",
  records: ["www A 192.0.2.1", "*.wild A 192.0.2.2"],
  delegates: {
    "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa613": [DIGEST_A, DIGEST_B],
    "0b1f7c1e-90a4-4f0e-8a55-4d5cf0a4f111": [],
  },
  instant: {
    a: Uint8Array.of(127, 0, 0, 1),
    aaaa: Buffer.from("20010db8000000000000000000000001", "hex"),
  },
});

const SPF = '3600 IN TXT "v=spf1 -all"';

test.for([
  { question: `${NAME} A`, answer: [`${NAME} 3600 IN A 127.0.0.1`] },
  { question: `${NAME} AAAA`, answer: [`${NAME} 3600 IN AAAA 2001:db8::1`] },
  { question: `${NAME} MX`, answer: [`${NAME} 3600 IN MX 0 .`] },
  // The values are not there: a CNAME to it must not lead to them.
  { question: `${NAME} TXT`, answer: [`${NAME} ${SPF}`] },
  {
    question: `_acme-challenge.${NAME} TXT`,
    answer: [
      `_acme-challenge.${NAME} 1 IN TXT "${DIGEST_A}"`,
      `_acme-challenge.${NAME} 1 IN TXT "${DIGEST_B}"`,
    ],
  },
  {
    question: `_dmarc.${NAME} TXT`,
    answer: [`_dmarc.${NAME} 3600 IN TXT "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"`],
  },
  {
    question: `any.selector._domainkey.${NAME} TXT`,
    answer: [`any.selector._domainkey.${NAME} 3600 IN TXT "v=DKIM1; p="`],
  },
  { question: `x.${NAME} A`, answer: [`x.${NAME} 3600 IN A 127.0.0.1`] },
  { question: `a.b.${NAME} MX`, answer: [`a.b.${NAME} 3600 IN MX 0 .`] },
  { question: `*.${NAME} A`, answer: [`*.${NAME} 3600 IN A 127.0.0.1`] },
  { question: `_acme-challenge.x.${NAME} TXT`, answer: [`_acme-challenge.x.${NAME} ${SPF}`] },
  { question: "www.instant.example. A", answer: ["www.instant.example. 3600 IN A 192.0.2.1"] },
  {
    question: "x.wild.instant.example. A",
    answer: ["x.wild.instant.example. 3600 IN A 192.0.2.2"],
  },
])("$question", ({ question, answer }) => {
  expect(lookUp(zone, question)).toEqual({ kind: "data", answer });
});

test.for([
  `${NAME} CAA`,
  `${NAME} DS`,
  `_acme-challenge.${NAME} A`,
  `_acme-challenge.${NAME} CAA`,
  `_acme-challenge.${FRESH} TXT`,
  `_domainkey.${NAME} TXT`,
  `_dmarc.${NAME} A`,
  `x.${NAME} CAA`,
])("NODATA: %s", (question) => {
  expect(lookUp(zone, question).kind).toBe("nodata");
});

test.for([
  "0b1f7c1e-90a4-4f0e-8a55-4d5cf0a4f112.instant.example. A",
  "_acme-challenge.0b1f7c1e-90a4-4f0e-8a55-4d5cf0a4f112.instant.example. TXT",
  "x.nothing.instant.example. A",
  // RFC 4592 section 2.2.1: what exists stops the wildcard above it.
  `x._acme-challenge.${NAME} TXT`,
  `x._dmarc.${NAME} TXT`,
  "_acme-challenge.instant.example. TXT",
])("NXDOMAIN: %s", (question) => {
  expect(lookUp(zone, question).kind).toBe("nxdomain");
});

test("without addresses a name has none, and still takes no mail", () => {
  const bare = zoneUnderTest({
    apex: "instant.example.",
    records: [],
    delegates: { n: [] },
    instant: { a: undefined, aaaa: undefined },
  });
  expect(lookUp(bare, "n.instant.example. A").kind).toBe("nodata");
  expect(lookUp(bare, "n.instant.example. MX").kind).toBe("data");
});

test("in any other zone a delegate has its values at its own name, and nothing below it", () => {
  const usual = zoneUnderTest({ apex: "auth.example.", records: [], delegates: { n: [DIGEST_A] } });
  expect(lookUp(usual, "n.auth.example. TXT").answer).toHaveLength(1);
  for (const name of ["_acme-challenge.n", "x.n", "_dmarc.n", "*.n"]) {
    expect(lookUp(usual, `${name}.auth.example. TXT`).kind).toBe("nxdomain");
  }
});
