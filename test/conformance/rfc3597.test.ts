import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone, SOA } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    {
      question: "odd.auth.example. TYPE65280",
      answer: ["odd.auth.example. 3600 IN TYPE65280 \\# 4 0A000001"],
    },
    { question: "odd.auth.example. TYPE65281", answer: [] },
    { question: "once.auth.example. TYPE1234", answer: [] },
    { question: "once.auth.example. TYPE65535", answer: [] },
    { question: "auth.example. TYPE731", answer: [] },
  ]),
)("section 3: unknown types are like others, $question ($transport)", async (given) => {
  const { question, answer, transport } = given;
  const authority = answer.length === 0 ? [SOA] : [];
  const message = await exchange(port, transport, question);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer, authority });
});

test.for(
  overBoth([
    {
      question: "_sip._tcp.auth.example. SRV",
      answer: "_sip._tcp.auth.example. 3600 IN SRV 0 5 5060 mail.auth.example.",
    },
    {
      question: "svc.auth.example. HTTPS",
      answer: "svc.auth.example. 3600 IN HTTPS 1 . key1=026832026833",
    },
  ]),
)(
  "section 4: no name in the RDATA of later types is compressed, $question ($transport)",
  async ({ question, answer, transport }) => {
    // The decoder refuses a pointer there.
    expect((await exchange(port, transport, question)).answer).toEqual([answer]);
  },
);
