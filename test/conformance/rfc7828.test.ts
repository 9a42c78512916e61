import { expect, test } from "vitest";
import { exchange } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { ednsOption } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const KEEPALIVE = 11;
const authority = authorityOver(exerciseZone());
const port = await serveDns({ ...authority, tcpIdleSeconds: 8 });
const longPort = await serveDns({ ...authority, tcpIdleSeconds: 7200 });
const endlessPort = await serveDns({ ...authority, tcpIdleSeconds: 0 });
const asksForIt = { edns: { options: ednsOption(KEEPALIVE) } };

test.for([
  { question: "once.auth.example. TXT", rcode: "NOERROR" },
  { question: "nothing.auth.example. A", rcode: "NXDOMAIN" },
  { question: "other.example. A", rcode: "REFUSED" },
])("section 3.3.2: the idle timeout in units of 100 ms, with $rcode", async (given) => {
  const message = await exchange(port, "tcp", given.question, asksForIt);
  expect(message.rcode).toBe(given.rcode);
  expect(message.edns?.options.get(KEEPALIVE)).toBe("0050");
});

test("section 3.1: a timeout that the number cannot say is the longest", async () => {
  for (const each of [longPort, endlessPort]) {
    const message = await exchange(each, "tcp", "auth.example. SOA", asksForIt);
    expect(message.edns?.options.get(KEEPALIVE)).toBe("ffff");
  }
});

test("section 3.3.2: it is not sent unless it was asked for", async () => {
  const message = await exchange(port, "tcp", "auth.example. SOA", { edns: {} });
  expect(message.edns?.optionCodes).toEqual([]);
});

test.for(["", "0050"])(
  "section 3.3.1: over UDP it is ignored and never sent, with the data '%s'",
  async (data) => {
    const options = { edns: { options: ednsOption(KEEPALIVE, data) } };
    const message = await exchange(port, "udp", "auth.example. SOA", options);
    expect(message).toMatchObject({ rcode: "NOERROR", edns: { optionCodes: [] } });
  },
);
