import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, exerciseZone, SOA } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    { name: "auth.example.", answer: [SOA] },
    { name: "once.auth.example.", answer: [`once.auth.example. 1 IN TXT "${DIGEST_A}"`] },
    { name: "www.auth.example.", answer: ["www.auth.example. 3600 IN CNAME auth.example."] },
  ]),
)("section 4.1: ANY gets one RRset, at $name ($transport)", async ({ name, answer, transport }) => {
  const message = await exchange(port, transport, `${name} ANY`);
  expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr aa", answer, authority: [] });
});

test.for(overBoth([{ name: "fresh.auth.example." }, { name: "b.auth.example." }]))(
  "section 4.2: ANY gets HINFO where there is no RRset, at $name ($transport)",
  async ({ name, transport }) => {
    const message = await exchange(port, transport, `${name} ANY`);
    expect(message).toMatchObject({
      rcode: "NOERROR",
      answer: [`${name} 3600 IN HINFO "RFC8482" ""`],
      authority: [],
    });
  },
);

test("section 4.1: a large RRset is not sent over UDP", async () => {
  const message = await exchange(port, "udp", "big.auth.example. ANY");
  expect(message).toMatchObject({ flags: "qr aa tc", answer: [] });
});

const NAMES = ["", "once.", "twice.", "fresh.", "www.", "big.", "b.", "ns1.", "no.", "svc."];
const TYPES = ["ANY", "TXT", "NS", "SOA", "A", "MX", "CAA", "HTTPS"];

test.for(NAMES)(
  "section 2: no response over UDP is worth a reflection, at %sauth.example",
  async (label) => {
    for (const type of TYPES) {
      for (const options of [{}, { edns: { size: 4096, wantsDnssec: true } }]) {
        const question = `${label}auth.example. ${type}`;
        const { length } = await exchange(port, "udp", question, options);
        expect(length / query(question, options).length).toBeLessThan(10);
      }
    }
  },
);

test.for([
  { question: "other.example. ANY", options: {} },
  { question: "auth.example. AXFR", options: { edns: {} } },
  { question: "auth.example. SOA", options: { qclass: 3 } },
  { question: "auth.example. SOA", options: { opcode: 5 } },
  { question: "auth.example. SOA", options: { edns: { version: 9 } } },
  { question: "auth.example. SOA", options: { counts: { answer: 1 } } },
])(
  "section 2: an error is at most 60 octets longer than the query: $question $options",
  async ({ question, options }) => {
    const { length } = await exchange(port, "udp", question, options);
    expect(length).toBeLessThanOrEqual(query(question, options).length + 60);
  },
);
