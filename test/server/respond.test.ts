import { expect, test } from "vitest";
import { AnswerPath } from "../../src/server/answer-path.ts";
import type { Transport } from "../../src/server/requestor.ts";
import { respond } from "../../src/server/respond.ts";
import { BIG_TEXTS, DIGEST_A, DIGEST_B, EXERCISE_ZONE, SOA } from "../support/exercise-zone.ts";
import { ednsOption, type QueryOptions, query, questionOctets } from "../support/query.ts";
import { answerOf } from "../support/responder-of.ts";
import { decodeStrictly, type StrictMessage } from "../support/strict-message.ts";
import {
  authorityOver,
  NOW_MS,
  requestorBy,
  separateZonesUnderTest,
  zoneUnderTest,
} from "../support/zone-under-test.ts";

const child = {
  apex: "child.auth.example.",
  records: [],
  delegates: { once: [DIGEST_B] },
};
const authority = authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, child));

function answerTo(
  question: string,
  options: QueryOptions = {},
  transport: Transport = "udp",
): StrictMessage {
  const response = respond(authority, query(question, options), requestorBy(transport), NOW_MS);
  expect(response).toBeDefined();
  return decodeStrictly(response ?? new Uint8Array(0));
}

test("a data response, all of it", () => {
  const question = "OnCe.auTH.Example. TXT";
  const message = answerTo(question, { id: 0xbeef, flags: 0x0100 });
  expect(message).toEqual({
    id: 0xbeef,
    opcode: 0,
    rcode: "NOERROR",
    flags: "qr aa rd",
    questionHex: questionOctets(question).toString("hex"),
    answer: [`OnCe.auTH.Example. 1 IN TXT "${DIGEST_A}"`],
    authority: [],
    additional: [],
    edns: undefined,
    // Header and question, then pointer, type, class, TTL, RDLENGTH and the RDATA.
    length: 12 + 23 + 12 + 44,
  });
});

test.for([
  { question: "once.auth.example. A", rcode: "NOERROR", flags: "qr aa", authority: [SOA] },
  { question: "no.auth.example. A", rcode: "NXDOMAIN", flags: "qr aa", authority: [SOA] },
  { question: "example. SOA", rcode: "REFUSED", flags: "qr", authority: [] },
  { question: "xauth.example. SOA", rcode: "REFUSED", flags: "qr", authority: [] },
  { question: ". NS", rcode: "REFUSED", flags: "qr", authority: [] },
  { question: "auth.example. AXFR", rcode: "REFUSED", flags: "qr", authority: [] },
  { question: "auth.example. IXFR", rcode: "REFUSED", flags: "qr", authority: [] },
])("$question gets $rcode", ({ question, rcode, flags, authority: section }) => {
  const message = answerTo(question);
  expect(message).toMatchObject({ rcode, flags, answer: [], authority: section, additional: [] });
});

test("of two zones the one with the longer apex answers", () => {
  const { answer } = answerTo("once.child.auth.example. TXT");
  expect(answer).toEqual([`once.child.auth.example. 1 IN TXT "${DIGEST_B}"`]);
  expect(answerTo("none.child.auth.example. TXT").authority[0]).toMatch(/^child\.auth\.example\. /);
});

test("what does not fit leaves the question, OPT and TC; over TCP all of it comes", () => {
  const cut = answerTo("big.auth.example. TXT", { edns: { size: 4096 } });
  expect(cut).toMatchObject({ rcode: "NOERROR", flags: "qr aa tc", answer: [], length: 45 });
  expect(cut.edns?.udpPayloadSize).toBe(1232);
  const whole = answerTo("big.auth.example. TXT", {}, "tcp");
  expect(whole.flags).toBe("qr aa");
  expect(whole.answer).toHaveLength(BIG_TEXTS.length);
});

test("a referral is without AA, with glue", () => {
  const parent = zoneUnderTest({
    apex: "example.",
    records: ["sub.example. NS ns.sub.example.", "ns.sub.example. A 192.0.2.1"],
  });
  const octets = respond(
    authorityOver(parent),
    query("www.sub.example. A"),
    requestorBy("udp"),
    NOW_MS,
  );
  expect(decodeStrictly(octets ?? new Uint8Array(0))).toMatchObject({
    rcode: "NOERROR",
    flags: "qr",
    answer: [],
    authority: ["sub.example. 3600 IN NS ns.sub.example."],
    additional: ["ns.sub.example. 3600 IN A 192.0.2.1"],
  });
});

test.for([
  { what: "nothing", octets: new Uint8Array(0) },
  { what: "eleven octets", octets: query("auth.example. SOA").subarray(0, 11) },
  { what: "a response", octets: query("auth.example. SOA", { flags: 0x8000 }) },
  { what: "a broken response", octets: query("", { flags: 0x8000, counts: { answer: 7 } }) },
])("silence: $what", ({ octets }) => {
  expect(respond(authority, octets, requestorBy("udp"), NOW_MS)).toBeUndefined();
  expect(respond(authority, octets, requestorBy("tcp"), NOW_MS)).toBeUndefined();
});

test("a fault of ours that the failure meets too costs the query alone, and is reported", () => {
  const fault = new Error("a bug");
  let isBroken = true;
  const faults: unknown[] = [];
  const withCookie = query("auth.example. SOA", {
    edns: { options: ednsOption(10, "00".repeat(8)) },
  });
  const responder = new AnswerPath({
    authority: {
      ...authority,
      get cookieSecrets() {
        if (isBroken) throw fault;
        return authority.cookieSecrets;
      },
    },
    table: authority.table,
    clock: () => NOW_MS,
    onFault: (error) => faults.push(error),
  });
  expect(answerOf(responder, withCookie, requestorBy("udp"))).toBeUndefined();
  isBroken = false;
  expect(answerOf(responder, withCookie, requestorBy("udp"))).toBeDefined();
  expect(faults).toEqual([fault]);
});
