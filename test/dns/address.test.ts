import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseIpv4, parseIpv6 } from "../../src/dns/presentation-scanner.ts";
import { formatRdata } from "../../src/dns/rdata/rdata-type.ts";
import { QTYPE } from "../support/query.ts";

test.for([
  { text: "0.0.0.0", octets: [0, 0, 0, 0] },
  { text: "255.255.255.255", octets: [255, 255, 255, 255] },
  { text: "192.0.2.256", octets: undefined },
  { text: "192.0.02.1", octets: undefined },
  { text: "192.0.2", octets: undefined },
  { text: "192.0.2.1.", octets: undefined },
  { text: "0x7f.0.0.1", octets: undefined },
  { text: "+1.0.0.1", octets: undefined },
  { text: "1e2.0.0.1", octets: undefined },
  { text: "", octets: undefined },
])("IPv4 '$text'", ({ text, octets }) => {
  const expected = octets === undefined ? undefined : Uint8Array.from(octets);
  expect(parseIpv4(text)).toEqual(expected);
});

test.for([
  { text: "::", hex: "00000000000000000000000000000000" },
  { text: "::1", hex: "00000000000000000000000000000001" },
  { text: "1::", hex: "00010000000000000000000000000000" },
  { text: "2001:DB8::a:1", hex: "20010db80000000000000000000a0001" },
  { text: "1:2:3:4:5:6:7:8", hex: "00010002000300040005000600070008" },
  { text: "1:2:3:4:5:6:7::", hex: "00010002000300040005000600070000" },
  { text: "::ffff:192.0.2.1", hex: "00000000000000000000ffffc0000201" },
  { text: "64:ff9b::192.0.2.33", hex: "0064ff9b0000000000000000c0000221" },
  { text: "1:2:3:4:5:6:7", hex: undefined },
  { text: "1:2:3:4:5:6:7:8:9", hex: undefined },
  { text: "1:2:3:4:5:6:7:8::", hex: undefined },
  { text: "1::2::3", hex: undefined },
  { text: ":::", hex: undefined },
  { text: ":1", hex: undefined },
  { text: "1:", hex: undefined },
  { text: "12345::", hex: undefined },
  { text: "g::", hex: undefined },
  { text: "fe80::1%eth0", hex: undefined },
  { text: "::192.0.2", hex: undefined },
  { text: "::192.0.2.1:1", hex: undefined },
  { text: "192.0.2.1", hex: undefined },
  { text: "", hex: undefined },
])("IPv6 '$text'", ({ text, hex }) => {
  const octets = parseIpv6(text);
  expect(octets === undefined ? undefined : Buffer.from(octets).toString("hex")).toBe(hex);
});

/** RFC 5952 section 4. */
test.for([
  { hex: "20010db8000000000000000000000001", text: "2001:db8::1" },
  { hex: "00000000000000000000000000000000", text: "::" },
  { hex: "00010000000000000000000000000000", text: "1::" },
  { hex: "20010db8000000010001000100010001", text: "2001:db8:0:1:1:1:1:1" },
  { hex: "20010000000000010000000000000001", text: "2001:0:0:1::1" },
  { hex: "20010db8000000000001000000000001", text: "2001:db8::1:0:0:1" },
])("$text is printed so", ({ hex, text }) => {
  expect(formatRdata(QTYPE["AAAA"] ?? 0, Buffer.from(hex, "hex"))).toBe(text);
});

test("what is printed is an address to others too, and reads back", () => {
  const ipv6 = fc.property(
    fc.array(fc.constantFrom(0, 0, 1, 0xabcd), { minLength: 8, maxLength: 8 }),
    (groups) => {
      const octets = Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
      const text = formatRdata(28, octets);
      expect(isIPv6(text)).toBe(true);
      expect(new Uint8Array(parseIpv6(text) ?? [])).toEqual(octets);
    },
  );
  fc.assert(ipv6, { numRuns: 500 });
  const ipv4 = fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (octets) => {
    const text = formatRdata(1, octets);
    expect(isIPv4(text)).toBe(true);
    expect(parseIpv4(text)).toEqual(octets);
  });
  fc.assert(ipv4, { numRuns: 200 });
});

test("text that is no address to others is none here", () => {
  const piece = fc.constantFrom(":", "::", "1", "ffff", "0", "192.0.2.1", ".", "g", "00001");
  const property = fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const text = pieces.join("");
    expect(parseIpv6(text) !== undefined).toBe(isIPv6(text));
    expect(parseIpv4(text) !== undefined).toBe(isIPv4(text));
  });
  fc.assert(property, { numRuns: 2000 });
});
