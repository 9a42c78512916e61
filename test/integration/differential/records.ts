// The zone that both servers are given: something of everything that a zone can hold, and what lies at a limit.

import { delegateZone } from "../../lab/addresses.ts";
import { nameOctets } from "../../support/query.ts";

export const apex: string = `${delegateZone}.`;
/** Octets of the longest message without EDNS, with EDNS as both servers do it, and what ours takes into one RRset. */
const plainOctets = 512;
const ednsOctets = 1232;
const longestRRsetOctets = 60_000;

/** Lines of a zone file, $Z the apex. */
const records: readonly string[] = [
  "$Z A 192.0.2.10",
  "$Z AAAA 2001:db8::10",
  "$Z NS ns1.$Z",
  "$Z NS ns2.$Z",
  "$Z MX 10 mail.$Z",
  '$Z CAA 0 issue "letsencrypt.org"',
  '$Z TXT "v=spf1 -all"',
  "ns1.$Z A 127.53.0.2",
  "ns2.$Z A 127.53.0.5",
  "ns2.$Z AAAA 2001:db8::53",
  "mail.$Z 300 A 192.0.2.25",
  "zero.$Z 0 A 192.0.2.26",
  "_sip._tcp.$Z SRV 0 5 5060 mail.$Z",
  "_sip._tcp.$Z SRV 10 5 5060 sip.example.com.",
  "deep.a.b.$Z A 192.0.2.77",
  "svc.$Z HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1",
  "svc.$Z HTTPS 2 mail.$Z port=8443",
  "_dns.$Z SVCB 1 ns1.$Z alpn=dot",
  "odd.$Z TYPE65280 \\# 4 0A000001",
  "odd.$Z TYPE65281 \\# 0",
  "odd.$Z A 192.0.2.80",
  'host.$Z HINFO "PC" "Linux"',
  "host.$Z PTR mail.$Z",
  'host.$Z TXT "one" "two" ""',
  "host.$Z MX 0 .",
  'host.$Z CAA 128 iodef "mailto:ca@example.com"',
  "UPPER.MiXed.$Z A 192.0.2.82",
  'UPPER.MiXed.$Z TXT "Case Stays"',
  "UPPER.MiXed.$Z MX 10 MAIL.$Z",
];

const aliases: readonly string[] = [
  "www.$Z CNAME $Z",
  "ext.$Z CNAME www.example.com.",
  "up.$Z CNAME dnsvouch.test.",
  "chain1.$Z CNAME chain2.$Z",
  "chain2.$Z CNAME chain3.$Z",
  "chain3.$Z CNAME mail.$Z",
  "gone.$Z CNAME nothing.here.$Z",
  "below-alias.$Z CNAME x.www.$Z",
  "to-host.$Z CNAME host.$Z",
  "to-ent.$Z CNAME a.b.$Z",
  "to-wild.$Z CNAME anything.wild.$Z",
  "to-wild-alias.$Z CNAME anything.walias.$Z",
  "to-cut.$Z CNAME host.in.deleg.$Z",
  "at-cut.$Z CNAME out.deleg.$Z",
  "loop1.$Z CNAME loop2.$Z",
  "loop2.$Z CNAME loop1.$Z",
  "self.$Z CNAME self.$Z",
  // More links than a server should follow for one question.
  ...Array.from({ length: 12 }, (_, i) => `long${i}.$Z CNAME long${i + 1}.$Z`),
  "long12.$Z A 192.0.2.83",
];

/** RFC 4592: section 2.2.1 has most of these. */
const wildcards: readonly string[] = [
  "*.wild.$Z A 192.0.2.90",
  '*.wild.$Z TXT "synthesized"',
  "*.wild.$Z MX 10 host1.wild.$Z",
  'sub.*.wild.$Z TXT "no wildcard"',
  "host1.wild.$Z A 192.0.2.91",
  "_ssh._tcp.host2.wild.$Z SRV 0 0 22 host1.wild.$Z",
  "*.walias.$Z CNAME mail.$Z",
  "*.wgone.$Z CNAME nothing.here.$Z",
  "*.wloop.$Z CNAME again.wloop.$Z",
  "*.wext.$Z CNAME www.example.com.",
  "*.wcut.$Z CNAME x.in.deleg.$Z",
  // The wildcard exists but has no records: what it stands for is NODATA.
  "inner.*.went.$Z A 192.0.2.92",
  "a.*.middle.$Z A 192.0.2.93",
];

const delegations: readonly string[] = [
  "in.deleg.$Z NS ns.in.deleg.$Z",
  "ns.in.deleg.$Z A 192.0.2.100",
  "ns.in.deleg.$Z AAAA 2001:db8::100",
  'host.in.deleg.$Z TXT "occluded"',
  "alias.in.deleg.$Z CNAME mail.$Z",
  "sibling.deleg.$Z NS ns.in.deleg.$Z",
  "own.deleg.$Z NS ns1.$Z",
  "out.deleg.$Z NS ns.example.net.",
  "mixed.deleg.$Z 600 NS ns1.$Z",
  "mixed.deleg.$Z 600 NS ns.example.net.",
  "mixed.deleg.$Z 600 NS ns.mixed.deleg.$Z",
  "ns.mixed.deleg.$Z A 192.0.2.101",
  "secure.deleg.$Z NS ns.example.net.",
  `secure.deleg.$Z TYPE43 \\# 36 04D20D02${"AB".repeat(32)}`,
  "lame.deleg.$Z NS mail.$Z",
  "nested.in.deleg.$Z NS ns.example.net.",
];

const odd63 = "o".repeat(63);
const oddNames: readonly string[] = [
  "\\000\\255.$Z",
  "dot\\.dot.$Z",
  "space\\032space.$Z",
  "quote\\034.$Z",
  "semi\\059colon.$Z",
  "back\\092slash.$Z",
  "at\\064.$Z",
  "\\195\\156ber.$Z",
  "__proto__.$Z",
  "constructor.$Z",
  "star\\042.$Z",
  `${odd63}.$Z`,
  // 255 octets, with the fewest labels and with the most.
  `${odd63}.${odd63}.${odd63}.${"o".repeat(42)}.$Z`,
  `${"o.".repeat(116)}oo.$Z`,
];

/** A TXT RRset whose response has this many octets if there is no OPT. */
function textOfSize(owner: string, responseOctets: number): string[] {
  const qnameOctets = nameOctets(owner.replaceAll("$Z", apex)).length;
  const perRecord = 12;
  let left = responseOctets - 12 - qnameOctets - 4;
  const lines: string[] = [];
  while (left > 0) {
    const most = 4000 + perRecord;
    // What is left behind must be enough for one more record with one character-string.
    const take = left <= most ? left : Math.min(most, left - perRecord - 1);
    lines.push(`${owner} TXT ${characterStrings(take - perRecord, lines.length)}`);
    left -= take;
  }
  return lines;
}

/** Character-strings of this many octets in all; `mark` makes each record another one. */
function characterStrings(octets: number, mark: number): string {
  const texts: string[] = [];
  for (let left = octets; left > 0; left -= 256) {
    const length = Math.min(left, 256) - 1;
    texts.push(`"${`${mark}`.padEnd(length, "x").slice(0, length)}"`);
  }
  return texts.join(" ");
}

const optOctets = 11;
const large: readonly string[] = [
  ...Array.from({ length: 7 }, (_, i) => `big.$Z TXT "${"x".repeat(180)}${i}"`),
  ...Array.from({ length: 40 }, (_, i) => `many.$Z A 192.0.2.${i}`),
  ...Array.from({ length: 40 }, (_, i) => `many.$Z AAAA 2001:db8::${i + 1}`),
  ...[-1, 0, 1].flatMap((more) => [
    ...textOfSize(`plain${more + 1}.$Z`, plainOctets + more),
    ...textOfSize(`opt${more + 1}.$Z`, plainOctets - optOctets + more),
    ...textOfSize(`edns${more + 1}.$Z`, ednsOctets - optOctets + more),
  ]),
  ...textOfSize("huge.$Z", longestRRsetOctets - optOctets),
];

/** What does not depend on the delegates. */
export const staticRecords: readonly string[] = [
  ...records,
  ...aliases,
  ...wildcards,
  ...delegations,
  ...oddNames.flatMap((name) => [`${name} A 192.0.2.110`, `${name} TXT "odd"`]),
  ...large,
].map((line) => line.replaceAll("$Z", apex));
