import { expect, test } from "vitest";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone, SOA } from "../support/exercise-zone.ts";
import { ednsOption, query } from "../support/query.ts";
import type { StrictMessage } from "../support/strict-message.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const COOKIE = 10;
const CLIENT = "2464c4abcf10c957";
const OTHER_CLIENT = "fc93fc62807ddb86";
const SECRET = Buffer.from("e5e973e5a6b2a43f48e7dc849e37bfcf", "hex");
const port = await serveDns({ ...authorityOver(exerciseZone()), cookieSecrets: [SECRET] });

function withCookie(data: string) {
  return { edns: { options: ednsOption(COOKIE, data) } };
}

function cookieOf(message: StrictMessage): string {
  return message.edns?.options.get(COOKIE) ?? "none";
}

/** A client cookie and a server cookie that this server has made. */
async function learnCookie(client: string = CLIENT): Promise<string> {
  return cookieOf(await exchange(port, "udp", "auth.example. SOA", withCookie(client)));
}

const QUESTIONS = [
  { question: "once.auth.example. TXT", rcode: "NOERROR" },
  { question: "nothing.auth.example. A", rcode: "NXDOMAIN" },
  { question: "other.example. A", rcode: "REFUSED" },
  { question: "auth.example. AXFR", rcode: "REFUSED" },
];

test.for(overBoth(QUESTIONS))(
  "section 5.2.3: a client cookie gets a server cookie, with $rcode $question ($transport)",
  async ({ question, rcode, transport }) => {
    const message = await exchange(port, transport, question, withCookie(CLIENT));
    expect(message.rcode).toBe(rcode);
    expect(cookieOf(message)).toMatch(new RegExp(`^${CLIENT}01000000[0-9a-f]{24}$`));
  },
);

test.for(overBoth(QUESTIONS))(
  "section 5.2.5: a valid server cookie comes back, with $rcode $question ($transport)",
  async ({ question, rcode, transport }) => {
    const cookie = await learnCookie();
    const message = await exchange(port, transport, question, withCookie(cookie));
    expect(message.rcode).toBe(rcode);
    expect(cookieOf(message)).toBe(cookie);
  },
);

test.for(
  overBoth([
    { what: "of another client", server: "of-other" },
    { what: "with another hash", server: "010000005cf79f110000000000000000" },
    { what: "of another version", server: "020000005cf79f111f8130c3eee29480" },
    { what: "of 8 octets", server: "0100000000000000" },
    { what: "of 32 octets", server: "01".repeat(32) },
  ]),
)(
  "section 5.2.4: a server cookie $what is answered, with a fresh one ($transport)",
  async ({ server, transport }) => {
    const ofOther = (await learnCookie(OTHER_CLIENT)).slice(OTHER_CLIENT.length);
    const sent = CLIENT + (server === "of-other" ? ofOther : server);
    const message = await exchange(port, transport, "auth.example. SOA", withCookie(sent));
    expect(message).toMatchObject({ rcode: "NOERROR", answer: [SOA] });
    const fresh = cookieOf(message);
    expect(fresh).not.toBe(sent);
    // It holds: it comes back as it is.
    const next = await exchange(port, transport, "auth.example. SOA", withCookie(fresh));
    expect(cookieOf(next)).toBe(fresh);
  },
);

test.for(overBoth([0, 1, 7, 9, 15, 41, 100].map((octets) => ({ octets }))))(
  "section 5.2.2: FORMERR for a cookie of $octets octets ($transport)",
  async ({ octets, transport }) => {
    const options = withCookie("aa".repeat(octets));
    const message = await exchange(port, transport, "auth.example. SOA", options);
    expect(message).toMatchObject({
      rcode: "FORMERR",
      answer: [],
      authority: [],
      edns: { version: 0, optionCodes: [] },
    });
  },
);

test.for(overBoth([{ first: CLIENT, second: OTHER_CLIENT }]))(
  "section 5.2: of two cookies the first counts ($transport)",
  async ({ first, second, transport }) => {
    const options = Buffer.concat([ednsOption(COOKIE, first), ednsOption(COOKIE, second)]);
    const message = await exchange(port, transport, "auth.example. SOA", { edns: { options } });
    expect(message.rcode).toBe("NOERROR");
    expect(cookieOf(message).slice(0, 16)).toBe(first);
  },
);

test.for(overBoth([{ what: "none" }]))(
  "section 5.2.1: without a cookie there is none in the response ($transport)",
  async ({ transport }) => {
    const message = await exchange(port, transport, "auth.example. SOA", { edns: {} });
    expect(message.edns?.optionCodes).toEqual([]);
  },
);

test.for(overBoth([{ what: "a client cookie alone" }]))(
  "section 5.4: without a question, $what gets a server cookie ($transport)",
  async ({ transport }) => {
    const message = await exchangeOctets(port, transport, query("", withCookie(CLIENT)));
    expect(message).toMatchObject({ rcode: "NOERROR", flags: "qr", answer: [], authority: [] });
    expect(cookieOf(message)).toMatch(new RegExp(`^${CLIENT}01000000[0-9a-f]{24}$`));
  },
);

test.for(
  overBoth([
    { what: "valid", rcode: "NOERROR" },
    { what: "wrong", rcode: "BADCOOKIE" },
  ]),
)(
  "section 5.4: without a question, a $what server cookie is $rcode ($transport)",
  async ({ what, rcode, transport }) => {
    const valid = await learnCookie();
    const sent = what === "valid" ? valid : `${CLIENT}010000005cf79f110000000000000000`;
    const message = await exchangeOctets(port, transport, query("", withCookie(sent)));
    expect(message).toMatchObject({ rcode, flags: "qr", answer: [], authority: [] });
    expect(cookieOf(message).slice(0, 24)).toBe(`${CLIENT}01000000`);
  },
);

test.for(overBoth([{ edns: {} }, { edns: { options: ednsOption(3) } }]))(
  "section 5.4: without a question and without a cookie it is FORMERR ($transport)",
  async ({ edns, transport }) => {
    const message = await exchangeOctets(port, transport, query("", { edns }));
    expect(message).toMatchObject({ rcode: "FORMERR", flags: "qr" });
  },
);
