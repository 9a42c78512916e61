import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import {
  optRecord,
  type QueryOptions,
  query,
  resourceRecord,
  type TsigOptions,
  tsigRecord,
} from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const SIGNED: QueryOptions = { extra: tsigRecord(), counts: { additional: 1 } };
const BADKEY = 17;

test.for(
  overBoth([
    { question: "once.auth.example. TXT" },
    { question: "nothing.auth.example. A" },
    { question: "other.example. A" },
    { question: "auth.example. AXFR" },
    { question: "auth.example. IXFR" },
  ]),
)("section 5.2.1: a key that is not known is NOTAUTH, $question ($transport)", async (given) => {
  const message = await exchange(port, given.transport, given.question, SIGNED);
  expect(message).toMatchObject({ rcode: "NOTAUTH", flags: "qr", answer: [], authority: [] });
});

test.for(overBoth([{ edns: false }, { edns: true }]))(
  "section 5.3.2: the response says BADKEY, unsigned; EDNS $edns ($transport)",
  async ({ edns, transport }) => {
    const extra = tsigRecord({ timeSigned: 1_700_000_001, originalId: 77 });
    const options = edns
      ? { edns: {}, extra, counts: { additional: 2 } }
      : { extra, counts: { additional: 1 } };
    const message = await exchange(port, transport, "auth.example. SOA", options);
    expect(message.tsig).toEqual({
      keyName: "key.example.",
      algorithm: "hmac-sha256.",
      timeSigned: 1_700_000_001,
      fudge: 300,
      macOctets: 0,
      originalId: 77,
      error: BADKEY,
      otherOctets: 0,
    });
    expect(message.edns === undefined).toBe(!edns);
  },
);

test.for(
  overBoth<{ what: string; tsig: TsigOptions }>([
    { what: "class IN", tsig: { rrclass: 1 } },
    { what: "a TTL", tsig: { ttl: 1 } },
    { what: "octets behind its fields", tsig: { trailing: Uint8Array.of(0) } },
  ]),
)("section 4.2: FORMERR for a TSIG with $what ($transport)", async ({ tsig, transport }) => {
  const options = { extra: tsigRecord(tsig), counts: { additional: 1 } };
  const message = await exchange(port, transport, "auth.example. SOA", options);
  expect(message).toMatchObject({ rcode: "FORMERR", tsig: undefined });
});

const ADDRESS = resourceRecord("a.example.", 1, Uint8Array.of(192, 0, 2, 1));

test.for(
  overBoth<{ what: string; extra: Buffer; counts: NonNullable<QueryOptions["counts"]> }>([
    {
      what: "is not the last record",
      extra: Buffer.concat([tsigRecord(), optRecord()]),
      counts: { additional: 2 },
    },
    {
      what: "is there twice",
      extra: Buffer.concat([tsigRecord(), tsigRecord()]),
      counts: { additional: 2 },
    },
    {
      what: "is in the answer section",
      extra: Buffer.concat([tsigRecord(), ADDRESS]),
      counts: { answer: 1, additional: 1 },
    },
    { what: "is the last of the authority section", extra: tsigRecord(), counts: { authority: 1 } },
  ]),
)("section 5.1: FORMERR if TSIG $what ($transport)", async ({ extra, counts, transport }) => {
  const message = await exchange(port, transport, "auth.example. SOA", { extra, counts });
  expect(message).toMatchObject({ rcode: "FORMERR", tsig: undefined, answer: [] });
});

test("section 5.3: a TSIG that does not fit over UDP is left out, with TC; TCP has it", async () => {
  const label = "k".repeat(63);
  const long = `${label}.${label}.${label}.${"k".repeat(60)}.`;
  const extra = tsigRecord({ key: long, algorithm: long });
  const octets = query("auth.example. SOA", { extra, counts: { additional: 1 } });
  const cut = await exchangeOctets(port, "udp", octets);
  expect(cut).toMatchObject({ rcode: "NOTAUTH", flags: "qr tc", tsig: undefined });
  const whole = await exchangeOctets(port, "tcp", octets);
  expect(whole).toMatchObject({ rcode: "NOTAUTH", flags: "qr", tsig: { error: BADKEY } });
});

test("section 5.3: a response with an error is no longer than the query", async () => {
  const { length } = await exchange(port, "udp", "auth.example. SOA", SIGNED);
  expect(length).toBeLessThanOrEqual(query("auth.example. SOA", SIGNED).length);
});
