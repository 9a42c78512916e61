import { expect, test } from "vitest";
import { exchange } from "../support/dns-exchange.ts";
import { authorityOver, separateZonesUnderTest, serveDns } from "../support/zone-under-test.ts";

/** Records at text.<apex> that make a response of `octets` with OPT: header, question, OPT, five records of 213, the last. */
function textsOf(octets: number): string[] {
  const texts = Array.from({ length: 5 }, (_, i) => `text TXT "${"x".repeat(199)}${i}"`);
  const used = 12 + 20 + 11 + 5 * 213 + 13;
  return [...texts, `text TXT "${"y".repeat(octets - used)}"`];
}

const fits = { apex: "a.example.", records: textsOf(1232) };
const isLonger = { apex: "b.example.", records: textsOf(1233) };
const port = await serveDns(authorityOver(...separateZonesUnderTest(fits, isLonger)));

test.for([
  { name: "text.a.example.", size: 1232, flags: "qr aa", length: 1232 },
  { name: "text.a.example.", size: 4096, flags: "qr aa", length: 1232 },
  { name: "text.a.example.", size: 65_535, flags: "qr aa", length: 1232 },
  { name: "text.a.example.", size: 1231, flags: "qr aa tc", length: 43 },
  { name: "text.b.example.", size: 1233, flags: "qr aa tc", length: 43 },
  { name: "text.b.example.", size: 65_535, flags: "qr aa tc", length: 43 },
])("section 3: $name for a payload size of $size: $flags, $length octets", async (given) => {
  const { name, size, flags, length } = given;
  const message = await exchange(port, "udp", `${name} TXT`, { edns: { size } });
  expect(message).toMatchObject({ flags, length, edns: { udpPayloadSize: 1232 } });
});

test("section 3: over TCP the size that was offered does not matter", async () => {
  const message = await exchange(port, "tcp", "text.b.example. TXT", { edns: { size: 512 } });
  expect(message).toMatchObject({ flags: "qr aa", length: 1233 });
});
