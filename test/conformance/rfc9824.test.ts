import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const EXTENDED_ERROR = 15;
const INVALID_QUERY_TYPE = "001e";
const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    { name: "auth.example." },
    { name: "once.auth.example." },
    { name: "nothing.auth.example." },
    { name: "other.example." },
  ]),
)("section 3.5: FORMERR for a question for NXNAME at $name ($transport)", async (given) => {
  const { name, transport } = given;
  const plain = await exchange(port, transport, `${name} NXNAME`);
  expect(plain).toMatchObject({ rcode: "FORMERR", flags: "qr", answer: [], authority: [] });
  const message = await exchange(port, transport, `${name} NXNAME`, { edns: {} });
  expect(message).toMatchObject({ rcode: "FORMERR", answer: [], authority: [] });
  expect(message.edns?.options.get(EXTENDED_ERROR)).toBe(INVALID_QUERY_TYPE);
});
