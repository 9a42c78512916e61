import { expect, test } from "vitest";
import {
  type CookieForm,
  clearingCookie,
  sentCookie,
  settingCookie,
} from "../../../src/portal/sign-in/cookie.ts";

const FORM: CookieForm = { name: "__Host-dnsvouch", attributes: "Path=/; Secure" };
const TOKEN = "t".repeat(43);

test.for([
  { name: "alone", header: `__Host-dnsvouch=${TOKEN}` },
  { name: "among others", header: `a=b; __Host-dnsvouch=${TOKEN};c=d` },
  { name: "beside names that contain it", header: `x__Host-dnsvouch=y; __Host-dnsvouch=${TOKEN}` },
  { name: "beside a name in other letters", header: `__host-dnsvouch=x; __Host-dnsvouch=${TOKEN}` },
])("the cookie is read: $name", ({ header }) => {
  expect(sentCookie(header, FORM)).toBe(TOKEN);
});

test.for([
  { name: "none", header: undefined },
  { name: "an empty header", header: "" },
  { name: "an empty value", header: "__Host-dnsvouch=" },
  { name: "no value", header: "__Host-dnsvouch" },
  { name: "two, the right one first", header: `__Host-dnsvouch=${TOKEN}; __Host-dnsvouch=x` },
  { name: "two, the right one last", header: `__Host-dnsvouch=x; __Host-dnsvouch=${TOKEN}` },
  { name: "the same twice", header: `__Host-dnsvouch=${TOKEN}; __Host-dnsvouch=${TOKEN}` },
  { name: "that of plain http", header: `dnsvouch=${TOKEN}` },
  { name: "in quotes", header: `__Host-dnsvouch="${TOKEN}"` },
  { name: "with an escape", header: `__Host-dnsvouch=%74${TOKEN.slice(1)}` },
  { name: "too short", header: `__Host-dnsvouch=${TOKEN.slice(1)}` },
  { name: "garbage", header: `__Host-dnsvouch=${"\u00ff\u0001".repeat(5000)}` },
])("there is none: $name", ({ header }) => {
  expect(sentCookie(header, FORM)).toBeUndefined();
});

test("it is set for all pages, and cleared in the same form", () => {
  expect(settingCookie(FORM, TOKEN)).toBe(`__Host-dnsvouch=${TOKEN}; Path=/; Secure`);
  expect(clearingCookie(FORM)).toBe("__Host-dnsvouch=; Path=/; Secure; Max-Age=0");
});
