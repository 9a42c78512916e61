/** Mutations that know nothing of what the octets mean. All of them may change `octets` itself. */
import type { Random } from "./random.ts";

/** Numbers of 16 bits at which something changes: limits, types, option codes, pointers, sizes. */
export const INTERESTING_UINT16: readonly number[] = [
  ...[0, 1, 2, 3, 4, 10, 11, 12, 15, 16, 41, 63, 64, 127, 128, 250, 251, 252, 255, 256, 257],
  ...[511, 512, 1231, 1232, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xc000, 0xc00c, 0xfffe, 0xffff],
];
const INTERESTING_OCTETS: readonly number[] = [
  ...[0, 1, 0x0c, 0x29, 0x3f, 0x40, 0x41, 0x5a, 0x7f, 0x80, 0xbf, 0xc0, 0xfa, 0xff],
];
const MAX_BLOCK_OCTETS = 32;

export function mutateOctets(octets: Buffer, random: Random, corpus: readonly Buffer[]): Buffer {
  switch (random.below(10)) {
    case 0:
      return flipBits(octets, random);
    case 1:
      return setOctet(octets, random);
    case 2:
      return setUint16(octets, random);
    case 3:
      return insert(octets, random.below(octets.length + 1), random.octets(1 + random.below(8)));
    case 4:
      return deleteBlock(octets, random);
    case 5:
      return copyBlock(octets, random);
    case 6:
      return moveBlock(octets, random);
    case 7:
      return splice(octets, random.pick(corpus), random);
    case 8:
      return octets.subarray(0, random.below(octets.length + 1));
    default:
      return Buffer.concat([octets, random.octets(1 + random.below(64))]);
  }
}

function flipBits(octets: Buffer, random: Random): Buffer {
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(octets.length);
    if (at < octets.length) octets[at] = (octets[at] ?? 0) ^ (1 << random.below(8));
  }
  return octets;
}

function setOctet(octets: Buffer, random: Random): Buffer {
  const at = random.below(octets.length);
  const value = random.oneIn(2) ? random.pick(INTERESTING_OCTETS) : random.below(256);
  if (at < octets.length) octets[at] = value;
  return octets;
}

function setUint16(octets: Buffer, random: Random): Buffer {
  if (octets.length < 2) return octets;
  octets.writeUInt16BE(random.pick(INTERESTING_UINT16), random.below(octets.length - 1));
  return octets;
}

function deleteBlock(octets: Buffer, random: Random): Buffer {
  const { start, end } = block(octets, random);
  return Buffer.concat([octets.subarray(0, start), octets.subarray(end)]);
}

/** Over what is there, or in front of it: then it is there twice. */
function copyBlock(octets: Buffer, random: Random): Buffer {
  const { start, end } = block(octets, random);
  const copy = Buffer.from(octets.subarray(start, end));
  const to = random.below(octets.length + 1);
  if (random.oneIn(2)) return insert(octets, to, copy);
  copy.copy(octets, to);
  return octets;
}

function moveBlock(octets: Buffer, random: Random): Buffer {
  const { start, end } = block(octets, random);
  const moved = octets.subarray(start, end);
  const rest = Buffer.concat([octets.subarray(0, start), octets.subarray(end)]);
  return insert(rest, random.below(rest.length + 1), moved);
}

/** The beginning of one and the end of another. */
function splice(octets: Buffer, other: Buffer, random: Random): Buffer {
  const head = octets.subarray(0, random.below(octets.length + 1));
  return Buffer.concat([head, other.subarray(random.below(other.length + 1))]);
}

function block(octets: Buffer, random: Random): { readonly start: number; readonly end: number } {
  const start = random.below(octets.length + 1);
  return { start, end: Math.min(octets.length, start + 1 + random.below(MAX_BLOCK_OCTETS)) };
}

export function insert(octets: Buffer, at: number, piece: Uint8Array): Buffer {
  return Buffer.concat([octets.subarray(0, at), piece, octets.subarray(at)]);
}
