import { expect, test } from "vitest";
import { exchange, overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A, EXERCISE_ZONE } from "../support/exercise-zone.ts";
import { questionOctets } from "../support/query.ts";
import { authorityOver, separateZonesUnderTest, serveDns } from "../support/zone-under-test.ts";

const octets = {
  apex: "octets.example.",
  records: ["k A 192.0.2.1", "\\192 A 192.0.2.2", "\\091 A 192.0.2.3"],
};
const port = await serveDns(authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, octets)));

test.for(
  overBoth([
    { name: "once.auth.example." },
    { name: "ONCE.AUTH.EXAMPLE." },
    { name: "OnCe.aUtH.eXaMpLe." },
  ]),
)(
  "section 3: case does not matter and comes back as asked, $name ($transport)",
  async ({ name, transport }) => {
    const message = await exchange(port, transport, `${name} TXT`);
    expect(message.questionHex).toBe(questionOctets(`${name} TXT`).toString("hex"));
    expect(message.answer).toEqual([`${name} 1 IN TXT "${DIGEST_A}"`]);
  },
);

test.for(
  overBoth([
    { name: "NoThInG.aUtH.eXaMpLe.", type: "A", rcode: "NXDOMAIN" },
    { name: "OnCe.aUtH.eXaMpLe.", type: "A", rcode: "NOERROR" },
    { name: "oThEr.eXaMpLe.", type: "A", rcode: "REFUSED" },
    { name: "wWw.AuTh.ExAmPlE.", type: "TXT", rcode: "NOERROR" },
  ]),
)("section 3: the question keeps its case in $rcode too, $name ($transport)", async (given) => {
  const { name, type, rcode, transport } = given;
  const message = await exchange(port, transport, `${name} ${type}`);
  expect(message.rcode).toBe(rcode);
  expect(message.questionHex).toBe(questionOctets(`${name} ${type}`).toString("hex"));
});

test.for(
  overBoth([
    { label: "K", rcode: "NOERROR" },
    { label: "\\226\\132\\170", rcode: "NXDOMAIN" },
    { label: "\\192", rcode: "NOERROR" },
    { label: "\\224", rcode: "NXDOMAIN" },
    { label: "\\091", rcode: "NOERROR" },
    { label: "\\123", rcode: "NXDOMAIN" },
  ]),
)("section 3: only A to Z fold, $label is $rcode ($transport)", async (given) => {
  const { label, rcode, transport } = given;
  const message = await exchange(port, transport, `${label}.octets.example. A`);
  expect(message.rcode).toBe(rcode);
});
