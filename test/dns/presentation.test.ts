import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRRset, type ParsedRecord, parseRecord } from "../../src/dns/presentation.ts";
import {
  formatCharacterString,
  formatName,
  parseName,
  parseTtl,
  unescapeText,
} from "../../src/dns/presentation-scanner.ts";
import * as arbitrary from "../support/arbitrary.ts";

const ORIGIN = parseName("auth.example.");

/** The record as a zone file would have it, its names absolute. */
function canonical({ owner, ttl = 0, rrtype, rdata }: ParsedRecord): string | undefined {
  return formatRRset({ owner, ttl, rrtype, rdata: [rdata] })[0];
}

test.for([
  { text: "www.auth.example. A 192.0.2.1", record: "www.auth.example. 0 IN A 192.0.2.1" },
  { text: "@ A 192.0.2.1", record: "auth.example. 0 IN A 192.0.2.1" },
  { text: "www A 192.0.2.1", record: "www.auth.example. 0 IN A 192.0.2.1" },
  { text: "a.b A 192.0.2.1", record: "a.b.auth.example. 0 IN A 192.0.2.1" },
  // Already ends in the origin: absolute, though its final dot was forgotten.
  { text: "www.auth.example A 192.0.2.1", record: "www.auth.example. 0 IN A 192.0.2.1" },
  { text: "Auth.Example A 192.0.2.1", record: "Auth.Example. 0 IN A 192.0.2.1" },
  { text: "xauth.example A 192.0.2.1", record: "xauth.example.auth.example. 0 IN A 192.0.2.1" },
  { text: "* A 192.0.2.1", record: "*.auth.example. 0 IN A 192.0.2.1" },
  { text: "\\@ A 192.0.2.1", record: "\\@.auth.example. 0 IN A 192.0.2.1" },
  { text: "a\\.b A 192.0.2.1", record: "a\\.b.auth.example. 0 IN A 192.0.2.1" },
  { text: "a\\046b A 192.0.2.1", record: "a\\.b.auth.example. 0 IN A 192.0.2.1" },
  { text: "\\000\\255\\032 A 192.0.2.1", record: "\\000\\255\\032.auth.example. 0 IN A 192.0.2.1" },
  { text: "WwW A 192.0.2.1", record: "WwW.auth.example. 0 IN A 192.0.2.1" },
  { text: "www 60 A 192.0.2.1", record: "www.auth.example. 60 IN A 192.0.2.1" },
  { text: "www IN A 192.0.2.1", record: "www.auth.example. 0 IN A 192.0.2.1" },
  { text: "www 60 IN A 192.0.2.1", record: "www.auth.example. 60 IN A 192.0.2.1" },
  { text: "www IN 60 A 192.0.2.1", record: "www.auth.example. 60 IN A 192.0.2.1" },
  { text: "www in 60 a 192.0.2.1", record: "www.auth.example. 60 IN A 192.0.2.1" },
  { text: "www 1h30m CLASS1 TYPE1 192.0.2.1", record: "www.auth.example. 5400 IN A 192.0.2.1" },
  { text: "www 2147483647 A 192.0.2.1", record: "www.auth.example. 2147483647 IN A 192.0.2.1" },
  { text: "\twww\t A  192.0.2.1 ; here", record: "www.auth.example. 0 IN A 192.0.2.1" },
  { text: "@ MX ( 10\n mail )", record: "auth.example. 0 IN MX 10 mail.auth.example." },
  { text: "@ CNAME .", record: "auth.example. 0 IN CNAME ." },
])("'$text' is read", ({ text, record }) => {
  expect(canonical(parseRecord(text, ORIGIN))).toBe(record);
});

test("a record without TTL has none", () => {
  expect(parseRecord("www A 192.0.2.1", ORIGIN).ttl).toBeUndefined();
});

test.for([
  { text: "", why: "missing: owner name" },
  { text: "www", why: "missing: type, such as A or TXT" },
  { text: "www 60 IN", why: "missing: type, such as A or TXT" },
  { text: "www A", why: "missing: IPv4 address, such as 192.0.2.1" },
  { text: "www A 192.0.2", why: '"192.0.2" is no IPv4 address, such as 192.0.2.1' },
  { text: "www A 192.0.2.01", why: '"192.0.2.01" is no IPv4 address, such as 192.0.2.1' },
  { text: "www AAAA 1::2::3", why: '"1::2::3" is no IPv6 address, such as 2001:db8::1' },
  { text: "www A 192.0.2.1 192.0.2.2", why: "more than fits: 192.0.2.2" },
  { text: "www AX 192.0.2.1", why: 'unknown type "AX"; write TYPE<number> for types by number' },
  { text: "www TYPE65536 \\# 0", why: 'unknown type "TYPE65536"; write TYPE<number>' },
  { text: "www 60 60 A 192.0.2.1", why: 'unknown type "60"' },
  { text: "www CH A 192.0.2.1", why: "class CH: this server has class IN only" },
  { text: "www CLASS3 A 192.0.2.1", why: "class CLASS3: this server has class IN only" },
  { text: "www TYPE255 \\# 0", why: "TYPE255 is no type of data" },
  { text: "www TYPE41 \\# 0", why: "TYPE41 is no type of data" },
  { text: 'www TXT "open', why: 'a quote is not closed, or a \\ stands at the end: "open' },
  { text: "www TXT end\\", why: "a quote is not closed, or a \\ stands at the end: \\" },
  { text: "www TXT \\256", why: "\\256 is no octet, at most \\255 is" },
  { text: "a..b A 192.0.2.1", why: '"a..b" has an empty label' },
  { text: ".a A 192.0.2.1", why: '".a" has an empty label' },
  { text: `${"a".repeat(64)} A 192.0.2.1`, why: "has a label of more than 63 octets" },
  { text: `${"a.".repeat(122)}a A 192.0.2.1`, why: "is longer than 255 octets" },
  { text: "@ MX ten mail", why: 'PREFERENCE is a number from 0 to 65535, not "ten"' },
  { text: "@ MX 65536 mail", why: 'PREFERENCE is a number from 0 to 65535, not "65536"' },
  { text: "@ MX 10", why: "missing: EXCHANGE" },
  { text: "@ SRV 0 0 -1 mail", why: 'Port is a number from 0 to 65535, not "-1"' },
  { text: "@ SOA a b 1 2 3 4 x", why: "MINIMUM is a number of seconds, such as 3600 or 1h" },
  { text: '@ CAA 256 issue "x"', why: 'CAA flags is a number from 0 to 255, not "256"' },
  { text: '@ CAA 0 is-sue "x"', why: 'a CAA tag has letters and digits only, not "is-sue"' },
  // A bare ; begins a comment: RFC 1035 section 5.1.
  { text: "@ CAA 0 issue ;", why: 'missing: CAA value in quotes, such as "letsencrypt.org"' },
  { text: `@ HINFO ${"a".repeat(256)} b`, why: "character-string has 256 octets, at most 255 fit" },
  { text: "@ TYPE65280 10.0.0.1", why: "the RDATA of TYPE65280 must be written as \\# <octets>" },
  { text: "@ TYPE65280 \\# 2 AB", why: "\\# 2 is followed by 2 octets in hexadecimal" },
  { text: "@ TYPE65280 \\# 1 XY", why: "\\# 1 is followed by 1 octets in hexadecimal" },
  { text: "@ A \\# 3 C00002", why: "these octets are no RDATA of A" },
  { text: "@ MX \\# 4 000A0161", why: "these octets are no RDATA of MX" },
  { text: "@ CAA \\# 3 00 01 20", why: "these octets are no RDATA of CAA" },
  { text: "@ HTTPS 1 . alpn=h2 alpn=h3", why: "SvcParam alpn stands twice" },
  { text: "@ HTTPS 1 . alpn=h2,,h3", why: 'empty item in "h2,,h3"' },
  { text: "@ HTTPS 1 . port=70000", why: 'port is a number from 0 to 65535, not "70000"' },
  { text: "@ HTTPS 1 . ipv4hint=::1", why: '"::1" is no address for a hint' },
  { text: "@ HTTPS 1 . no-default-alpn=x", why: "no-default-alpn has no value" },
  { text: "@ HTTPS 1 . constructor=x", why: '"constructor" is no SvcParamKey; known: mandatory' },
])("'$text' is refused", ({ text, why }) => {
  expect(() => parseRecord(text, ORIGIN)).toThrow(why);
  expect(() => parseRecord(text, ORIGIN)).toThrow(
    expect.objectContaining({ code: "presentation_invalid" }),
  );
});

test.for([
  { text: "@ MX 10 mail.example.com", names: ["mail.example.com"] },
  { text: "@ MX 10 mail.example.com.", names: [] },
  { text: "@ MX 10 mail", names: [] },
  { text: "@ MX 10 mail.auth.example", names: [] },
  { text: "a.b A 192.0.2.1", names: [] },
  { text: "@ SOA a.b c.d 1 2 3 4 5", names: ["a.b", "c.d"] },
])("names in RDATA of '$text' that were read as relative: $names", ({ text, names }) => {
  expect(parseRecord(text, ORIGIN).relativeNames).toEqual(names);
});

test.for([
  { text: "0", seconds: 0 },
  { text: "300", seconds: 300 },
  { text: "1h", seconds: 3600 },
  { text: "1W2d3H4m5S", seconds: 788_645 },
  { text: "2147483647", seconds: 2_147_483_647 },
  { text: "2147483648", seconds: undefined },
  { text: "25000d", seconds: undefined },
  { text: "", seconds: undefined },
  { text: "h", seconds: undefined },
  { text: "-1", seconds: undefined },
  { text: "1.5h", seconds: undefined },
])("TTL '$text' (RFC 2181 section 8)", ({ text, seconds }) => {
  expect(parseTtl(text)).toBe(seconds);
});

test("a long list of digits is no TTL, and found out quickly", () => {
  expect(parseTtl(`${"1".repeat(40)}x`)).toBeUndefined();
});

test("names read back as they were printed", () => {
  const property = fc.property(arbitrary.name, (name) => {
    expect(parseName(formatName(name), ORIGIN).octets).toEqual(name.octets);
  });
  fc.assert(property, { numRuns: 500 });
});

test("character-strings read back as they were printed", () => {
  const property = fc.property(arbitrary.octets(0, 300), (octets) => {
    const text = formatCharacterString(octets);
    expect(Uint8Array.from(unescapeText(text.slice(1, -1)))).toEqual(octets);
    expect(text).toMatch(/^[ -~]*$/);
  });
  fc.assert(property, { numRuns: 500 });
});

test("any text is a record or a PresentationError", () => {
  const word = fc.oneof(
    fc.constantFrom("@", "60", "IN", "A", "TXT", "CAA", "HTTPS", "\\#", "1", '"', ";", "(", "\\"),
    fc.string({ maxLength: 6, unit: "binary" }),
  );
  const property = fc.property(fc.array(word, { maxLength: 8 }), (words) => {
    try {
      expect(canonical(parseRecord(words.join(" "), ORIGIN))).toEqual(expect.any(String));
    } catch (error) {
      expect(error).toMatchObject({ code: "presentation_invalid" });
    }
  });
  fc.assert(property, { numRuns: 2000 });
});
