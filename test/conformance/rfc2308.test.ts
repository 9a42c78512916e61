import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone, SOA } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const ALIAS = "www.auth.example. 3600 IN CNAME auth.example.";
const GONE = "gone.auth.example. 3600 IN CNAME nothing.auth.example.";

const EXISTING = ["once", "twice", "fresh", "big", "b", "a.b", "_tcp", "ns1"];
const ABSENT = ["CAA", "A", "AAAA", "CNAME", "MX", "NS", "SOA", "DS", "DNSKEY", "TYPE65280"];

test.for(
  overBoth(EXISTING.flatMap((label) => ABSENT.map((type) => ({ label, type })))).filter(
    ({ label, type }) => !(label === "ns1" && type === "A"),
  ),
)("section 2.2: NODATA with the SOA, $label $type ($transport)", async (given) => {
  const { label, type, transport } = given;
  expect(await exchange(port, transport, `${label}.auth.example. ${type}`)).toMatchObject({
    rcode: "NOERROR",
    flags: "qr aa",
    answer: [],
    authority: [SOA],
    additional: [],
  });
});

test.for(
  overBoth([
    { question: "nothing.auth.example. TXT" },
    { question: "nothing.auth.example. A" },
    { question: "nothing.auth.example. ANY" },
    { question: "x.nothing.auth.example. CAA" },
    { question: "x.once.auth.example. TXT" },
    { question: "_acme-challenge.once.auth.example. TXT" },
  ]),
)("section 2.1: NXDOMAIN with the SOA, $question ($transport)", async ({ question, transport }) => {
  expect(await exchange(port, transport, question)).toMatchObject({
    rcode: "NXDOMAIN",
    flags: "qr aa",
    answer: [],
    authority: [SOA],
    additional: [],
  });
});

test.for(
  overBoth([
    { question: "www.auth.example. TXT", rcode: "NOERROR", answer: [ALIAS] },
    { question: "gone.auth.example. TXT", rcode: "NXDOMAIN", answer: [GONE] },
  ]),
)("section 2: at the end of a chain too, $question ($transport)", async (given) => {
  const { question, rcode, answer, transport } = given;
  const message = await exchange(port, transport, question);
  expect(message).toMatchObject({ rcode, flags: "qr aa", answer, authority: [SOA] });
});

test.for(overBoth([{ label: "once" }, { label: "nothing" }]))(
  "section 3 and 5: the TTL of the SOA is MINIMUM, at most 300 s, at $label ($transport)",
  async ({ label, transport }) => {
    const { authority } = await exchange(port, transport, `${label}.auth.example. A`);
    const fields = (authority[0] ?? "").split(" ");
    expect(fields[1]).toBe(fields.at(-1));
    expect(Number(fields[1])).toBeLessThanOrEqual(300);
  },
);

test.for(
  overBoth([
    { question: "2d41601b-2ad0-4fcb-9cbd-fa6d4245544a.auth.example. TXT" },
    { question: "_acme-challenge.2d41601b-2ad0-4fcb-9cbd-fa6d4245544a.auth.example. CAA" },
  ]),
)("section 3: the denial of a UUID fits into 512 octets, $question ($transport)", async (given) => {
  const options = { edns: { size: 512, wantsDnssec: true } };
  const message = await exchange(port, given.transport, given.question, options);
  expect(message).toMatchObject({ rcode: "NXDOMAIN", flags: "qr aa", authority: [SOA] });
  expect(message.length).toBeLessThanOrEqual(512);
});
