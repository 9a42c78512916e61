import { expect, test } from "vitest";
import { checkInput } from "../../src/check/input.ts";

test.for([
  { typed: "www.example.com", domain: "www.example.com" },
  { typed: " WWW.Example.COM. ", domain: "www.example.com" },
  { typed: "example.co.uk", domain: "example.co.uk" },
  { typed: "me.github.io", domain: "me.github.io" },
  { typed: "host.internal.test", domain: "host.internal.test" },
  { typed: "straße.de", domain: "xn--strae-oqa.de" },
  { typed: "xn--strae-oqa.de", domain: "xn--strae-oqa.de" },
  { typed: "ＷＷＷ。example。com", domain: "www.example.com" },
  { typed: "a--b.example.com", domain: "a--b.example.com" },
  { typed: `${"a".repeat(63)}.example.com`, domain: `${"a".repeat(63)}.example.com` },
])("$typed is $domain", ({ typed, domain }) => {
  const input = checkInput(typed);
  expect(input).toMatchObject({ domain, isWildcard: false });
  expect(input.step).toMatchObject({ status: "PASS", code: "ok" });
});

test("*.x means x, for a wildcard name", () => {
  expect(checkInput("*.Straße.de")).toMatchObject({ domain: "xn--strae-oqa.de", isWildcard: true });
});

test.for([
  { typed: "", says: "the name is empty" },
  { typed: ".", says: "empty label" },
  { typed: "a..example.com", says: "empty label" },
  { typed: ".example.com", says: "empty label" },
  { typed: `${"a".repeat(64)}.example.com`, says: "more than 63" },
  { typed: `${"a.".repeat(125)}com`, says: "no name has more than 253" },
  { typed: "a b.example.com", says: "no label of a host name" },
  { typed: "a_b.example.com", says: "no label of a host name" },
  { typed: "-a.example.com", says: "no label of a host name" },
  { typed: "a-.example.com", says: "no label of a host name" },
  { typed: "*.*.example.com", says: "no label of a host name" },
  { typed: "www.*.example.com", says: "no label of a host name" },
  { typed: "*", says: "no label of a host name" },
  { typed: "a@example.com", says: "no label of a host name" },
  { typed: "192.0.2.1", says: "an IP address" },
  { typed: "2001:db8::1", says: "an IP address" },
  { typed: "[2001:db8::1]", says: "an IP address" },
  { typed: "1.2.3", says: "digits alone" },
  { typed: "https://www.example.com/a?b", says: "check the host in it: www.example.com" },
  { typed: "www.example.com/a", says: "check the host in it: www.example.com" },
  { typed: "www.example.com:443", says: "check the host in it: www.example.com" },
  { typed: "ftp://user@files.example.com", says: "check the host in it: files.example.com" },
  { typed: "_acme-challenge.www.example.com", says: "check the name itself: www.example.com" },
  { typed: "*.\u001b[31m", says: "no label of a host name" },
])("$typed is no host name: $says", ({ typed, says }) => {
  const { step } = checkInput(typed);
  expect(step).toMatchObject({ status: "FAIL", code: "input-invalid" });
  expect(step.fix).toContain(says);
  expect(step.dig).toMatch(/^dig /);
});

test.for(["com", "test", "co.uk", "*.co.uk", "xn--p1ai"])("%s is a public suffix", (typed) => {
  const { step } = checkInput(typed);
  expect(step).toMatchObject({ status: "FAIL", code: "input-public-suffix" });
});

test("the command that shows the same cannot do anything else", () => {
  expect(checkInput("x';rm -rf ~;'.test").step.dig).toBe("dig SOA 'x'\\'';rm -rf ~;'\\''.test'");
});
