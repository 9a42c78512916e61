import { describe, expect, test } from "vitest";
import {
  type AllowFrom,
  ANYWHERE,
  parseAllowFrom,
  permits,
  restoreAllowFrom,
  storeAllowFrom,
} from "../../src/delegate/allow-from.ts";
import { parsePeer } from "../../src/delegate/network.ts";

function permitsPeer(allowFrom: AllowFrom, peer: string | undefined): boolean {
  return permits(allowFrom, parsePeer(peer ?? ""));
}

test.for([
  { name: "an IPv4 network", entries: ["10.0.0.0/8"], inside: "10.255.0.1", outside: "11.0.0.1" },
  {
    name: "one IPv4 address",
    entries: ["192.0.2.7/32"],
    inside: "192.0.2.7",
    outside: "192.0.2.6",
  },
  {
    name: "bits behind the prefix",
    entries: ["10.1.2.3/8"],
    inside: "10.9.9.9",
    outside: "9.1.2.3",
  },
  {
    name: "a prefix inside an octet",
    entries: ["10.0.16.0/20"],
    inside: "10.0.31.255",
    outside: "10.0.32.0",
  },
  {
    name: "all of IPv4, not of IPv6",
    entries: ["0.0.0.0/0"],
    inside: "198.51.100.1",
    outside: "::1",
  },
  {
    name: "all of IPv6, not of IPv4",
    entries: ["::/0"],
    inside: "2001:db8::1",
    outside: "198.51.100.1",
  },
  {
    name: "all of IPv6, not of mapped IPv4",
    entries: ["::/0"],
    inside: "fe80::1",
    outside: "::ffff:198.51.100.1",
  },
  {
    name: "an IPv6 network",
    entries: ["2001:db8::/32"],
    inside: "2001:db8:ffff::1",
    outside: "2001:db9::1",
  },
  {
    name: "one IPv6 address",
    entries: ["2001:db8::1/128"],
    inside: "2001:DB8:0:0:0:0:0:1",
    outside: "2001:db8::2",
  },
  {
    name: "IPv6 in brackets",
    entries: ["[2001:db8::]/32"],
    inside: "2001:db8::1",
    outside: "2001:db9::1",
  },
  {
    name: "a mapped network is IPv4",
    entries: ["::ffff:10.0.0.0/104"],
    inside: "10.2.3.4",
    outside: "11.0.0.0",
  },
  {
    name: "all mapped addresses are all of IPv4",
    entries: ["::ffff:0:0/96"],
    inside: "203.0.113.9",
    outside: "::1",
  },
  {
    name: "H32: a peer that a dual-stack socket reports",
    entries: ["10.0.0.0/8"],
    inside: "::ffff:10.1.2.3",
    outside: "::ffff:11.1.2.3",
  },
  {
    name: "a mapped peer in hexadecimal",
    entries: ["10.0.0.0/8"],
    inside: "::ffff:a01:203",
    outside: "::ffff:b01:203",
  },
  {
    name: "a link-local peer with its zone id",
    entries: ["fe80::/10"],
    inside: "fe80::1%eth0",
    outside: "2001:db8::1%eth0",
  },
  {
    name: "any of several",
    entries: ["10.0.0.0/8", "2001:db8::/32"],
    inside: "2001:db8::1",
    outside: "192.0.2.1",
  },
  {
    name: "an IPv4-compatible peer is not IPv4",
    entries: ["10.0.0.0/8"],
    inside: "10.1.2.3",
    outside: "::10.1.2.3",
  },
])("permits $name", ({ entries, inside, outside }) => {
  const allowFrom = parseAllowFrom(entries);
  if (allowFrom === undefined) throw new Error("refused");
  expect(permitsPeer(allowFrom, inside)).toBe(true);
  expect(permitsPeer(allowFrom, outside)).toBe(false);
});

test.for([
  { entry: "", reason: "nothing" },
  { entry: "10.0.0.1", reason: "a bare IPv4 address" },
  { entry: "2001:db8::1", reason: "a bare IPv6 address" },
  { entry: "/8", reason: "no address" },
  { entry: "10.0.0.0/", reason: "no prefix length" },
  { entry: "10.0.0.0/33", reason: "a prefix longer than the address" },
  { entry: "2001:db8::/129", reason: "a prefix longer than the address" },
  { entry: "10.0.0.0/-1", reason: "a negative prefix length" },
  { entry: "10.0.0.0/+8", reason: "a sign" },
  { entry: "10.0.0.0/08", reason: "a leading zero in the prefix length" },
  { entry: "10.0.0.0/8/8", reason: "two prefix lengths" },
  { entry: "10.0.0.0/255.0.0.0", reason: "a netmask" },
  { entry: "010.0.0.0/8", reason: "a leading zero, which some read as octal" },
  { entry: "10.0.00.0/8", reason: "a leading zero" },
  { entry: "::ffff:010.0.0.0/104", reason: "a leading zero in the IPv4 part" },
  { entry: "0x0a.0.0.0/8", reason: "hexadecimal" },
  { entry: "10/8", reason: "a shortened address" },
  { entry: "167772160/8", reason: "an address as one number" },
  { entry: "256.0.0.0/8", reason: "an octet over 255" },
  { entry: "10.0.0.0.0/8", reason: "five octets" },
  { entry: " 10.0.0.0/8", reason: "a space, as lego sends it for a list with spaces" },
  { entry: "10.0.0.0/8 ", reason: "a space at the end" },
  { entry: "10.0.0.0/8\n", reason: "a line end" },
  { entry: "10.0.0.0/8\0", reason: "NUL" },
  { entry: "fe80::1%eth0/64", reason: "a zone id" },
  { entry: "fe80::%1/64", reason: "a numeric zone id" },
  { entry: "2001:db8:::/32", reason: "three colons" },
  { entry: "1::2::3/64", reason: "two gaps" },
  { entry: "1:2:3:4:5:6:7:8:9/64", reason: "nine groups" },
  { entry: "12345::/16", reason: "a group of five digits" },
  { entry: "::10.0.0.0/104", reason: "an IPv4-compatible address (RFC 4291 section 2.5.5.1)" },
  { entry: "::ffff:0:0/95", reason: "more than the mapped addresses" },
  { entry: "localhost/8", reason: "a name" },
  { entry: "*", reason: "a wildcard" },
  { entry: "١٠.0.0.0/8", reason: "digits of another script" },
])("refuses $entry: $reason", ({ entry }) => {
  expect(parseAllowFrom([entry])).toBeUndefined();
  expect(parseAllowFrom(["10.0.0.0/8", entry])).toBeUndefined();
});

test("32 entries are taken, 33 are not", () => {
  const entries = Array.from({ length: 33 }, (_, i) => `10.${i}.0.0/16`);
  expect(parseAllowFrom(entries.slice(1))?.networks).toHaveLength(32);
  expect(parseAllowFrom(entries)).toBeUndefined();
});

describe("an empty list", () => {
  test("is no restriction", () => {
    expect(parseAllowFrom([])).toEqual(ANYWHERE);
  });

  test.for([{ peer: "192.0.2.1" }, { peer: "::1" }, { peer: "no address" }, { peer: undefined }])(
    "permits $peer",
    ({ peer }) => {
      expect(permitsPeer(ANYWHERE, peer)).toBe(true);
    },
  );
});

test.for([
  { peer: undefined },
  { peer: "" },
  { peer: "10.0.0.1:4711" },
  { peer: "010.0.0.1" },
  { peer: "10.1" },
  { peer: "unix" },
])("a restricted delegate is closed to a peer that cannot be read: $peer", ({ peer }) => {
  const allowFrom = parseAllowFrom(["0.0.0.0/0", "::/0"]);
  expect(allowFrom && permitsPeer(allowFrom, peer)).toBe(false);
});

test("H12: entries come back as they were given, without brackets", () => {
  const entries = ["[2001:DB8::]/32", "10.1.2.3/8", "::ffff:10.0.0.0/104"];
  expect(parseAllowFrom(entries)?.entries).toEqual([
    "2001:DB8::/32",
    "10.1.2.3/8",
    "::ffff:10.0.0.0/104",
  ]);
});

describe("in the store", () => {
  test.for([
    { entries: [] },
    { entries: ["10.0.0.0/8"] },
    { entries: ["[::1]/128", "10.0.0.0/8"] },
  ])("$entries comes back as it was", ({ entries }) => {
    const allowFrom = parseAllowFrom(entries);
    if (allowFrom === undefined) throw new Error("refused");
    expect(restoreAllowFrom(storeAllowFrom(allowFrom))).toEqual(allowFrom);
  });

  test.for([
    { stored: "" },
    { stored: "null" },
    { stored: "{}" },
    { stored: '"10.0.0.0/8"' },
    { stored: "[1]" },
    { stored: "[null]" },
    { stored: '["10.0.0.0"]' },
    { stored: '["10.0.0.0/8","nonsense"]' },
    { stored: "[" },
  ])("$stored permits nobody, then and after being stored again", ({ stored }) => {
    const restored = restoreAllowFrom(stored);
    for (const allowFrom of [restored, restoreAllowFrom(storeAllowFrom(restored))]) {
      expect(permitsPeer(allowFrom, "10.0.0.1")).toBe(false);
      expect(permitsPeer(allowFrom, "::1")).toBe(false);
    }
  });
});
