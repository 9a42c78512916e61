import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth, TRANSPORTS } from "../support/dns-exchange.ts";
import { DIGEST_A, DIGEST_B, EXERCISE_ZONE, SOA } from "../support/exercise-zone.ts";
import { type EdnsOptions, query, questionOctets } from "../support/query.ts";
import { authorityOver, separateZonesUnderTest, serveDns } from "../support/zone-under-test.ts";

const shortest = { apex: "z.", records: [] };
const port = await serveDns(authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, shortest)));

const WAYS: readonly { readonly way: string; readonly edns?: EdnsOptions }[] = [
  { way: "without EDNS" },
  { way: "with EDNS", edns: { size: 512 } },
  { way: "with DO", edns: { wantsDnssec: true } },
];

test.for(overBoth(WAYS))(
  "section 5: the values of a delegate are one RRset with one TTL, $way ($transport)",
  async ({ transport, way: _, ...options }) => {
    const message = await exchange(port, transport, "twice.auth.example. TXT", options);
    expect(message).toMatchObject({
      rcode: "NOERROR",
      flags: "qr aa",
      answer: [
        `twice.auth.example. 1 IN TXT "${DIGEST_A}"`,
        `twice.auth.example. 1 IN TXT "${DIGEST_B}"`,
      ],
      authority: [],
      additional: [],
    });
  },
);

test.for(TRANSPORTS)("section 10.3: the nameservers have addresses (%s)", async (transport) => {
  const { answer } = await exchange(port, transport, "auth.example. NS");
  const names = answer.map((line) => line.split(" ").at(-1));
  expect(names).toEqual(["ns1.auth.example.", "ns2.auth.example."]);
  for (const name of names) {
    const addresses = await exchange(port, transport, `${name} A`);
    expect(addresses.answer).toEqual([expect.stringMatching(/ IN A 127\.0\.0\.[12]$/)]);
  }
});

const label63 = "a".repeat(63);

test.for(
  overBoth([
    { what: "NUL", name: "\\000.auth.example." },
    { what: "all octets above 127", name: "\\128\\200\\255.auth.example." },
    { what: "a space behind a delegate", name: "once\\032.auth.example." },
    { what: "a NUL behind a delegate", name: "once\\000.auth.example." },
    { what: "a dot in a label", name: "x\\.once.auth.example." },
    { what: "control characters", name: "\\001\\010\\013\\127.auth.example." },
    { what: "labels of JavaScript", name: "__proto__.constructor.auth.example." },
    { what: "122 labels", name: `${"a.".repeat(119)}bb.auth.example.` },
    {
      what: "255 octets",
      name: `${label63}.${label63}.${label63}.${"a".repeat(48)}.auth.example.`,
    },
  ]),
)(
  "section 11: a name with $what is NXDOMAIN and echoed exactly ($transport)",
  async ({ name, transport }) => {
    const message = await exchange(port, transport, `${name} TXT`, { edns: {} });
    expect(message).toMatchObject({ rcode: "NXDOMAIN", flags: "qr aa", authority: [SOA] });
    expect(message.questionHex).toBe(questionOctets(`${name} TXT`).toString("hex"));
  },
);

test.for(TRANSPORTS)(
  "section 11: a name may have 127 labels in 255 octets (%s)",
  async (transport) => {
    const question = `${"a.".repeat(126)}z. TXT`;
    expect(questionOctets(question)).toHaveLength(255 + 4);
    const message = await exchange(port, transport, question);
    expect(message).toMatchObject({ rcode: "NXDOMAIN", flags: "qr aa" });
    expect(message.questionHex).toBe(questionOctets(question).toString("hex"));
  },
);

test.for(
  overBoth([
    { name: "a.auth\\.example." },
    { name: "once\\.auth\\.example." },
    { name: "x\\004auth\\007example." },
    { name: "auth.example\\.." },
  ]),
)(
  "section 11: labels and not text decide what is in the zone, $name ($transport)",
  async ({ name, transport }) => {
    const message = await exchangeOctets(port, transport, query(`${name} TXT`));
    expect(message).toMatchObject({ rcode: "REFUSED", flags: "qr", answer: [], authority: [] });
  },
);
