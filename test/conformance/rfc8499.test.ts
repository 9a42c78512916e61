import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

test.for(
  overBoth([
    { question: ". NS" },
    { question: ". SOA" },
    { question: "example. SOA" },
    { question: "example. DS" },
    { question: "example.org. A" },
    { question: "xauth.example. A" },
    { question: "x-auth.example. TXT" },
    { question: "auth.example.org. A" },
    { question: "auth. A" },
    { question: "once.auth.example.com. TXT" },
    { question: "version.bind. TXT" },
  ]),
)(
  "section 4: REFUSED without a referral outside the zone, $question ($transport)",
  async ({ question, transport }) => {
    for (const flags of [0, 0x0100]) {
      const message = await exchange(port, transport, question, { flags });
      expect(message).toMatchObject({
        rcode: "REFUSED",
        flags: flags === 0 ? "qr" : "qr rd",
        answer: [],
        authority: [],
        additional: [],
      });
    }
  },
);
