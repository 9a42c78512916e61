import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, exerciseZone, SOA } from "../support/exercise-zone.ts";
import { authorityOver, serveDns, zonesUnderTest } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    { question: "auth.example. DS" },
    { question: "auth.example. DNSKEY" },
    { question: "auth.example. RRSIG" },
    { question: "auth.example. NSEC" },
    { question: "once.auth.example. DS" },
  ]),
)("section 3.1.4.1: an unsigned zone has none, $question ($transport)", async (given) => {
  const { question, transport } = given;
  const message = await exchange(port, transport, question, { edns: { wantsDnssec: true } });
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer: [], authority: [SOA] });
});

const nestedPort = await serveDns(
  authorityOver(
    ...zonesUnderTest(
      {
        apex: "auth.example.",
        records: ["away.auth.example. NS ns.elsewhere.test."],
        // As if a delegate had the label of a zone.
        delegates: { eu: [DIGEST_A] },
      },
      { apex: "eu.auth.example.", records: [], serial: 7 },
      { apex: "fr.eu.auth.example.", records: [], serial: 8 },
      { apex: "deep.in.auth.example.", records: [], serial: 9 },
      { apex: "back.away.auth.example.", records: [], serial: 10 },
      {
        apex: "aside.auth.example.",
        // Its glue makes back.away.auth.example exist in the zone above, without a delegation.
        records: [
          "aside.auth.example. NS ns.back.away.auth.example.",
          "ns.back.away.auth.example. A 192.0.2.1",
        ],
      },
    ),
  ),
);

function soaOf(apex: string, serial: number): string {
  return `${apex} 5 IN SOA ns1.${apex} hostmaster.${apex} ${serial} 3600 600 604800 5`;
}

test.for(
  overBoth([
    { question: "eu.auth.example. DS", soa: SOA },
    { question: "EU.auth.example. DS", soa: SOA },
    { question: "deep.in.auth.example. DS", soa: SOA },
    { question: "fr.eu.auth.example. DS", soa: soaOf("eu.auth.example.", 7) },
  ]),
)("section 3.1.4.1: the zone above a cut has the DS, $question ($transport)", async (given) => {
  const { question, transport, soa } = given;
  const message = await exchange(nestedPort, transport, question, { edns: { wantsDnssec: true } });
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer: [], authority: [soa] });
});

test.for(
  overBoth([
    { why: "no zone above is served here", question: "auth.example. DS", soa: SOA },
    {
      why: "others have the zone above, and delegate this one",
      question: "back.away.auth.example. DS",
      soa: soaOf("back.away.auth.example.", 10),
    },
  ]),
)("section 3.1.4.1: the zone itself denies its DS where $why ($transport)", async (given) => {
  const { question, transport, soa } = given;
  const message = await exchange(nestedPort, transport, question);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer: [], authority: [soa] });
});

test.for(
  overBoth([
    { question: "eu.auth.example. TXT", rcode: "NOERROR" },
    { question: "eu.auth.example. DNSKEY", rcode: "NOERROR" },
    { question: "x.eu.auth.example. DS", rcode: "NXDOMAIN" },
    { question: "ns1.eu.auth.example. DS", rcode: "NOERROR" },
  ]),
)(
  "section 3.1.4.1: of no other type or name, $question ($transport)",
  async ({ question, transport, rcode }) => {
    const message = await exchange(nestedPort, transport, question);
    const authority = [soaOf("eu.auth.example.", 7)];
    expect(message).toMatchObject({ rcode, flags: "qr aa", answer: [], authority });
  },
);

test.for(overBoth([{ type: "TXT" }, { type: "A" }]))(
  "section 3.1: DO brings no DNSSEC records from an unsigned zone, $type ($transport)",
  async ({ type, transport }) => {
    const plain = await exchange(port, transport, `once.auth.example. ${type}`);
    const edns = { wantsDnssec: true };
    const message = await exchange(port, transport, `once.auth.example. ${type}`, { edns });
    expect(message.answer).toEqual(plain.answer);
    expect(message.authority).toEqual(plain.authority);
  },
);
