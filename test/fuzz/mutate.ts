import { mutateMessage, varyMessage } from "./message-mutations.ts";
import { mutateOctets } from "./octet-mutations.ts";
import type { Random } from "./random.ts";

/** Some messages stay as they are, so that right answers come between the others. */
const UNCHANGED_ONE_IN = 50;
/** One in so many stays whole: what is wrong somewhere is refused, and reaches little of the server. */
const WHOLE_ONE_IN = 2;
const LONG_ONE_IN = 2000;
const USUAL_OCTETS = 4096;
/** UDP over IPv4 carries 65,507. */
const MAX_OCTETS = 60_000;

/** A message made of those in the corpus: half of them still whole, the others broken somewhere. */
export function mutate(corpus: readonly Buffer[], random: Random): Buffer {
  const original = Buffer.from(random.pick(corpus));
  if (random.oneIn(UNCHANGED_ONE_IN)) return original;
  let octets: Buffer = original;
  const staysWhole = random.oneIn(WHOLE_ONE_IN);
  for (let left = 1 + random.below(random.oneIn(8) ? 12 : 3); left > 0; left--) {
    octets = staysWhole ? varyMessage(octets, random, corpus) : mutateOnce(octets, random, corpus);
  }
  return random.oneIn(LONG_ONE_IN) ? lengthen(octets, random) : octets.subarray(0, USUAL_OCTETS);
}

function mutateOnce(octets: Buffer, random: Random, corpus: readonly Buffer[]): Buffer {
  switch (random.below(4)) {
    case 0:
      return varyMessage(octets, random, corpus);
    case 1:
      return mutateMessage(octets, random);
    default:
      return mutateOctets(octets, random, corpus);
  }
}

/** Its end again and again. */
function lengthen(octets: Buffer, random: Random): Buffer {
  const piece = octets.subarray(random.below(octets.length));
  if (piece.length === 0) return octets;
  const times = Math.floor(random.below(MAX_OCTETS) / piece.length);
  const repetitions = Array.from({ length: times }, () => piece);
  return Buffer.concat([octets, ...repetitions]).subarray(0, MAX_OCTETS);
}
