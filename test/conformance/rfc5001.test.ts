import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { ednsOption } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const NSID = 3;
const NAME = "ns1.auth.example";
const named = { ...authorityOver(exerciseZone()), nsid: Buffer.from(NAME) };
const port = await serveDns(named);
const namelessPort = await serveDns(authorityOver(exerciseZone()));
const asksForNsid = { edns: { options: ednsOption(NSID) } };

test.for(
  overBoth([
    { question: "once.auth.example. TXT", rcode: "NOERROR" },
    { question: "once.auth.example. A", rcode: "NOERROR" },
    { question: "nothing.auth.example. A", rcode: "NXDOMAIN" },
    { question: "other.example. A", rcode: "REFUSED" },
  ]),
)("section 2.2: the name of the server in $rcode $question ($transport)", async (given) => {
  const message = await exchange(port, given.transport, given.question, asksForNsid);
  expect(message.rcode).toBe(given.rcode);
  expect(message.edns?.options.get(NSID)).toBe(Buffer.from(NAME).toString("hex"));
});

test.for(overBoth([{ what: "empty" }]))(
  "section 2.1: what the option of a query holds does not matter ($transport)",
  async ({ transport }) => {
    const options = { edns: { options: ednsOption(NSID, "c0ffee") } };
    const message = await exchange(port, transport, "auth.example. SOA", options);
    expect(message.edns?.options.get(NSID)).toBe(Buffer.from(NAME).toString("hex"));
  },
);

test.for(overBoth([{ edns: {} }, { edns: { options: ednsOption(65_534, "00") } }]))(
  "section 2.1: the name is not told unless it is asked for ($transport)",
  async ({ edns, transport }) => {
    const message = await exchange(port, transport, "auth.example. SOA", { edns });
    expect(message.edns?.optionCodes).toEqual([]);
  },
);

test.for(overBoth([{ what: "no name" }]))(
  "section 2.2: a server without a name says nothing ($transport)",
  async ({ transport }) => {
    const message = await exchange(namelessPort, transport, "auth.example. SOA", asksForNsid);
    expect(message).toMatchObject({ rcode: "NOERROR", edns: { optionCodes: [] } });
  },
);

test("section 2.2: it stays when the response is truncated", async () => {
  const message = await exchange(port, "udp", "big.auth.example. TXT", asksForNsid);
  expect(message.flags).toBe("qr aa tc");
  expect(message.edns?.optionCodes).toEqual([NSID]);
});
