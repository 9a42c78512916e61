/**
 * A second opinion on every message the server sends: a decoder that shares no code with src and
 * refuses what a resolver may choke on. It checks that counts and RDLENGTH are exact, that nothing
 * trails, that pointers lead strictly backwards to the start of a label (RFC 1035 section 4.1.4),
 * that only the types of RFC 1035 compress names in RDATA (RFC 3597 section 4), and that an RRset
 * has one TTL and no record twice (RFC 2181 section 5).
 */
import assert from "node:assert/strict";
import { nameText, StrictCursor } from "./strict-cursor.ts";
import { readRdata } from "./strict-rdata.ts";

export interface StrictMessage {
  readonly id: number;
  readonly opcode: number;
  /** Mnemonic; the upper bits are those of OPT. */
  readonly rcode: string;
  /** Those of qr aa tc rd ra ad cd that are set and "z", in the order of the header. */
  readonly flags: string;
  /** As on the wire, "" if there is none: `hex` is easy to compare. */
  readonly questionHex: string;
  /** Presentation format: `owner TTL IN type RDATA`; OPT left out. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly edns: StrictEdns | undefined;
  readonly tsig: StrictTsig | undefined;
  readonly length: number;
}

export interface StrictEdns {
  readonly udpPayloadSize: number;
  readonly version: number;
  readonly wantsDnssec: boolean;
  /** The other 15 flags. */
  readonly unknownFlags: number;
  readonly optionCodes: readonly number[];
  /** OPTION-DATA in hexadecimal, by code. */
  readonly options: ReadonlyMap<number, string>;
}

/** RFC 8945 section 4.2. */
export interface StrictTsig {
  readonly keyName: string;
  readonly algorithm: string;
  /** Seconds since 1970. */
  readonly timeSigned: number;
  readonly fudge: number;
  readonly macOctets: number;
  readonly originalId: number;
  readonly error: number;
  readonly otherOctets: number;
}

const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x8000, "qr"],
  [0x0400, "aa"],
  [0x0200, "tc"],
  [0x0100, "rd"],
  [0x0080, "ra"],
  [0x0040, "z"],
  [0x0020, "ad"],
  [0x0010, "cd"],
];
const RCODES: Record<number, string> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  9: "NOTAUTH",
  16: "BADVERS",
  23: "BADCOOKIE",
};
const OPT = 41;
const TSIG = 250;
const CLASS_ANY = 255;

/** Throws an AssertionError that says what is wrong with the message. */
export function decodeStrictly(octets: Uint8Array): StrictMessage {
  const cursor = new StrictCursor(octets);
  const id = cursor.uint(2);
  const header = cursor.uint(2);
  const counts = [cursor.uint(2), cursor.uint(2), cursor.uint(2), cursor.uint(2)];
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = counts;
  const questionHex = readQuestion(cursor, questions);
  const answer = readSection(cursor, answers);
  const authority = readSection(cursor, authorities);
  const additional = readSection(cursor, additionals);
  assert.equal(cursor.at, octets.length, "octets trail the message");
  assert.equal(answer.opts.length + authority.opts.length, 0, "OPT outside the additional section");
  assert(answer.tsig === undefined && authority.tsig === undefined, "TSIG in its section");
  assert(additional.opts.length <= 1, "more than one OPT");
  const opt = additional.opts[0];
  const rcode = (header & 0xf) | ((opt?.extendedRcode ?? 0) << 4);
  return {
    id,
    opcode: (header >>> 11) & 0xf,
    rcode: RCODES[rcode] ?? `RCODE${rcode}`,
    flags: FLAGS.filter(([bit]) => (header & bit) !== 0)
      .map(([, name]) => name)
      .join(" "),
    questionHex,
    answer: answer.lines,
    authority: authority.lines,
    additional: additional.lines,
    edns: opt?.edns,
    tsig: additional.tsig,
    length: octets.length,
  };
}

function readQuestion(cursor: StrictCursor, count: number): string {
  assert(count <= 1, `${count} questions`);
  if (count === 0) return "";
  const start = cursor.at;
  cursor.labels("forbidden");
  cursor.octets(4);
  return cursor.message.subarray(start, cursor.at).toString("hex");
}

interface Section {
  readonly lines: string[];
  readonly opts: { readonly extendedRcode: number; readonly edns: StrictEdns }[];
  tsig: StrictTsig | undefined;
}

function readSection(cursor: StrictCursor, count: number): Section {
  const section: Section = { lines: [], opts: [], tsig: undefined };
  const seen = new Set<string>();
  const ttls = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const start = cursor.at;
    // RFC 8945 section 5.1: it is the last record.
    assert(section.tsig === undefined, "a record behind TSIG");
    const labels = cursor.labels("allowed");
    const rrtype = cursor.uint(2);
    if (rrtype === OPT) {
      assert.equal(cursor.at - start, 3, "the owner of OPT is one octet, the root");
      section.opts.push(readOpt(cursor));
      continue;
    }
    if (rrtype === TSIG) {
      section.tsig = readTsig(cursor, nameText(labels));
      continue;
    }
    assert.equal(cursor.uint(2), 1, "class IN");
    const ttl = cursor.uint(4);
    const { mnemonic, text } = readRdata(cursor, rrtype);
    const owner = nameText(labels);
    const rrset = `${foldAscii(owner)} ${mnemonic}`;
    assert(!seen.has(`${rrset} ${text}`), `a record twice: ${rrset} ${text}`);
    assert.equal(ttls.get(rrset) ?? ttl, ttl, `two TTLs in ${rrset}`);
    seen.add(`${rrset} ${text}`);
    ttls.set(rrset, ttl);
    section.lines.push(`${owner} ${ttl} IN ${mnemonic} ${text}`.trimEnd());
  }
  return section;
}

/** RFC 6891 section 6.1.2 and 6.1.3; the cursor is behind the type. */
function readOpt(cursor: StrictCursor): Section["opts"][number] {
  const udpPayloadSize = cursor.uint(2);
  const extendedRcode = cursor.uint(1);
  const version = cursor.uint(1);
  const flags = cursor.uint(2);
  const length = cursor.uint(2);
  const end = cursor.at + length;
  const optionCodes: number[] = [];
  const options = new Map<number, string>();
  while (cursor.at < end) {
    const code = cursor.uint(2);
    assert(!options.has(code), `option ${code} twice`);
    optionCodes.push(code);
    options.set(code, Buffer.from(cursor.octets(cursor.uint(2))).toString("hex"));
  }
  assert.equal(cursor.at, end, "the options fill the RDATA of OPT");
  const wantsDnssec = (flags & 0x8000) !== 0;
  const unknownFlags = flags & 0x7fff;
  const edns = { udpPayloadSize, version, wantsDnssec, unknownFlags, optionCodes, options };
  return { extendedRcode, edns };
}

/** RFC 8945 section 4.2; the cursor is behind the type. */
function readTsig(cursor: StrictCursor, keyName: string): StrictTsig {
  assert.equal(cursor.uint(2), CLASS_ANY, "TSIG has class ANY");
  assert.equal(cursor.uint(4), 0, "TSIG has TTL 0");
  const length = cursor.uint(2);
  const end = cursor.at + length;
  const algorithm = nameText(cursor.labels("forbidden"));
  const timeSigned = cursor.uint(2) * 2 ** 32 + cursor.uint(4);
  const fudge = cursor.uint(2);
  const macOctets = cursor.octets(cursor.uint(2)).length;
  const originalId = cursor.uint(2);
  const error = cursor.uint(2);
  const otherOctets = cursor.octets(cursor.uint(2)).length;
  assert.equal(cursor.at, end, "RDLENGTH of TSIG is exact");
  return { keyName, algorithm, timeSigned, fudge, macOctets, originalId, error, otherOctets };
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
