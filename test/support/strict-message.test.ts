import { expect, test } from "vitest";
import { decodeStrictly } from "./strict-message.ts";

const HEADER = "04d2 8400 0001 0001 0000 0000";
/** a.example. A IN: labels begin at 12 and 14. */
const QUESTION = "0161 076578616d706c65 00 0001 0001";

function octets(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join("").replaceAll(" ", ""), "hex");
}

test("a right message is read", () => {
  const message = octets(HEADER, QUESTION, "c00c 0001 0001 0000003c 0004 c0000201");
  expect(decodeStrictly(message)).toEqual({
    id: 0x4d2,
    opcode: 0,
    rcode: "NOERROR",
    flags: "qr aa",
    questionHex: "0161076578616d706c650000010001",
    answer: ["a.example. 60 IN A 192.0.2.1"],
    authority: [],
    additional: [],
    edns: undefined,
    length: message.length,
  });
});

test.for([
  { name: "an octet too many", record: "c00c 0001 0001 00000000 0004 c0000201 00", why: "trail" },
  { name: "a cut record", record: "c00c 0001 0001 00000000 0004 c00002", why: "RDLENGTH" },
  { name: "RDLENGTH too large", record: "c00c 0001 0001 00000000 0005 c000020100", why: "exact" },
  {
    name: "a pointer to itself",
    record: "c01b 0001 0001 00000000 0004 c0000201",
    why: "backwards",
  },
  { name: "a forward pointer", record: "c01d 0001 0001 00000000 0004 c0000201", why: "backwards" },
  { name: "a pointer into a label", record: "c00d 0001 0001 00000000 0004 c0000201", why: "label" },
  { name: "a pointer into the header", record: "c004 0001 0001 00000000 0000", why: "label" },
  { name: "a label type 01", record: "41 0001 0001 00000000 0000", why: "label of type 1" },
  { name: "class CH", record: "c00c 0001 0003 00000000 0004 c0000201", why: "class IN" },
  {
    name: "a compressed SRV target",
    record: "c00c 0021 0001 00000000 0008 000000000000 c00c",
    why: "compressed name",
  },
  { name: "a missing record", record: "", why: "runs over the end" },
])("$name is refused", ({ record, why }) => {
  expect(() => decodeStrictly(octets(HEADER, QUESTION, record))).toThrow(why);
});

test.for([
  { name: "a record twice", ttls: ["00000000", "00000000"], last: "01", why: "a record twice" },
  { name: "two TTLs", ttls: ["00000000", "00000001"], last: "02", why: "two TTLs" },
])("$name is refused (RFC 2181 section 5)", ({ ttls, last, why }) => {
  const records = [`c00c 0001 0001 ${ttls[0]} 0004 c0000201`, `c00c 0001 0001 ${ttls[1]} 0004`];
  const header = "04d2 8400 0001 0002 0000 0000";
  const message = octets(header, QUESTION, ...records, `c00002${last}`);
  expect(() => decodeStrictly(message)).toThrow(why);
});

test("two OPT records are refused", () => {
  const opt = "00 0029 04d0 00000000 0000";
  const message = octets("04d2 8400 0001 0000 0000 0002", QUESTION, opt, opt);
  expect(() => decodeStrictly(message)).toThrow("more than one OPT");
});
