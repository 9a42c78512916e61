import type { Libc } from "./libc.ts";

/** struct sched_attr, its first version: sched_setattr(2). */
const ATTRIBUTES_OCTETS = 48;
const RUNTIME_AT = 24;
const SLICE_NANOSECONDS = 200_000n;

/**
 * Asks for short turns on the CPU for this thread. Whoever wants short turns gets them soon: a datagram
 * does not wait for milliseconds until another thread of the same core, such as that of the API, has
 * used up its turn. Linux before 6.12 takes no notice; nothing depends on it.
 */
export function askForShortSlices(libc: Libc): void {
  // Larger than it need be: node keeps small arrays where they can move.
  const attributes = Buffer.alloc(4096);
  attributes.writeUInt32LE(ATTRIBUTES_OCTETS);
  attributes.writeBigUInt64LE(SLICE_NANOSECONDS, RUNTIME_AT);
  libc.setScheduling(libc.address(attributes));
}
