import { expect, test } from "vitest";
import { parseDomainName, parseMailboxName } from "../../src/config/domain-name.ts";

const label63 = "a".repeat(63);
const name253 = `${label63}.${label63}.${label63}.${"a".repeat(61)}`;

test.for<{ text: string; name: string | undefined }>([
  { text: "auth.example.org", name: "auth.example.org" },
  { text: "Auth.Example.ORG.", name: "auth.example.org" },
  { text: "localhost", name: "localhost" },
  { text: "_acme.xn--bcher-kva.example", name: "_acme.xn--bcher-kva.example" },
  { text: label63, name: label63 },
  { text: `${name253}.`, name: name253 },
  { text: `a${name253}`, name: undefined },
  { text: `${label63}a.example`, name: undefined },
  { text: "", name: undefined },
  { text: ".", name: undefined },
  { text: "a..b", name: undefined },
  { text: "a.b..", name: undefined },
  { text: "bücher.example", name: undefined },
  { text: "a b.example", name: undefined },
  { text: "*.example", name: undefined },
  { text: "a\\.b.example", name: undefined },
])("name '$text'", ({ text, name }) => {
  expect(parseDomainName(text)).toBe(name);
});

test.for<{ text: string; name: string | undefined }>([
  { text: "admin.example.org", name: "admin.example.org" },
  { text: "Admin.Example.org.", name: "admin.example.org" },
  { text: "admin@example.org", name: "admin.example.org" },
  { text: "admin@example.org.", name: "admin.example.org" },
  { text: "first.last@example.org", name: "first\\.last.example.org" },
  { text: "first\\.last.example.org", name: "first\\.last.example.org" },
  { text: "dns+acme@example.org", name: "dns+acme.example.org" },
  { text: "admin", name: "admin" },
  { text: "admin.", name: "admin" },
  { text: "", name: undefined },
  { text: "@example.org", name: undefined },
  { text: "admin@", name: undefined },
  { text: "a@b@example.org", name: undefined },
  { text: "a b@example.org", name: undefined },
  { text: `${label63}a@example.org`, name: undefined },
])("mailbox '$text'", ({ text, name }) => {
  expect(parseMailboxName(text)).toBe(name);
});
