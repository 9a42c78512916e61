import { expect, test } from "vitest";
import { interfaceAddresses } from "../../src/server/interface-addresses.ts";

test.for<{ name: string; interfaces: Record<string, readonly string[]>; addresses: string[] }>([
  {
    name: "all interfaces, in their order",
    interfaces: { lo: ["127.0.0.1", "::1"], eth0: ["192.0.2.1", "2001:db8::1"] },
    addresses: ["127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"],
  },
  {
    name: "link-local addresses of IPv6, fe80::/10, are not used (RFC 4472 section 2.1)",
    interfaces: { eth0: ["fe80::1", "fe80::1%eth0", "febf:ffff::1", "fec0::1", "fe7f::1"] },
    addresses: ["fec0::1", "fe7f::1"],
  },
  {
    name: "link-local addresses of IPv4 and private ones are like any other",
    interfaces: { eth0: ["169.254.1.1", "10.0.0.1", "fd00::1"] },
    addresses: ["169.254.1.1", "10.0.0.1", "fd00::1"],
  },
  {
    name: "an address of two interfaces is one",
    interfaces: { eth0: ["192.0.2.1"], eth1: ["192.0.2.1"] },
    addresses: ["192.0.2.1"],
  },
  {
    name: "254 and 128 begin no link-local IPv4 address",
    interfaces: { a: ["254.128.0.1"] },
    addresses: ["254.128.0.1"],
  },
  { name: "no interface", interfaces: {}, addresses: [] },
])("$name", ({ interfaces, addresses }) => {
  const given = Object.entries(interfaces).map(([name, texts]) => [
    name,
    texts.map((address) => ({ address })),
  ]);
  expect(interfaceAddresses(Object.fromEntries(given))).toEqual(addresses);
});

test("this host has its loopback address", () => {
  expect(interfaceAddresses()).toContain("127.0.0.1");
});
