import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone, SOA } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    { name: "CH", qclass: 3 },
    { name: "HS", qclass: 4 },
    { name: "NONE", qclass: 254 },
    { name: "ANY", qclass: 255 },
    { name: "0", qclass: 0 },
    { name: "65535", qclass: 65_535 },
  ]),
)(
  "section 3.2: no data of class IN for class $name ($transport)",
  async ({ qclass, transport }) => {
    for (const question of [
      "once.auth.example. TXT",
      "auth.example. SOA",
      "nothing.auth.example. A",
    ]) {
      const message = await exchange(port, transport, question, { qclass });
      expect(message).toMatchObject({ rcode: "REFUSED", flags: "qr", answer: [], authority: [] });
    }
  },
);

test.for(
  overBoth([
    { question: "once.auth.example. TYPE0", rcode: "NOERROR" },
    { question: "once.auth.example. OPT", rcode: "NOERROR" },
    { question: "once.auth.example. TSIG", rcode: "NOERROR" },
    { question: "once.auth.example. TKEY", rcode: "NOERROR" },
    { question: "once.auth.example. MAILA", rcode: "NOERROR" },
    { question: "once.auth.example. MAILB", rcode: "NOERROR" },
    { question: "nothing.auth.example. TYPE0", rcode: "NXDOMAIN" },
  ]),
)("section 3.1: a response without data for meta types, $question ($transport)", async (given) => {
  const message = await exchange(port, given.transport, given.question);
  expect(message).toMatchObject({ rcode: given.rcode, answer: [], authority: [SOA] });
});
