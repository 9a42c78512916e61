import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, exerciseZone, SOA } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { authorityOver, serveDns, zoneUnderTest } from "../support/zone-under-test.ts";

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

/** Names as short and data as large as can be: the zone of an operator who wants trouble. */
const short = zoneUnderTest({
  apex: "a.",
  records: [
    ...Array.from({ length: 8 }, (_, i) => `a. NS ns${i}.nameservers-of-a-long-name.example.`),
    `t.a. TXT "${"x".repeat(250)}" "${"x".repeat(250)}" "${"x".repeat(250)}" "${"x".repeat(250)}"`,
    `s.a. TXT "${"x".repeat(200)}" "${"x".repeat(200)}"`,
  ],
  delegates: { d: Array.from({ length: 12 }, (_, i) => `${DIGEST_A.slice(2)}${10 + i}`) },
});
const shortPort = await serveDns({
  ...authorityOver(short),
  nsid: Buffer.alloc(36, 0x61),
  cookieSecrets: [Buffer.alloc(16)],
});

test.for([
  { name: "static data, 40 times as long", question: "t.a. TXT", flags: "qr aa tc" },
  { name: "static data, 15 times as long", question: "s.a. TXT", flags: "qr aa" },
  { name: "values of a delegate, 20 times as long", question: "d.a. TXT", flags: "qr aa tc" },
  { name: "NS, 14 times as long", question: "a. NS", flags: "qr aa tc" },
  { name: "ANY, 15 times as long", question: "s.a. ANY", flags: "qr aa tc" },
])("section 2: a reflection is not worth it: $name", async ({ question, flags }) => {
  const options = { edns: { size: 4096 } };
  const overUdp = await exchange(shortPort, "udp", question, options);
  expect(overUdp.flags).toBe(flags);
  const overTcp = await exchange(shortPort, "tcp", question, options);
  expect(overTcp.flags).toBe("qr aa");
  expect(overTcp.answer.length).toBeGreaterThan(0);
});

test.for(["", "a. SOA", "b. SOA", "a. AXFR", "a. NXNAME"])(
  "section 2: nor with every option there is: '%s'",
  async (question) => {
    const options = { edns: { options: Buffer.from("00030000000a00080000000000000000", "hex") } };
    for (const opcode of [0, 5]) {
      await exchangeOctets(shortPort, "udp", query(question, { ...options, opcode }));
    }
  },
);

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
