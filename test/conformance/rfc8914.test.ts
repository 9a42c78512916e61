import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import type { QueryOptions } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const EXTENDED_ERROR = 15;
const port = await serveDns(authorityOver(exerciseZone()));

interface Case {
  readonly section: string;
  readonly what: string;
  readonly question: string;
  readonly options?: QueryOptions;
  readonly rcode: string;
  /** INFO-CODE in hexadecimal. */
  readonly code: string;
}

const SOA = "auth.example. SOA";
const CASES: readonly Case[] = [
  {
    section: "4.21",
    what: "Not Authoritative for a name in no zone",
    question: "other.example. A",
    rcode: "REFUSED",
    code: "0014",
  },
  {
    section: "4.21",
    what: "Not Authoritative for another class",
    question: SOA,
    options: { qclass: 3 },
    rcode: "REFUSED",
    code: "0014",
  },
  {
    section: "4.19",
    what: "Prohibited for a transfer",
    question: "auth.example. AXFR",
    rcode: "REFUSED",
    code: "0012",
  },
  {
    section: "4.22",
    what: "Not Supported for an opcode",
    question: SOA,
    options: { opcode: 5 },
    rcode: "NOTIMP",
    code: "0015",
  },
];

test.for(overBoth(CASES))(
  "section $section: $what ($transport)",
  async ({ question, options, rcode, code, transport }) => {
    const message = await exchange(port, transport, question, { ...options, edns: {} });
    expect(message.rcode).toBe(rcode);
    expect(message.edns?.options.get(EXTENDED_ERROR)).toBe(code);
  },
);

test.for(overBoth(CASES))(
  "section 2: no extended error without EDNS in the query: $what ($transport)",
  async ({ question, options, rcode, transport }) => {
    const message = await exchange(port, transport, question, options);
    expect(message).toMatchObject({ rcode, edns: undefined });
  },
);

test.for(
  overBoth([
    { question: "once.auth.example. TXT" },
    { question: "once.auth.example. A" },
    { question: "nothing.auth.example. A" },
  ]),
)("section 2: no extended error where there is no error, $question ($transport)", async (given) => {
  const message = await exchange(port, given.transport, given.question, { edns: {} });
  expect(message.edns?.optionCodes).toEqual([]);
});
