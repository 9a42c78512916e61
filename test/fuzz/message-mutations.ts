/**
 * Mutations that know what a message is made of. Some break one thing; some keep the message whole (a
 * record more, with its count) to reach what only right ones reach. All may change `octets` itself.
 */
import { INTERESTING_UINT16, insert } from "./octet-mutations.ts";
import { type Outline, type OutlinedRecord, outlineOf } from "./outline.ts";
import type { Random } from "./random.ts";

const HEADER_OCTETS = 12;
const OPT = 41;
const ARCOUNT_AT = 10;
/** NSID, client subnet, EXPIRE, COOKIE, keepalive, padding, extended error. */
const OPTION_CODES: readonly number[] = [3, 8, 9, 10, 10, 11, 12, 15];
/** Around the lengths that cookies, keepalive and the others have. */
const OPTION_LENGTHS: readonly number[] = [0, 0, 1, 2, 4, 7, 8, 9, 12, 15, 16, 24, 40, 41, 64];
const MAX_REPETITIONS = 20;

/** One thing is changed that a message has; it may be wrong then. */
export function mutateMessage(octets: Buffer, random: Random): Buffer {
  if (octets.length < HEADER_OCTETS) return octets;
  const outline = outlineOf(octets);
  switch (random.below(5)) {
    case 0:
      return flipHeaderFlag(octets, random);
    case 1:
      return setCount(octets, random);
    case 2:
      return setLength(octets, random, outline);
    case 3:
      return setPointer(octets, random, outline);
    default:
      return moveRecord(octets, random, outline);
  }
}

/** What was a message stays one: its counts and lengths are right. */
export function varyMessage(octets: Buffer, random: Random, corpus: readonly Buffer[]): Buffer {
  if (octets.length < HEADER_OCTETS) return octets;
  const outline = outlineOf(octets);
  switch (random.below(6)) {
    case 0:
      return flipCase(octets, random, outline);
    case 1:
      return setQtype(octets, random, outline);
    case 2:
      return insertLabel(octets, random, outline);
    case 3:
      return repeatRecord(octets, random, outline);
    case 4:
      return appendRecord(octets, random, random.pick(corpus));
    default:
      return insertOption(octets, random, outline);
  }
}

/** Flags, opcode and RCODE: a bit of the second word. */
function flipHeaderFlag(octets: Buffer, random: Random): Buffer {
  octets.writeUInt16BE(octets.readUInt16BE(2) ^ (1 << random.below(16)), 2);
  return octets;
}

function setCount(octets: Buffer, random: Random): Buffer {
  setNear(octets, 4 + 2 * random.below(4), random);
  return octets;
}

function setLength(octets: Buffer, random: Random, { lengthsAt }: Outline): Buffer {
  if (lengthsAt.length > 0) setNear(octets, random.pick(lengthsAt), random);
  return octets;
}

/** One more, one less, or another number. */
function setNear(octets: Buffer, at: number, random: Random): void {
  const value = octets.readUInt16BE(at);
  const changed = [value + 1, value - 1, random.pick(INTERESTING_UINT16), random.below(64)];
  octets.writeUInt16BE(random.pick(changed) & 0xffff, at);
}

/** A pointer where a label begins, to where another does, to itself, or to anywhere. */
function setPointer(octets: Buffer, random: Random, { labelsAt }: Outline): Buffer {
  if (labelsAt.length === 0) return octets;
  const at = random.pick(labelsAt);
  const target = random.pick([random.pick(labelsAt), at, at + 1, random.below(octets.length)]);
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | (target & 0x3fff));
  if (random.oneIn(2)) return insert(octets, at, pointer);
  pointer.copy(octets, at);
  return octets;
}

function flipCase(octets: Buffer, random: Random, { labelsAt }: Outline): Buffer {
  for (const at of labelsAt) {
    const end = Math.min(octets.length, at + 1 + (octets[at] ?? 0));
    for (let i = at + 1; i < end; i++) {
      const octet = octets[i] ?? 0;
      if (/[a-z]/i.test(String.fromCharCode(octet)) && random.oneIn(2)) octets[i] = octet ^ 0x20;
    }
  }
  return octets;
}

function setQtype(octets: Buffer, random: Random, { qtypesAt }: Outline): Buffer {
  if (qtypesAt.length === 0) return octets;
  const qtype = random.oneIn(2) ? random.below(300) : random.pick(INTERESTING_UINT16);
  octets.writeUInt16BE(qtype, random.pick(qtypesAt));
  return octets;
}

function insertLabel(octets: Buffer, random: Random, { labelsAt }: Outline): Buffer {
  if (labelsAt.length === 0) return octets;
  const label = random.octets(1 + random.below(random.oneIn(4) ? 63 : 6));
  const piece = Buffer.concat([Uint8Array.of(label.length), label]);
  return insert(octets, random.pick(labelsAt), piece);
}

function repeatRecord(octets: Buffer, random: Random, { records }: Outline): Buffer {
  if (records.length === 0) return octets;
  const record = sliceOf(octets, random.pick(records));
  const times = 1 + random.below(random.oneIn(4) ? MAX_REPETITIONS : 2);
  const repetitions = Array.from({ length: times }, () => record);
  return withMoreRecords(Buffer.concat([octets, ...repetitions]), times, ARCOUNT_AT);
}

/** A record of another message, at the end or in front of the others. */
function appendRecord(octets: Buffer, random: Random, other: Buffer): Buffer {
  const { records } = outlineOf(other);
  if (records.length === 0) return octets;
  const record = sliceOf(other, random.pick(records));
  const first = outlineOf(octets).records[0];
  if (first === undefined || random.oneIn(2)) {
    return withMoreRecords(Buffer.concat([octets, record]), 1, ARCOUNT_AT);
  }
  return withMoreRecords(insert(octets, first.start, record), 1, 6 + 2 * random.below(3));
}

/** The last record first, or some other order. */
function moveRecord(octets: Buffer, random: Random, { records }: Outline): Buffer {
  if (records.length === 0) return octets;
  const from = random.pick(records);
  const to = random.pick(records);
  const record = Buffer.from(sliceOf(octets, from));
  const rest = Buffer.concat([octets.subarray(0, from.start), octets.subarray(from.end)]);
  return insert(rest, Math.min(to.start, rest.length), record);
}

function withMoreRecords(octets: Buffer, more: number, countAt: number): Buffer {
  octets.writeUInt16BE((octets.readUInt16BE(countAt) + more) & 0xffff, countAt);
  return octets;
}

/** At the end of an OPT, whose RDLENGTH grows with it. */
function insertOption(octets: Buffer, random: Random, { records }: Outline): Buffer {
  const opt = records.find(({ rrtype }) => rrtype === OPT);
  if (opt === undefined) return octets;
  const data = random.octets(random.pick(OPTION_LENGTHS));
  const head = Buffer.alloc(4);
  head.writeUInt16BE(random.oneIn(8) ? random.below(0x1_0000) : random.pick(OPTION_CODES), 0);
  head.writeUInt16BE(data.length, 2);
  const rdlength = octets.readUInt16BE(opt.rdlengthAt) + head.length + data.length;
  octets.writeUInt16BE(rdlength & 0xffff, opt.rdlengthAt);
  return insert(octets, opt.end, Buffer.concat([head, data]));
}

function sliceOf(octets: Buffer, { start, end }: OutlinedRecord): Buffer {
  return octets.subarray(start, end);
}
