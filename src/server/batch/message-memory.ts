import type { Libc } from "./libc.ts";
import { BATCH_MESSAGES, type MessageSlots } from "./socket-memory.ts";

/** A datagram is never longer, so none is cut. Pages that no datagram has reached cost nothing. */
const LONGEST_DATAGRAM = 65_536;
/** Three cache lines more, so that the beginnings of all messages do not fall into the same sets of the cache. */
const SLOT_OCTETS = LONGEST_DATAGRAM + 192;

/** The messages of one batch, and their responses in the same places: one memory for all sockets of a thread. */
export class MessageMemory implements MessageSlots {
  readonly inputOctets: number = LONGEST_DATAGRAM;
  /** Zeros would have to be written; as it is, memory costs nothing until a datagram lies there. */
  readonly octets: Uint8Array = Buffer.allocUnsafeSlow(BATCH_MESSAGES * SLOT_OCTETS);
  readonly slotOctets: number = LONGEST_DATAGRAM;
  readonly #address: number;

  constructor(libc: Libc) {
    this.#address = Number(libc.address(this.octets));
  }

  /** Where in `octets` slot number `slot` begins. */
  slotAt(slot: number): number {
    return slot * SLOT_OCTETS;
  }

  slotAddress(slot: number): number {
    return this.#address + this.slotAt(slot);
  }
}
