import { expect, test } from "vitest";
import { exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { query, questionOctets } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const ONE = "once.auth.example. TXT";
const TWO = { extra: questionOctets("auth.example. SOA"), counts: { question: 2 } };

test.for(
  overBoth([
    { what: "two questions", octets: query(ONE, TWO) },
    { what: "the same question twice", octets: query(ONE, { ...TWO, extra: questionOctets(ONE) }) },
    { what: "two questions announced, one there", octets: query(ONE, { counts: { question: 2 } }) },
    { what: "no question", octets: query("") },
    { what: "no question announced, one there", octets: query(ONE, { counts: { question: 0 } }) },
    { what: "65,535 questions announced", octets: query(ONE, { counts: { question: 65_535 } }) },
  ]),
)("section 4: FORMERR for $what ($transport)", async ({ octets, transport }) => {
  const message = await exchangeOctets(port, transport, octets);
  expect(message).toMatchObject({ rcode: "FORMERR", flags: "qr", answer: [], authority: [] });
});
