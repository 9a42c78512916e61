import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, EXERCISE_ZONE } from "../support/exercise-zone.ts";
import { authorityOver, separateZonesUnderTest, serveDns } from "../support/zone-under-test.ts";

const other = { apex: "other.example.", records: [] };
const port = await serveDns(authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, other)));
const TYPES = ["A", "NS", "SOA", "TXT", "CAA", "DS", "TYPE65280", "ANY"];

test.for(
  overBoth([
    { name: "once.auth.example.", rcode: "NOERROR" },
    { name: "fresh.auth.example.", rcode: "NOERROR" },
    { name: "b.auth.example.", rcode: "NOERROR" },
    { name: "a.b.auth.example.", rcode: "NOERROR" },
    { name: "_tcp.auth.example.", rcode: "NOERROR" },
    { name: "nothing.auth.example.", rcode: "NXDOMAIN" },
    { name: "x.once.auth.example.", rcode: "NXDOMAIN" },
    { name: "x.fresh.auth.example.", rcode: "NXDOMAIN" },
    { name: "x.b.auth.example.", rcode: "NXDOMAIN" },
  ]),
)(
  "section 2: a name exists for all types or for none, $name is $rcode ($transport)",
  async ({ name, rcode, transport }) => {
    for (const type of TYPES) {
      expect((await exchange(port, transport, `${name} ${type}`)).rcode).toBe(rcode);
    }
  },
);

test.for(
  overBoth([
    { name: "once.auth.example.", rcode: "NOERROR", answers: 1 },
    { name: "once.x.auth.example.", rcode: "NXDOMAIN", answers: 0 },
    { name: "once.a.b.auth.example.", rcode: "NXDOMAIN", answers: 0 },
    { name: "once.once.auth.example.", rcode: "NXDOMAIN", answers: 0 },
    { name: "once.other.example.", rcode: "NXDOMAIN", answers: 0 },
    { name: "once.elsewhere.test.", rcode: "REFUSED", answers: 0 },
    { name: "once.", rcode: "REFUSED", answers: 0 },
  ]),
)(
  "section 2: a delegate answers at its own name alone, $name is $rcode ($transport)",
  async ({ name, rcode, answers, transport }) => {
    const message = await exchange(port, transport, `${name} TXT`);
    expect(message.rcode).toBe(rcode);
    expect(message.answer).toEqual(Array(answers).fill(`${name} 1 IN TXT "${DIGEST_A}"`));
  },
);
