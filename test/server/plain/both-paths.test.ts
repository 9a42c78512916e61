import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { plainAnswers } from "../../../src/server/answer-path.ts";
import { NOT_PLAIN } from "../../../src/server/plain/plain-answer.ts";
import type { Requestor } from "../../../src/server/requestor.ts";
import { respond } from "../../../src/server/respond.ts";
import { mutate } from "../../fuzz/mutate.ts";
import { Random } from "../../fuzz/random.ts";
import { DIGEST_A, DIGEST_B, EXERCISE_ZONE } from "../../support/exercise-zone.ts";
import { ednsOption, type QueryOptions, query } from "../../support/query.ts";
import { decodeStrictly } from "../../support/strict-message.ts";
import { authorityOver, NOW_MS, separateZonesUnderTest } from "../../support/zone-under-test.ts";

const UUID = "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa613";
const SECRET = Buffer.from("e5e973e5a6b2a43f48e7dc849e37bfcf", "hex");
const COOKIE = 10;

const zones = separateZonesUnderTest(
  {
    ...EXERCISE_ZONE,
    delegates: {
      ...EXERCISE_ZONE.delegates,
      [UUID]: [DIGEST_A, DIGEST_B],
      readable: [DIGEST_A],
      // What the configuration has as well.
      mail: [DIGEST_A],
      "a-b": [],
      "www.example.com": [DIGEST_A, DIGEST_B],
      "example.com": [DIGEST_B],
      // Made before the configuration had the same name, or one above.
      "a.b": [DIGEST_A],
      "y.ns2": [DIGEST_A],
      // As long as a UUID, and none.
      "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa61g": [DIGEST_B],
    },
  },
  { apex: "child.auth.example.", records: [], delegates: { [UUID]: [DIGEST_B] } },
  {
    apex: "wild.example.",
    records: ["* TXT wild", "sub NS ns.sub", "ns.sub A 192.0.2.1", "a.b A 192.0.2.2"],
    delegates: { [UUID]: [DIGEST_A] },
  },
  {
    apex: "instant.example.",
    records: ["www A 192.0.2.1", "x.y A 192.0.2.1"],
    delegates: { [UUID]: [DIGEST_A] },
    instant: { a: Uint8Array.of(127, 0, 0, 1), aaaa: undefined },
  },
);
const authority = {
  ...authorityOver(...zones),
  cookieSecrets: [SECRET],
  nsid: Buffer.from("ns1"),
};
const plain = plainAnswers({ authority, table: authority.table });

const REQUESTORS: readonly Requestor[] = [
  { transport: "udp", address: Uint8Array.of(192, 0, 2, 1) },
  { transport: "tcp", address: Uint8Array.of(192, 0, 2, 1) },
  { transport: "udp", address: Buffer.from("20010db8000000000000000000000001", "hex") },
];
/** Where the message and its response lie in their buffers. */
const BEFORE = 7;
const output = Buffer.alloc(70_000);
const inPlace = Buffer.alloc(70_000);

/** The response where the plain path gives one, undefined for silence. */
function plainResponse(octets: Uint8Array, requestor: Requestor) {
  const input = Buffer.concat([Buffer.alloc(BEFORE, 0xff), octets, Buffer.alloc(BEFORE, 0xff)]);
  const end = BEFORE + octets.length;
  const length = plain.answer(input, BEFORE, end, requestor, output, BEFORE, NOW_MS);
  if (length === NOT_PLAIN) return "not plain";
  // In the place of the message it is the same.
  input.copy(inPlace);
  expect(plain.answer(inPlace, BEFORE, end, requestor, inPlace, BEFORE, NOW_MS)).toBe(length);
  expect(output.compare(inPlace, BEFORE, BEFORE + length, BEFORE, BEFORE + length)).toBe(0);
  return length === 0 ? undefined : output.subarray(BEFORE, BEFORE + length);
}

/** Gives whether it was plain. */
function checkAlike(octets: Uint8Array, requestor: Requestor): boolean {
  const given = plainResponse(octets, requestor);
  if (given === "not plain") return false;
  const expected = respond(authority, octets, requestor, NOW_MS);
  assert(given !== undefined && expected !== undefined);
  if (Buffer.compare(given, expected) !== 0) {
    expect(decodeStrictly(given)).toEqual(decodeStrictly(expected));
    assert.fail("the same, but written in another way");
  }
  return true;
}

const EDNS: readonly QueryOptions[] = [
  {},
  { flags: 0x0130 },
  { edns: { size: 1232, wantsDnssec: true } },
  { edns: { size: 512 } },
  { edns: { size: 100 } },
  { edns: { options: ednsOption(COOKIE, "2464c4abcf10c957") } },
  {
    edns: {
      options: Buffer.concat([
        ednsOption(3),
        ednsOption(11),
        ednsOption(COOKIE, "2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
        ednsOption(8, "000118000a0000"),
      ]),
    },
  },
];

const NAMES = [
  `${UUID}.auth.example.`,
  `${UUID.toUpperCase()}.AUTH.example.`,
  "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa61g.auth.example.",
  "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa614.auth.example.",
  "9f3c1b527a0e4d618c5b2e94d07fa613.auth.example.",
  `${UUID}.child.auth.example.`,
  `${UUID}.wild.example.`,
  "instant.example.",
  "www.instant.example.",
  "x.www.instant.example.",
  "nothing.instant.example.",
  `${UUID}.instant.example.`,
  `_acme-challenge.${UUID}.instant.example.`,
  `x.${UUID}.instant.example.`,
  `x.${UUID}.auth.example.`,
  "fresh.auth.example.",
  "once.auth.example.",
  "Twice.auth.example.",
  "readable.auth.example.",
  "mail.auth.example.",
  "a-b.auth.example.",
  "nothing.auth.example.",
  "x.nothing.auth.example.",
  "auth.example.",
  "AUTH.example.",
  "child.auth.example.",
  "ns1.auth.example.",
  "x.ns1.auth.example.",
  "www.auth.example.",
  "alias.auth.example.",
  "ext.auth.example.",
  "a.b.auth.example.",
  "b.auth.example.",
  "WWW.example.com.auth.example.",
  "x.www.example.com.auth.example.",
  "example.com.auth.example.",
  "other.com.auth.example.",
  "com.auth.example.",
  "www\\.example.com.auth.example.",
  "y.ns2.auth.example.",
  "big.auth.example.",
  "x.wild.example.",
  "x.b.wild.example.",
  "sub.wild.example.",
  "x.sub.wild.example.",
  "example.",
  "example.org.",
  ".",
  `${"a.".repeat(120)}auth.example.`,
];
const TYPES = ["TXT", "A", "AAAA", "NS", "SOA", "CNAME", "CAA", "DS", "MX", "ANY", "TYPE65534"];

test.for(NAMES)("both paths say the same about %s", (name) => {
  let plainly = 0;
  for (const type of TYPES) {
    for (const options of EDNS) {
      const octets = query(`${name} ${type}`, options);
      for (const requestor of REQUESTORS) if (checkAlike(octets, requestor)) plainly++;
    }
  }
  const mayLeaveAlways =
    /^(mail\.auth|(a\.)?b\.auth|x\.ns1\.auth|y\.ns2\.auth|x\.wild|x\.sub\.wild|x\.b\.wild)\.|^(?!www\.i).*\.instant\./;
  expect(plainly > 0).toBe(!mayLeaveAlways.test(name));
});

test("both paths say the same to a hundred thousand mutated queries", () => {
  const corpus = NAMES.flatMap((name) =>
    TYPES.flatMap((type) => EDNS.map((options) => query(`${name} ${type}`, options))),
  );
  const random = new Random(20_261_125);
  let plainly = 0;
  for (let i = 0; i < 100_000; i++) {
    if (checkAlike(mutate(corpus, random), random.pick(REQUESTORS))) plainly++;
  }
  // Enough of them were plain still.
  expect(plainly).toBeGreaterThan(20_000);
});

test.for([
  { what: "the value of a delegate", question: `${UUID}.auth.example. TXT` },
  { what: "CAA at a delegate", question: `${UUID}.auth.example. CAA` },
  { what: "a label that is no UUID", question: "readable.auth.example. TXT" },
  { what: "a delegate without values", question: "fresh.auth.example. TXT" },
  { what: "a name that does not exist", question: "nothing.auth.example. TXT" },
  { what: "a name of several labels", question: "www.example.com.auth.example. TXT" },
  { what: "a name between", question: "com.auth.example. TXT" },
  { what: "the SOA", question: "auth.example. SOA" },
  { what: "the name servers", question: "auth.example. NS" },
  { what: "an address", question: "ns1.auth.example. A" },
  { what: "an alias of another zone", question: "ext.auth.example. A" },
  { what: "a referral", question: "sub.wild.example. A" },
  { what: "a delegate beside a wildcard", question: `${UUID}.wild.example. TXT` },
  { what: "a name of no zone", question: "example.org. A" },
])("a plain query never leaves the plain path: $what", ({ question }) => {
  for (const options of EDNS) {
    for (const requestor of REQUESTORS) {
      // A response that does not fit is cut by the other path.
      const isLarge = requestor.transport === "udp" && options.edns?.size === 100;
      if (!isLarge)
        expect(plainResponse(query(question, options), requestor)).toBeInstanceOf(Buffer);
    }
  }
});

test("the serial is that of the moment", () => {
  const [{ publisher } = assert.fail()] = zones;
  const soa = (): string | undefined => {
    const response = plainResponse(query("auth.example. SOA"), REQUESTORS[0] ?? assert.fail());
    assert(Buffer.isBuffer(response));
    return decodeStrictly(response).answer[0]?.split(" ")[6];
  };
  const before = Number(soa());
  publisher.publish({ subdomain: "fresh", digests: [], sequence: 0 }, before + 7);
  expect(Number(soa())).toBe(before + 7);
});
