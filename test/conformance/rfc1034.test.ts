import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { EXERCISE_ZONE, SOA } from "../support/exercise-zone.ts";
import { authorityOver, separateZonesUnderTest, serveDns } from "../support/zone-under-test.ts";

const parent = {
  apex: "parent.example.",
  records: ["sub NS ns.sub", "ns.sub A 192.0.2.1", "into CNAME www.sub"],
};
const port = await serveDns(authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, parent)));

test.for(
  overBoth([
    { question: "auth.example. SOA", answer: [SOA] },
    {
      question: "auth.example. NS",
      answer: [
        "auth.example. 3600 IN NS ns1.auth.example.",
        "auth.example. 3600 IN NS ns2.auth.example.",
      ],
    },
  ]),
)("section 4.2.1: the apex has $question ($transport)", async ({ question, answer, transport }) => {
  const message = await exchange(port, transport, question);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer, authority: [] });
});

test.for(
  overBoth([
    { question: "once.auth.example. SOA" },
    { question: "fresh.auth.example. SOA" },
    { question: "mail.auth.example. SOA" },
    { question: "b.auth.example. SOA" },
  ]),
)(
  "section 4.2.1: below the apex the SOA is in authority only, $question ($transport)",
  async ({ question, transport }) => {
    const message = await exchange(port, transport, question);
    expect(message).toMatchObject({ rcode: "NOERROR", answer: [], authority: [SOA] });
  },
);

const ALIAS = "www.auth.example. 3600 IN CNAME auth.example.";

test.for(
  overBoth([
    {
      question: "www.auth.example. A",
      answer: [ALIAS, "auth.example. 3600 IN A 192.0.2.10"],
      authority: [],
    },
    {
      question: "www.auth.example. AAAA",
      answer: [ALIAS, "auth.example. 3600 IN AAAA 2001:db8:0:0:0:0:0:10"],
      authority: [],
    },
    { question: "www.auth.example. SOA", answer: [ALIAS, SOA], authority: [] },
    { question: "www.auth.example. CNAME", answer: [ALIAS], authority: [] },
    { question: "www.auth.example. TXT", answer: [ALIAS], authority: [SOA] },
    { question: "www.auth.example. TYPE65280", answer: [ALIAS], authority: [SOA] },
  ]),
)(
  "section 3.6.2: a CNAME stands for every type and is followed in the zone, $question ($transport)",
  async ({ question, answer, authority, transport }) => {
    const message = await exchange(port, transport, question);
    expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer, authority });
  },
);

test.for(overBoth([{ type: "A" }, { type: "TXT" }, { type: "CAA" }]))(
  "section 4.3.2: a CNAME that leads out of the zone is not followed, $type ($transport)",
  async ({ type, transport }) => {
    const message = await exchange(port, transport, `ext.auth.example. ${type}`);
    expect(message).toMatchObject({
      rcode: "NOERROR",
      flags: "qr aa",
      answer: ["ext.auth.example. 3600 IN CNAME www.example.com."],
      authority: [],
    });
  },
);

test.for(
  overBoth([
    { question: "sub.parent.example. NS", flags: "qr", answer: [] },
    { question: "deep.www.sub.parent.example. TXT", flags: "qr", answer: [] },
    {
      question: "into.parent.example. A",
      flags: "qr aa",
      answer: ["into.parent.example. 3600 IN CNAME www.sub.parent.example."],
    },
  ]),
)(
  "section 4.3.2: a delegated name gets a referral with glue, $question ($transport)",
  async ({ question, flags, answer, transport }) => {
    expect(await exchange(port, transport, question)).toMatchObject({
      rcode: "NOERROR",
      flags,
      answer,
      authority: ["sub.parent.example. 3600 IN NS ns.sub.parent.example."],
      additional: ["ns.sub.parent.example. 3600 IN A 192.0.2.1"],
    });
  },
);
