import { expect, test } from "vitest";
import type { Transport } from "../support/dns-client.ts";
import {
  type EdnsOptions,
  optRecord,
  query,
  questionOctets,
  resourceRecord,
  uint16,
} from "../support/query.ts";
import { checkResponse } from "./check-response.ts";

/** A response to `query` in which one thing can be wrong. */
interface Shape {
  readonly id?: number;
  readonly flags?: number;
  readonly question?: string;
  readonly answers?: readonly Uint8Array[];
  readonly opt?: EdnsOptions;
  readonly trailing?: string;
}

const QUESTION = "once.auth.example. TXT";
const ASKED = query(QUESTION, { id: 0x1234, flags: 0x0100 });
const ASKED_WITH_EDNS = query(QUESTION, { id: 0x1234, flags: 0x0100, edns: { size: 700 } });
const NOERROR = 0x8500;
const FORMERR = 0x8101;

function txt(owner: string, length: number): Buffer {
  return resourceRecord(
    owner,
    16,
    Buffer.concat([Uint8Array.of(length), Buffer.alloc(length, "a")]),
  );
}

/** As many different records as are needed for so many octets. */
function texts(owner: string, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => txt(owner, 150 + i));
}

function response(shape: Shape = {}): Buffer {
  const { id = 0x1234, flags = NOERROR, question = QUESTION, answers = [], opt } = shape;
  const counts = [question === "" ? 0 : 1, answers.length, 0, opt === undefined ? 0 : 1];
  return Buffer.concat([
    ...[id, flags, ...counts].map(uint16),
    question === "" ? Buffer.alloc(0) : questionOctets(question),
    ...answers,
    opt === undefined ? Buffer.alloc(0) : optRecord(opt),
    Buffer.from(shape.trailing ?? "", "hex"),
  ]);
}

test.for<{ what: string; asked: Buffer; shape: Shape; transport: Transport }>([
  {
    what: "an answer",
    asked: ASKED,
    shape: { answers: [txt("once.auth.example.", 43)] },
    transport: "udp",
  },
  {
    what: "an answer with OPT",
    asked: ASKED_WITH_EDNS,
    shape: { answers: texts("big.auth.example.", 3), opt: {} },
    transport: "udp",
  },
  { what: "TC over UDP", asked: ASKED, shape: { flags: 0x8700 }, transport: "udp" },
  { what: "FORMERR", asked: ASKED, shape: { flags: FORMERR, question: "" }, transport: "udp" },
  {
    what: "a long answer over TCP",
    asked: ASKED,
    shape: { answers: texts("big.auth.example.", 20) },
    transport: "tcp",
  },
])("$what is right ($transport)", ({ asked, shape, transport }) => {
  expect(checkResponse(asked, response(shape), transport).id).toBe(0x1234);
});

test.for<{ what: string; asked?: Buffer; shape: Shape; transport?: Transport; why: string }>([
  { what: "another ID", shape: { id: 0x1235 }, why: "ID" },
  { what: "another OPCODE", shape: { flags: NOERROR | 0x0800 }, why: "OPCODE" },
  { what: "RD not copied", shape: { flags: 0x8400 }, why: "RD" },
  { what: "no QR", shape: { flags: 0x0500 }, why: "QR" },
  { what: "RA", shape: { flags: NOERROR | 0x0080 }, why: "must be 0" },
  { what: "AD", shape: { flags: NOERROR | 0x0020 }, why: "must be 0" },
  { what: "another question", shape: { question: "fresh.auth.example. TXT" }, why: "question" },
  { what: "another case", shape: { question: "Once.auth.example. TXT" }, why: "question" },
  { what: "no question", shape: { question: "" }, why: "no question" },
  { what: "SERVFAIL", shape: { flags: 0x8102 }, why: "SERVFAIL" },
  {
    what: "an error with records",
    shape: { flags: FORMERR, answers: [txt("a.", 1)] },
    why: "with records",
  },
  { what: "octets behind the end", shape: { trailing: "00" }, why: "trail" },
  { what: "OPT that was not asked for", shape: { opt: {} }, why: "none in the query" },
  { what: "no OPT", asked: ASKED_WITH_EDNS, shape: {}, why: "one in the query" },
  { what: "TC over TCP", shape: { flags: 0x8700 }, transport: "tcp", why: "TC over TCP" },
  {
    what: "more than 512 octets without EDNS",
    shape: { answers: texts("big.auth.example.", 3) },
    why: "at most 512",
  },
  {
    what: "more than the requestor takes",
    asked: ASKED_WITH_EDNS,
    shape: { answers: texts("big.auth.example.", 4), opt: {} },
    why: "at most 700",
  },
  {
    what: "more than the server may send",
    asked: query(QUESTION, { id: 0x1234, flags: 0x0100, edns: { size: 4096 } }),
    shape: { answers: texts("big.auth.example.", 7), opt: {} },
    why: "at most 1232",
  },
  {
    what: "an answer worth a reflection",
    shape: { answers: texts("once.auth.example.", 2) },
    why: "at most 10",
  },
  {
    what: "a large answer to ANY",
    asked: query("big.auth.example. ANY", { id: 0x1234, flags: 0x0100 }),
    shape: { question: "big.auth.example. ANY", answers: texts("big.auth.example.", 2) },
    why: "at most 6",
  },
  {
    what: "an error much longer than its query",
    asked: ASKED_WITH_EDNS,
    shape: { flags: FORMERR, opt: { options: Buffer.from(`00640040${"00".repeat(64)}`, "hex") } },
    why: "an error 68 octets longer",
  },
  {
    what: "a response to a response",
    asked: query(QUESTION, { id: 0x1234, flags: 0x8100 }),
    shape: {},
    why: "silence",
  },
  { what: "a response to half a header", asked: ASKED.subarray(0, 11), shape: {}, why: "silence" },
])("$what is found", ({ asked = ASKED, shape, transport = "udp", why }) => {
  expect(() => checkResponse(asked, response(shape), transport)).toThrow(why);
});
