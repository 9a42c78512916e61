import { expect, test } from "vitest";
import { respond } from "../../src/server/respond.ts";
import { DIGEST_A, DIGEST_B } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { decodeStrictly, type StrictMessage } from "../support/strict-message.ts";
import { authorityOver, NOW_MS, requestorBy, zonesUnderTest } from "../support/zone-under-test.ts";

/** Each zone has a delegate "d"; in the upper one another has the label of the zone inside it. */
const authority = authorityOver(
  ...zonesUnderTest(
    {
      apex: "auth.example.",
      records: [
        "into.auth.example. CNAME d.deep.eu.auth.example.",
        "to-apex.auth.example. CNAME fr.auth.example.",
        "aside.auth.example. CNAME d.other.test.",
        "*.auth.example. TXT wildcard",
        "back.fr.auth.example. CNAME d.auth.example.",
      ],
      delegates: { d: [DIGEST_A], fr: [DIGEST_A] },
    },
    { apex: "fr.auth.example.", records: [], delegates: { d: [DIGEST_B] } },
    { apex: "deep.eu.auth.example.", records: [], delegates: { d: [DIGEST_B] } },
    { apex: "other.test.", records: [], delegates: { d: [] } },
  ),
);

function answerTo(question: string): StrictMessage {
  const response = respond(authority, query(question), requestorBy("udp"), NOW_MS);
  return decodeStrictly(response ?? new Uint8Array(0));
}

/** The owner of the first record of the authority section: of the SOA, or of the NS of a referral. */
function authorityOf({ authority: [first] }: StrictMessage): string | undefined {
  return first?.split(" ")[0];
}

test.for([
  { question: "d.auth.example. TXT", answer: [`d.auth.example. 1 IN TXT "${DIGEST_A}"`] },
  { question: "d.fr.auth.example. TXT", answer: [`d.fr.auth.example. 1 IN TXT "${DIGEST_B}"`] },
  { question: "fr.auth.example. A", answer: [] },
  {
    question: "ns1.fr.auth.example. A",
    answer: ["ns1.fr.auth.example. 3600 IN A 127.0.0.1"],
  },
  {
    question: "fr.auth.example. NS",
    answer: ["fr.auth.example. 3600 IN NS ns1.fr.auth.example."],
  },
  {
    question: "back.fr.auth.example. TXT",
    answer: ["back.fr.auth.example. 3600 IN CNAME d.auth.example."],
  },
  {
    question: "aside.auth.example. TXT",
    answer: ["aside.auth.example. 3600 IN CNAME d.other.test."],
  },
])("authoritative data, and no CNAME is followed out of its zone: $question", (given) => {
  const message = answerTo(given.question);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer: given.answer });
  // The addresses of nameservers are glue below the cut, never in an answer of the zone below it.
  expect(message.additional).toEqual([]);
});

test.for([
  {
    why: "a zone hides a delegate of its label",
    question: "fr.auth.example. TXT",
    rcode: "NOERROR",
    soa: "fr.auth.example.",
  },
  {
    why: "the wildcard ends at the cut",
    question: "x.fr.auth.example. TXT",
    rcode: "NXDOMAIN",
    soa: "fr.auth.example.",
  },
  {
    why: "so does it further below",
    question: "x.deep.eu.auth.example. TXT",
    rcode: "NXDOMAIN",
    soa: "deep.eu.auth.example.",
  },
  {
    why: "the name between two zones exists",
    question: "eu.auth.example. TXT",
    rcode: "NOERROR",
    soa: "auth.example.",
  },
  {
    why: "no wildcard below an existing name",
    question: "x.eu.auth.example. TXT",
    rcode: "NXDOMAIN",
    soa: "auth.example.",
  },
  {
    why: "labels are compared, not text",
    question: "x.xfr.auth.example. A",
    rcode: "NOERROR",
    soa: "auth.example.",
  },
  {
    why: "a delegate of one zone is none of another",
    question: "fr.other.test. TXT",
    rcode: "NXDOMAIN",
    soa: "other.test.",
  },
])("$why: $question", ({ question, rcode, soa }) => {
  const message = answerTo(question);
  expect(message).toMatchObject({ rcode, flags: "qr aa", answer: [] });
  expect(authorityOf(message)).toBe(soa);
});

test.for([
  {
    question: "into.auth.example. TXT",
    cname: "into.auth.example. 3600 IN CNAME d.deep.eu.auth.example.",
    ns: "deep.eu.auth.example. 3600 IN NS ns1.deep.eu.auth.example.",
    glue: "ns1.deep.eu.auth.example. 3600 IN A 127.0.0.1",
  },
  {
    question: "to-apex.auth.example. TXT",
    cname: "to-apex.auth.example. 3600 IN CNAME fr.auth.example.",
    ns: "fr.auth.example. 3600 IN NS ns1.fr.auth.example.",
    glue: "ns1.fr.auth.example. 3600 IN A 127.0.0.1",
  },
])("a CNAME into the zone below ends in a referral with glue: $question", (given) => {
  const { question, cname, ns, glue } = given;
  const expected = { answer: [cname], authority: [ns], additional: [glue] };
  expect(answerTo(question)).toMatchObject({ rcode: "NOERROR", flags: "qr aa", ...expected });
});
