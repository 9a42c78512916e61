import { expect, test } from "vitest";
import {
  addressOfFamily,
  formatListenAddress,
  parseDnsProtocol,
  parseListenAddress,
} from "../../src/config/listen-address.ts";

test.for<{ text: string; address: string; port: number }>([
  { text: "127.0.0.1:53", address: "127.0.0.1", port: 53 },
  { text: "0.0.0.0:5300", address: "0.0.0.0", port: 5300 },
  { text: "127.0.0.1:0", address: "127.0.0.1", port: 0 },
  { text: "127.0.0.1", address: "127.0.0.1", port: 53 },
  { text: ":53", address: "", port: 53 },
  { text: "[::1]:53", address: "::1", port: 53 },
  { text: "[::]:65535", address: "::", port: 65_535 },
  { text: "[2001:DB8::1]", address: "2001:db8::1", port: 53 },
  { text: "localhost:53", address: "127.0.0.1", port: 53 },
])("$text", ({ text, address, port }) => {
  expect(parseListenAddress(text, 53)).toEqual({ address, port });
});

test.for<{ text: string }>([
  { text: "" },
  { text: "::1" },
  { text: "::1:53" },
  { text: "1:2:3" },
  { text: "127.0.0.1:" },
  { text: "127.0.0.1:65536" },
  { text: "127.0.0.1:x" },
  { text: "127.0.0.256:53" },
  { text: "[127.0.0.1]:53" },
  { text: "[::1]53" },
  { text: "[]:53" },
  { text: "ns.example.org:53" },
  { text: " :53" },
  { text: "*:53" },
])("'$text' is no address", ({ text }) => {
  expect(parseListenAddress(text, 53)).toBeUndefined();
});

test.for<{ text: string; udp: boolean; tcp: boolean; family: string }>([
  { text: "both", udp: true, tcp: true, family: "any" },
  { text: "both4", udp: true, tcp: true, family: "ipv4" },
  { text: "both6", udp: true, tcp: true, family: "ipv6" },
  { text: "udp", udp: true, tcp: false, family: "any" },
  { text: "udp4", udp: true, tcp: false, family: "ipv4" },
  { text: "udp6", udp: true, tcp: false, family: "ipv6" },
  { text: "tcp", udp: false, tcp: true, family: "any" },
  { text: "tcp4", udp: false, tcp: true, family: "ipv4" },
  { text: "tcp6", udp: false, tcp: true, family: "ipv6" },
])("protocol $text", ({ text, ...protocol }) => {
  expect(parseDnsProtocol(text)).toEqual(protocol);
});

test.for([{ text: "" }, { text: "both5" }, { text: "BOTH" }, { text: "udp44" }])(
  "'$text' is no protocol",
  ({ text }) => {
    expect(parseDnsProtocol(text)).toBeUndefined();
  },
);

test.for<{ address: string; family: "any" | "ipv4" | "ipv6"; bound: string | undefined }>([
  { address: "", family: "any", bound: "" },
  { address: "", family: "ipv4", bound: "0.0.0.0" },
  { address: "", family: "ipv6", bound: "::" },
  { address: "::1", family: "any", bound: "::1" },
  { address: "::1", family: "ipv6", bound: "::1" },
  { address: "::1", family: "ipv4", bound: undefined },
  { address: "127.0.0.1", family: "ipv6", bound: undefined },
])("'$address' for $family is $bound", ({ address, family, bound }) => {
  expect(addressOfFamily({ address, port: 1 }, family)?.address).toBe(bound);
});

test.for([{ text: "127.0.0.1:53" }, { text: ":53" }, { text: "[::1]:53" }])(
  "$text is written as it was read",
  ({ text }) => {
    const address = parseListenAddress(text, 1);
    expect(address && formatListenAddress(address)).toBe(text);
  },
);
