import { type PublishedZone, type ZoneText, zoneUnderTest } from "./zone-under-test.ts";

export const APEX = "auth.example.";
export const DIGEST_A = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo";
export const DIGEST_B = "gfj9Xq2RgXyl6lP7Yr4Z7nZJzrV0iJYc5mB1wq_kQ0A";
/** One of the seven texts at big.auth.example: together they fit no UDP message. */
export const BIG_TEXTS: readonly string[] = [0, 1, 2, 3, 4, 5, 6].map(
  (number) => `${"x".repeat(180)}${number}`,
);

/** The SOA record of negative responses. */
export const SOA =
  "auth.example. 5 IN SOA ns1.auth.example. hostmaster.auth.example. 2026010100 3600 600 604800 5";

export const EXERCISE_RECORDS: readonly string[] = [
  "auth.example. A 192.0.2.10",
  "auth.example. AAAA 2001:db8::10",
  "auth.example. NS ns1.auth.example.",
  "auth.example. NS ns2.auth.example.",
  "auth.example. MX 10 mail.auth.example.",
  'auth.example. CAA 0 issue "letsencrypt.org"',
  "ns1.auth.example. A 127.0.0.1",
  "ns2.auth.example. A 127.0.0.2",
  "mail.auth.example. A 192.0.2.25",
  "www.auth.example. CNAME auth.example.",
  "alias.auth.example. CNAME once.auth.example.",
  "gone.auth.example. CNAME nothing.auth.example.",
  "ext.auth.example. CNAME www.example.com.",
  "_sip._tcp.auth.example. SRV 0 5 5060 mail.auth.example.",
  "svc.auth.example. HTTPS 1 . alpn=h2,h3",
  "deep.a.b.auth.example. A 192.0.2.77",
  "odd.auth.example. TYPE65280 \\# 4 0A000001",
  ...BIG_TEXTS.map((text) => `big.auth.example. TXT "${text}"`),
];

/** A zone with something of everything but wildcards and delegations; delegates with 0, 1 and 2 values. */
export const EXERCISE_ZONE: ZoneText = {
  apex: APEX,
  records: EXERCISE_RECORDS,
  delegates: { fresh: [], once: [DIGEST_A], twice: [DIGEST_A, DIGEST_B] },
};

export function exerciseZone(): PublishedZone {
  return zoneUnderTest(EXERCISE_ZONE);
}
