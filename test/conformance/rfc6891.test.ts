import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import {
  type EdnsOptions,
  optRecord,
  query,
  questionOctets,
  resourceRecord,
} from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

/** Client subnet (RFC 7871), padding (RFC 7830), and a code nobody has: nothing for this server. */
const OPTIONS = hex("00080007000118 00cb0071 000c00020000 fffe000101");
/** RFC 8914: an error says more. */
const EXTENDED_ERROR = 15;

const QUESTIONS = [
  { question: "once.auth.example. TXT", rcode: "NOERROR" },
  { question: "once.auth.example. A", rcode: "NOERROR" },
  { question: "nothing.auth.example. A", rcode: "NXDOMAIN" },
  { question: "other.example. A", rcode: "REFUSED" },
  { question: "auth.example. AXFR", rcode: "REFUSED" },
];

test.for(overBoth(QUESTIONS))(
  "section 7: OPT in the response if, and only if, it was in the query: $rcode $question ($transport)",
  async ({ question, rcode, transport }) => {
    expect(await exchange(port, transport, question)).toMatchObject({ rcode, edns: undefined });
    expect(await exchange(port, transport, question, { edns: {} })).toMatchObject({
      rcode,
      edns: {
        version: 0,
        udpPayloadSize: 1232,
        wantsDnssec: false,
        unknownFlags: 0,
        optionCodes: rcode === "REFUSED" ? [EXTENDED_ERROR] : [],
      },
    });
  },
);

test.for(overBoth([{ opcode: 2 }, { opcode: 4 }, { opcode: 5 }, { opcode: 15 }]))(
  "section 7: OPT with NOTIMP too, opcode $opcode ($transport)",
  async ({ opcode, transport }) => {
    const message = await exchange(port, transport, "auth.example. SOA", { opcode, edns: {} });
    expect(message).toMatchObject({ rcode: "NOTIMP", edns: { version: 0 } });
  },
);

test.for(overBoth(QUESTIONS))(
  "section 6.1.2: unknown options are ignored and not copied, $question ($transport)",
  async ({ question, rcode, transport }) => {
    const message = await exchange(port, transport, question, { edns: { options: OPTIONS } });
    const optionCodes = rcode === "REFUSED" ? [EXTENDED_ERROR] : [];
    expect(message).toMatchObject({ rcode, edns: { version: 0, optionCodes } });
  },
);

test.for(
  overBoth<{ what: string; edns: EdnsOptions }>([
    { what: "nothing else", edns: {} },
    { what: "DO", edns: { wantsDnssec: true } },
    { what: "an unknown flag", edns: { flags: 0x0040 } },
    { what: "options", edns: { options: OPTIONS } },
    { what: "what are no options in version 0", edns: { options: hex("00") } },
    { what: "all of it", edns: { wantsDnssec: true, flags: 0x7fff, options: OPTIONS } },
  ]),
)("section 6.1.3: BADVERS for version 1 with $what ($transport)", async ({ edns, transport }) => {
  for (const version of [1, 100, 255]) {
    const options = { edns: { ...edns, version } };
    const message = await exchange(port, transport, "once.auth.example. TXT", options);
    expect(message).toMatchObject({
      rcode: "BADVERS",
      flags: "qr",
      answer: [],
      authority: [],
      edns: { version: 0, unknownFlags: 0, wantsDnssec: edns.wantsDnssec ?? false },
    });
  }
});

test.for(
  overBoth([
    { what: "an option longer than RDATA", edns: { options: hex("0003 0005 00") } },
    { what: "half an option", edns: { options: hex("0003 00") } },
    { what: "an owner other than the root", edns: { owner: "a." } },
  ]),
)("section 6.1.2: FORMERR for $what ($transport)", async ({ edns, transport }) => {
  const message = await exchange(port, transport, "once.auth.example. TXT", { edns });
  expect(message).toMatchObject({
    rcode: "FORMERR",
    flags: "qr",
    answer: [],
    authority: [],
    edns: { version: 0 },
  });
});

test.for(
  overBoth([
    {
      what: "two OPT records",
      options: { edns: {}, extra: optRecord(), counts: { additional: 2 } },
    },
    { what: "OPT in the answer section", options: { extra: optRecord(), counts: { answer: 1 } } },
    {
      what: "OPT in the authority section",
      options: { extra: optRecord(), counts: { authority: 1 } },
    },
  ]),
)("section 6.1.1: FORMERR for $what ($transport)", async ({ options, transport }) => {
  const message = await exchange(port, transport, "once.auth.example. TXT", options);
  expect(message).toMatchObject({
    rcode: "FORMERR",
    flags: "qr",
    answer: [],
    authority: [],
    edns: { version: 0 },
  });
});

test.for(overBoth([{ where: "behind" }]))(
  "section 6.1.1: OPT may stand $where another record ($transport)",
  async ({ transport }) => {
    const other = resourceRecord("a.example.", 1, Uint8Array.of(192, 0, 2, 1));
    const extra = Buffer.concat([other, optRecord({ wantsDnssec: true })]);
    const options = { extra, counts: { additional: 2 } };
    const message = await exchange(port, transport, "once.auth.example. TXT", options);
    expect(message).toMatchObject({ rcode: "NOERROR", edns: { wantsDnssec: true } });
  },
);

test.for(
  overBoth([
    { edns: { wantsDnssec: true }, wantsDnssec: true },
    { edns: { flags: 0x7fff }, wantsDnssec: false },
    { edns: { wantsDnssec: true, flags: 0x7fff }, wantsDnssec: true },
  ]),
)(
  "RFC 3225 section 3: DO is copied, other flags are 0: $edns ($transport)",
  async ({ edns, wantsDnssec, transport }) => {
    const message = await exchange(port, transport, "once.auth.example. TXT", { edns });
    expect(message).toMatchObject({ rcode: "NOERROR", edns: { wantsDnssec, unknownFlags: 0 } });
  },
);

test.for([0, 1, 511, 512])(
  "section 6.2.3: a UDP payload size of %i counts as 512",
  async (size) => {
    const cut = await exchange(port, "udp", "big.auth.example. TXT", { edns: { size } });
    expect(cut).toMatchObject({ flags: "qr aa tc", edns: { version: 0 } });
    const whole = await exchange(port, "udp", "twice.auth.example. TXT", { edns: { size } });
    expect(whole.flags).toBe("qr aa");
    expect(whole.answer).toHaveLength(2);
  },
);

test.for(
  overBoth([
    {
      what: "two questions",
      octets: query("once.auth.example. TXT", {
        extra: Buffer.concat([questionOctets("auth.example. SOA"), optRecord()]),
        counts: { question: 2, additional: 1 },
      }),
    },
    { what: "no question", octets: query("", { edns: {} }) },
  ]),
)("section 7: OPT also in FORMERR for $what ($transport)", async ({ octets, transport }) => {
  const message = await exchangeOctets(port, transport, octets);
  expect(message).toMatchObject({ rcode: "FORMERR", edns: { version: 0 } });
});
