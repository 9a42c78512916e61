import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, exerciseZone } from "../support/exercise-zone.ts";
import { HeaderFlag, query } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const { AA, TC, RD, RA, Z, AD, CD } = HeaderFlag;

test.for(
  overBoth([
    { section: "8.1.3.1", name: "CD", flags: CD },
    { section: "8.1.3.2", name: "AD", flags: AD },
    { section: "8.1.3.3", name: "Z", flags: Z },
    { section: "8.1.3.4", name: "RD", flags: RD },
    { section: "8.1.3", name: "AA, TC and RA", flags: AA | TC | RA },
    { section: "8.1.3", name: "all flags but QR", flags: AA | TC | RD | RA | Z | AD | CD },
    { section: "8.1.3", name: "an RCODE", flags: 5 },
  ]),
)(
  "section $section: $name in a query does not hinder ($transport)",
  async ({ flags, transport }) => {
    const message = await exchange(port, transport, "once.auth.example. TXT", { flags });
    expect(message).toMatchObject({
      rcode: "NOERROR",
      flags: (flags & RD) === 0 ? "qr aa" : "qr aa rd",
      answer: [`once.auth.example. 1 IN TXT "${DIGEST_A}"`],
    });
  },
);

const OPCODES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((opcode) => ({ opcode }));

test.for(overBoth(OPCODES))(
  "section 8.1.4: NOTIMP without data for opcode $opcode ($transport)",
  async ({ opcode, transport }) => {
    const message = await exchange(port, transport, "auth.example. SOA", { opcode });
    expect(message).toMatchObject({ opcode, rcode: "NOTIMP", answer: [], authority: [] });
    expect(message.flags).toBe("qr");
  },
);

test.for(overBoth(OPCODES))(
  "section 8.1.4: a header alone is enough for opcode $opcode ($transport)",
  async ({ opcode, transport }) => {
    const message = await exchangeOctets(port, transport, query("", { opcode }));
    expect(message).toMatchObject({ opcode, rcode: "NOTIMP", length: 12 });
  },
);

test.for(
  overBoth([
    { section: "8.1.1", what: "SOA", question: "auth.example. SOA", edns: undefined },
    {
      section: "8.1.2",
      what: "an unknown type",
      question: "auth.example. TYPE1000",
      edns: undefined,
    },
    { section: "8.2.1", what: "minimal EDNS", question: "auth.example. SOA", edns: {} },
    {
      section: "8.2.3",
      what: "an unknown option",
      question: "auth.example. SOA",
      edns: { options: Buffer.from("00640000", "hex") },
    },
    {
      section: "8.2.4",
      what: "an unknown flag",
      question: "auth.example. SOA",
      edns: { flags: 0x0040 },
    },
    {
      section: "8.2.7",
      what: "DO and a small payload size",
      question: "auth.example. DNSKEY",
      edns: { size: 512, wantsDnssec: true },
    },
  ]),
)("section $section: $what is answered ($transport)", async ({ question, edns, transport }) => {
  const options = edns === undefined ? {} : { edns };
  const message = await exchange(port, transport, question, options);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa" });
  expect(message.answer.length + message.authority.length).toBe(1);
  expect(message.edns === undefined).toBe(edns === undefined);
});
