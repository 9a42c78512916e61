/** RDATA for the strict decoder: what each type looks like on the wire, read without code of src. */
import assert from "node:assert/strict";
import { nameText, quotedText, type StrictCursor } from "./strict-cursor.ts";

/** A field's text; `end` is where the RDATA ends. */
type Field = (cursor: StrictCursor, end: number) => string;

const uint8: Field = (cursor) => String(cursor.uint(1));
const uint16: Field = (cursor) => String(cursor.uint(2));
const uint32: Field = (cursor) => String(cursor.uint(4));
const compressible: Field = (cursor) => nameText(cursor.labels("allowed"));
const uncompressed: Field = (cursor) => nameText(cursor.labels("forbidden"));
const ipv4: Field = (cursor) => [...cursor.octets(4)].join(".");
/** Eight groups, nothing left out: easy to compare, no rules. */
const ipv6: Field = (cursor) =>
  Array.from({ length: 8 }, () => cursor.uint(2).toString(16)).join(":");
const string: Field = (cursor) => quotedText(cursor.octets(cursor.uint(1)));
const strings: Field = (cursor, end) => {
  const texts: string[] = [];
  do texts.push(string(cursor, end));
  while (cursor.at < end);
  return texts.join(" ");
};
const tag: Field = (cursor) => Buffer.from(cursor.octets(cursor.uint(1))).toString("latin1");
const rest: Field = (cursor, end) => quotedText(cursor.octets(end - cursor.at));
/** key<number>=<hexadecimal>, keys ascending: RFC 9460 section 2.2. */
const svcParams: Field = (cursor, end) => {
  const params: string[] = [];
  let previous = -1;
  while (cursor.at < end) {
    const key = cursor.uint(2);
    assert(key > previous, "SvcParams in ascending order, none twice");
    previous = key;
    params.push(`key${key}=${Buffer.from(cursor.octets(cursor.uint(2))).toString("hex")}`);
  }
  return params.join(" ");
};

const LAYOUTS: Record<number, readonly [mnemonic: string, ...fields: Field[]]> = {
  1: ["A", ipv4],
  2: ["NS", compressible],
  5: ["CNAME", compressible],
  6: ["SOA", compressible, compressible, uint32, uint32, uint32, uint32, uint32],
  12: ["PTR", compressible],
  13: ["HINFO", string, string],
  15: ["MX", uint16, compressible],
  16: ["TXT", strings],
  28: ["AAAA", ipv6],
  33: ["SRV", uint16, uint16, uint16, uncompressed],
  64: ["SVCB", uint16, uncompressed, svcParams],
  65: ["HTTPS", uint16, uncompressed, svcParams],
  257: ["CAA", uint8, tag, rest],
};

/** Takes RDLENGTH and RDATA, which must be exactly what the type says. */
export function readRdata(
  cursor: StrictCursor,
  rrtype: number,
): { readonly mnemonic: string; readonly text: string } {
  const length = cursor.uint(2);
  const end = cursor.at + length;
  assert(end <= cursor.message.length, "RDLENGTH leads over the end");
  const layout = LAYOUTS[rrtype];
  if (layout === undefined) {
    const hex = Buffer.from(cursor.octets(length)).toString("hex").toUpperCase();
    return { mnemonic: `TYPE${rrtype}`, text: `\\# ${length} ${hex}`.trimEnd() };
  }
  const [mnemonic, ...fields] = layout;
  const texts = fields.map((field) => field(cursor, end));
  assert.equal(cursor.at, end, `RDLENGTH of ${mnemonic} is exact`);
  return { mnemonic, text: texts.filter((text) => text !== "").join(" ") };
}
