import { subdomain, ZONE } from "../data.ts";

/** Messages in one memory, each in a slot of its own, and what the answer to it must be. */
export interface Questions {
  readonly count: number;
  readonly octets: Uint8Array;
  /** Of each question. */
  readonly lengths: Uint16Array;
  /** RCODE and number of answers, as in the third and fourth word of the header; see expectationOf. */
  readonly expected: Uint16Array;
}

export const SLOT_OCTETS = 128;

const HEADER_OCTETS = 12;
const TYPES = { A: 1, NS: 2, SOA: 6, TXT: 16, AAAA: 28, CAA: 257 } as const;
const NXDOMAIN = 3;

type Type = keyof typeof TYPES;

/** What is compared of an answer. */
export function expectationOf(rcode: number, answers: number): number {
  return (rcode << 8) | answers;
}

/**
 * The mix of an ACME delegate zone: 80 % TXT of names that exist, 10 % names that do not, 10 % other
 * types at names and at the apex. Every other one has EDNS with DO, as resolvers send it.
 *
 * @param names how many names the servers have.
 */
export function makeQuestions(count: number, names: number): Questions {
  const octets = Buffer.alloc(count * SLOT_OCTETS);
  const lengths = new Uint16Array(count);
  const expected = new Uint16Array(count);
  let random = 0x2545_f491;
  const below = (limit: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((random / 2 ** 32) * limit);
  };
  for (let i = 0; i < count; i++) {
    const { name, type, expectation } = question(below, names, i);
    const message = encode(i, name, type, below(2) === 0);
    octets.set(message, i * SLOT_OCTETS);
    lengths[i] = message.length;
    expected[i] = expectation;
  }
  return { count, octets, lengths, expected };
}

function question(
  below: (limit: number) => number,
  names: number,
  at: number,
): { name: string; type: Type; expectation: number } {
  const number = below(names);
  const kind = below(100);
  const name = `${subdomain(number)}.${ZONE}`;
  if (kind < 80) return { name, type: "TXT", expectation: expectationOf(0, 1 + (number % 2)) };
  if (kind < 90) {
    // Another one each time, as strangers ask: no cache has it.
    const missing = `${subdomain(names + at)}.${ZONE}`;
    return { name: missing, type: "TXT", expectation: expectationOf(NXDOMAIN, 0) };
  }
  const types = ["A", "AAAA", "CAA", "SOA", "NS"] as const;
  const type = types[below(types.length)] ?? "A";
  if (below(2) === 0) return { name, type, expectation: expectationOf(0, 0) };
  return { name: ZONE, type, expectation: expectationOf(0, type === "AAAA" ? 0 : 1) };
}

/** One question of class IN. Only the low 16 bits of `id` count. */
export function encode(id: number, name: string, type: Type, hasEdns: boolean): Buffer {
  const labels = name.split(".").map((label) => {
    return Buffer.concat([Uint8Array.of(label.length), Buffer.from(label)]);
  });
  const header = Buffer.alloc(HEADER_OCTETS);
  header.writeUInt16BE(id & 0xffff, 0);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasEdns ? 1 : 0, 10);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(TYPES[type], 1);
  tail.writeUInt16BE(1, 3);
  const opt = hasEdns ? Buffer.from("00002904d0000080000000", "hex") : Buffer.alloc(0);
  return Buffer.concat([header, ...labels, tail, opt]);
}
