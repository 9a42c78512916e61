import { expect, test } from "vitest";
import { parseIpv4, parseIpv6 } from "../../src/dns/presentation-scanner.ts";
import { respond } from "../../src/server/respond.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { ednsOption, query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { authorityOver } from "../support/zone-under-test.ts";

const COOKIE = 10;
/** The secrets of appendix A: the first of A.1 to A.3, and the one of A.4 that replaces it. */
const SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const SECRET_AFTER = "445536bcd2513298075a5d379663c962";

interface Asked {
  readonly secrets: readonly string[];
  readonly from: string;
  readonly at: number;
  readonly cookie: string;
}

/** The COOKIE option of the response to a query that came at that second from that address. */
function cookieFor({ secrets, from, at, cookie }: Asked): string {
  const authority = {
    ...authorityOver(exerciseZone()),
    cookieSecrets: secrets.map((secret) => Buffer.from(secret, "hex")),
  };
  const octets = query("auth.example. SOA", { edns: { options: ednsOption(COOKIE, cookie) } });
  const address = parseIpv4(from) ?? parseIpv6(from) ?? new Uint8Array(0);
  const response = respond(authority, octets, { transport: "udp", address }, at * 1000);
  const message = decodeStrictly(response ?? new Uint8Array(0));
  expect(message.rcode).toBe("NOERROR");
  return message.edns?.options.get(COOKIE) ?? "none";
}

test.for([
  {
    name: "A.1: learning a server cookie",
    secrets: [SECRET],
    from: "198.51.100.100",
    at: 1559731985,
    cookie: "2464c4abcf10c957",
    answered: "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
  },
  {
    name: "A.2: a cookie of 40 minutes is valid, and renewed",
    secrets: [SECRET],
    from: "198.51.100.100",
    at: 1559734385,
    cookie: "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
    answered: "2464c4abcf10c957010000005cf7a871d4a564a1442aca77",
  },
  {
    name: "A.3: another client, reserved bits set by another server",
    secrets: [SECRET],
    from: "203.0.113.203",
    at: 1559734700,
    cookie: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
    answered: "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e",
  },
  {
    name: "A.4: an IPv6 client, the secret was replaced",
    secrets: [SECRET_AFTER, "dd3bdf9344b678b185a6f5cb60fca715"],
    from: "2001:db8:220:1:59de:d0f4:8769:82b8",
    at: 1559741961,
    cookie: "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
    answered: "22681ab97d52c298010000005cf7c609a6bb79d16625507a",
  },
])("appendix $name", ({ answered, ...asked }) => {
  expect(cookieFor(asked)).toBe(answered);
});

const MADE_AT = 1559731985;
const MADE = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
const asked = { secrets: [SECRET], from: "198.51.100.100", cookie: MADE };

test.for([
  { name: "at once", at: MADE_AT },
  { name: "after 29 minutes", at: MADE_AT + 29 * 60 },
  { name: "4 minutes before its time, by the clock of another server", at: MADE_AT - 4 * 60 },
])("section 4.3: a cookie comes back as it is $name", ({ at }) => {
  expect(cookieFor({ ...asked, at })).toBe(MADE);
});

test.for([
  { name: "after 31 minutes", at: MADE_AT + 31 * 60, from: asked.from },
  { name: "after 2 hours", at: MADE_AT + 2 * 3600, from: asked.from },
  { name: "6 minutes before its time", at: MADE_AT - 6 * 60, from: asked.from },
  { name: "from another address", at: MADE_AT, from: "198.51.100.101" },
])("section 4.3: there is a fresh cookie $name", ({ at, from }) => {
  const fresh = cookieFor({ ...asked, from, at });
  expect(fresh).not.toBe(MADE);
  expect(cookieFor({ ...asked, from, at, cookie: fresh })).toBe(fresh);
});

test("section 4.3: timestamps are compared as serial numbers, over their end in 2106", () => {
  const before = 2 ** 32 - 10;
  const cookie = cookieFor({ ...asked, at: before, cookie: "2464c4abcf10c957" });
  expect(cookieFor({ ...asked, at: before + 60, cookie })).toBe(cookie);
});

test("section 5: a cookie made with the secret before is renewed with the new one", () => {
  const at = MADE_AT + 60;
  const renewed = cookieFor({ ...asked, secrets: [SECRET_AFTER, SECRET], at });
  expect(renewed).not.toBe(MADE);
  expect(cookieFor({ ...asked, secrets: [SECRET_AFTER], at, cookie: renewed })).toBe(renewed);
});
