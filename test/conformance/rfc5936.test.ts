import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { query, resourceRecord } from "../support/query.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const oldSoa = resourceRecord(
  "auth.example.",
  6,
  Buffer.concat([Buffer.alloc(2), Buffer.alloc(20)]),
);

test.for(
  overBoth([
    { question: "auth.example. AXFR" },
    { question: "once.auth.example. AXFR" },
    { question: "other.example. AXFR" },
  ]),
)("section 5: nobody may transfer a zone, $question ($transport)", async (given) => {
  const message = await exchange(port, given.transport, given.question);
  expect(message).toMatchObject({ rcode: "REFUSED", flags: "qr", answer: [], authority: [] });
});

test.for(overBoth([{ what: "IXFR" }]))(
  "RFC 1995 section 2: nor by $what ($transport)",
  async ({ transport }) => {
    const options = { counts: { authority: 1 }, extra: oldSoa };
    const message = await exchange(port, transport, "auth.example. IXFR", options);
    expect(message).toMatchObject({ rcode: "REFUSED", flags: "qr", answer: [], authority: [] });
    expect(message.length).toBeLessThanOrEqual(query("auth.example. IXFR", options).length);
  },
);
