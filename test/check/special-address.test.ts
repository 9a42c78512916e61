import { expect, test } from "vitest";
import { specialRange } from "../../src/check/special-address.ts";

test.for([
  { address: "10.1.2.3", range: "private" },
  { address: "172.16.0.1", range: "private" },
  { address: "192.168.1.1", range: "private" },
  { address: "100.64.0.1", range: "carrier-grade NAT" },
  { address: "127.0.0.1", range: "loopback" },
  { address: "169.254.169.254", range: "link-local" },
  { address: "0.0.0.0", range: "unspecified" },
  { address: "224.0.0.1", range: "multicast" },
  { address: "255.255.255.255", range: "broadcast" },
  { address: "192.0.2.1", range: "reserved" },
  { address: "198.51.100.1", range: "reserved" },
  { address: "203.0.113.1", range: "reserved" },
  { address: "198.18.0.1", range: "reserved" },
  { address: "240.0.0.1", range: "reserved" },
  { address: "::1", range: "loopback" },
  { address: "::", range: "unspecified" },
  { address: "fe80::1", range: "link-local" },
  { address: "fd00::1", range: "private" },
  { address: "fec0::1", range: "site-local" },
  { address: "ff02::1", range: "multicast" },
  { address: "2001:db8::1", range: "reserved" },
  { address: "3fff::1", range: "reserved" },
  { address: "2002:7f00:1::", range: "6to4" },
  { address: "64:ff9b::7f00:1", range: "NAT64" },
  { address: "64:ff9b:1::1", range: "NAT64" },
  { address: "::ffff:127.0.0.1", range: "loopback" },
  { address: "::127.0.0.1", range: "loopback" },
  { address: "4000::1", range: "reserved" },
  { address: "nonsense", range: "not an address" },
])("$address: $range", ({ address, range }) => {
  expect(specialRange(address)).toBe(range);
});

test.for(["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8"])("%s is one that all reach", (address) => {
  expect(specialRange(address)).toBeUndefined();
});
