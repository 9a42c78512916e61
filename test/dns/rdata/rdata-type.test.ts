import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRRset, parseRecord } from "../../../src/dns/presentation.ts";
import { parseName } from "../../../src/dns/presentation-scanner.ts";
import {
  formatRdata,
  formatRRtype,
  parseRRtype,
  writeRdata,
} from "../../../src/dns/rdata/rdata-type.ts";
import { WireWriter } from "../../../src/dns/wire-writer.ts";
import * as arbitrary from "../../support/arbitrary.ts";
import { QTYPE } from "../../support/query.ts";

const ORIGIN = parseName("example.");
const EXAMPLE = "076578616d706c6500";

function rdataOf(text: string): Uint8Array {
  return parseRecord(`@ ${text}`, ORIGIN).rdata;
}

/** Expected octets are written by hand from the RFC of the type. */
test.for([
  { text: "A 192.0.2.1", hex: "c0000201" },
  { text: "NS ns.example.", hex: `026e73${EXAMPLE}` },
  { text: "CNAME a\\.b.example.", hex: `03612e62${EXAMPLE}` },
  {
    text: "SOA ns.example. a.example. 1 3600 600 604800 5",
    hex: `026e73${EXAMPLE} 0161${EXAMPLE} 00000001 00000e10 00000258 00093a80 00000005`,
  },
  { text: "PTR Host.example.", hex: `04486f7374${EXAMPLE}` },
  { text: 'HINFO "RFC8482" ""', hex: "0752464338343832 00" },
  { text: "MX 10 mail.example.", hex: `000a 046d61696c${EXAMPLE}` },
  { text: 'TXT "a b"', hex: "03612062" },
  { text: 'TXT "" "x"', hex: "00 0178" },
  { text: 'TXT "q\\"b\\\\\\000\\255;"', hex: "07 7122625c00ff3b" },
  { text: "AAAA 2001:db8::1", hex: "20010db8000000000000000000000001" },
  { text: "SRV 1 2 443 a.example.", hex: `0001 0002 01bb 0161${EXAMPLE}` },
  { text: 'CAA 0 issue "letsencrypt.org"', hex: "00 056973737565 6c657473656e63727970742e6f7267" },
  { text: 'CAA 128 issuewild ";"', hex: "80 09697373756577696c64 3b" },
  { text: 'CAA 0 issue ""', hex: "00 056973737565" },
  { text: "HTTPS 0 a.example.", hex: `0000 0161${EXAMPLE}` },
  { text: "HTTPS 1 . key1 key2", hex: "0001 00 00010000 00020000" },
  { text: 'SVCB 1 . key1="\\002h2"', hex: "0001 00 0001 0003 026832" },
  { text: "TYPE65280 \\# 4 0A000001", hex: "0a000001" },
  { text: "TYPE65280 \\# 0", hex: "" },
])("$text is printed as it is read", ({ text, hex }) => {
  const rdata = rdataOf(text);
  expect(Buffer.from(rdata).toString("hex")).toBe(hex.replaceAll(" ", ""));
  const [word = ""] = text.split(" ");
  expect(`${word} ${formatRdata(parseRRtype(word) ?? 0, rdata)}`).toBe(text);
});

/** Texts that mean the same as another one. */
test.for([
  { what: "a bare text", text: "TXT a\\ b", same: 'TXT "a b"' },
  { what: "a text of two octets per letter", text: 'TXT "é"', same: 'TXT "\\195\\169"' },
  {
    what: "a text of 256 octets",
    text: `TXT "${"a".repeat(256)}"`,
    same: `TXT "${"a".repeat(255)}" "a"`,
  },
  { what: "several texts", text: "TXT a b c", same: 'TXT "a" "b" "c"' },
  { what: "a bare CAA value", text: "CAA 0 issue ca.example", same: 'CAA 0 issue "ca.example"' },
  { what: "an escaped ;", text: "CAA 0 issue \\;", same: 'CAA 0 issue ";"' },
  { what: "times with units", text: "SOA . . 1 1h 10m 1w 5s", same: "SOA . . 1 3600 600 604800 5" },
  { what: "octets of a known type", text: "A \\# 4 C0 00 0201", same: "A 192.0.2.1" },
  { what: "a known type by number", text: "TYPE15 10 mail", same: "MX 10 mail.example." },
  { what: "mnemonics in small letters", text: "mx 10 mail", same: "MX 10 mail.example." },
  {
    what: "SvcParams in any order (RFC 9460 section 2.2)",
    text: 'HTTPS 1 . port=443 ipv6hint=2001:db8::1 alpn="h2,h3" ipv4hint=192.0.2.1,192.0.2.2',
    same: "HTTPS \\# 51 000100 000100060268320268330003000201bb00040008c0000201c0000202000600102001\
0db8000000000000000000000001",
  },
  {
    what: "mandatory keys in any order (RFC 9460 section 8)",
    text: "HTTPS 1 . mandatory=port,alpn alpn=h2 port=443 no-default-alpn",
    same: "HTTPS \\# 28 000100 0000000400010003 00010003026832 00020000 0003000201bb",
  },
  {
    what: "ech and an unknown key",
    text: "HTTPS 1 . key667=hel\\108o ech=AAE=",
    same: "HTTPS \\# 18 000100 000500020001 029B000568656C6C6F",
  },
])("$what", ({ text, same }) => {
  expect(Buffer.from(rdataOf(text)).toString("hex")).toBe(
    Buffer.from(rdataOf(same)).toString("hex"),
  );
});

test.for([
  { what: "too short for A", rrtype: "A", hex: "c00002", text: "\\# 3 C00002" },
  { what: "too long for A", rrtype: "A", hex: "c000020100", text: "\\# 5 C000020100" },
  { what: "no string in TXT", rrtype: "TXT", hex: "", text: "\\# 0" },
  { what: "a cut string", rrtype: "TXT", hex: "0261", text: "\\# 2 0261" },
  {
    what: "SvcParams not ascending",
    rrtype: "HTTPS",
    hex: "0001000002000000010000",
    text: "\\# 11 0001000002000000010000",
  },
])("octets that do not fit the type are printed as octets: $what", ({ rrtype, hex, text }) => {
  expect(formatRdata(QTYPE[rrtype] ?? 0, Buffer.from(hex, "hex"))).toBe(text);
});

test.for([
  { text: "A", rrtype: 1, mnemonic: "A" },
  { text: "caa", rrtype: 257, mnemonic: "CAA" },
  { text: "TYPE16", rrtype: 16, mnemonic: "TXT" },
  { text: "type65535", rrtype: 65_535, mnemonic: "TYPE65535" },
  { text: "TYPE65536", rrtype: undefined, mnemonic: undefined },
  { text: "TYPE", rrtype: undefined, mnemonic: undefined },
  { text: "__proto__", rrtype: undefined, mnemonic: undefined },
])("the type '$text'", ({ text, rrtype, mnemonic }) => {
  expect(parseRRtype(text)).toBe(rrtype);
  if (rrtype !== undefined) expect(formatRRtype(rrtype)).toBe(mnemonic);
});

test.for([
  { text: "MX 10 a.example.", hex: "000a c000" },
  { text: "NS b.example.", hex: "0162 c002" },
  {
    text: "SOA a.example. example. 1 2 3 4 5",
    hex: "c000 c002 0000000100000002000000030000000400000005",
  },
  // RFC 3597 section 4: these are never compressed.
  { text: "SRV 1 2 3 a.example.", hex: `000100020003 0161${EXAMPLE}` },
  { text: "SVCB 1 a.example.", hex: `0001 0161${EXAMPLE}` },
])("names in the RDATA of $text behind a.example.", ({ text, hex }) => {
  const { rrtype, rdata } = parseRecord(`@ ${text}`, ORIGIN);
  const writer = new WireWriter(512);
  writer.name(parseName("a.example."));
  const start = writer.length;
  writeRdata(writer, rrtype, rdata);
  const written = Buffer.from(writer.finish().subarray(start)).toString("hex");
  expect(written).toBe(hex.replaceAll(" ", ""));
});

test("whatever RDATA is printed as reads back as the same octets", () => {
  const rrtypes = [1, 2, 5, 12, 13, 15, 16, 28, 33, 64, 65, 257, 65_280];
  const property = fc.property(
    arbitrary.name,
    fc.constantFrom(...rrtypes),
    arbitrary.octets(0, 40),
    (owner, rrtype, rdata) => {
      const [line = ""] = formatRRset({ owner, ttl: 60, rrtype, rdata: [rdata] });
      expect(readBack(line)).toEqual(isServable(line) ? rdata : undefined);
    },
  );
  fc.assert(property, { numRuns: 3000 });
});

/** Octets that do not fit a known type are printed by RFC 3597 and refused when read. */
function isServable(line: string): boolean {
  return / IN TYPE/.test(line) || !line.includes(" \\# ");
}

function readBack(line: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(parseRecord(line, ORIGIN).rdata);
  } catch {
    return undefined;
  }
}
