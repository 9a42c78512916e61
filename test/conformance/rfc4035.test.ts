import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone, SOA } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

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
