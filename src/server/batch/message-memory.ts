import { MAX_UDP_RESPONSE_OCTETS } from "../responder.ts";
import type { Libc } from "./libc.ts";
import { BATCH_MESSAGES, type MessageSlots } from "./socket-memory.ts";

/** A datagram is never longer, so none is cut. Pages that no datagram has reached cost nothing. */
const LONGEST_DATAGRAM = 65_536;
/** Three cache lines more, so that the beginnings of all messages do not fall into the same sets of the cache. */
const SLOT_OCTETS = LONGEST_DATAGRAM + 192;

/** Memory that costs nothing until it is written: zeros would have to be written. */
function untouched(octets: number): Uint8Array {
  return Buffer.allocUnsafeSlow(octets);
}

/** The messages and the responses of one batch: one memory for all sockets of a thread. */
export class MessageMemory implements MessageSlots {
  readonly inputOctets: number = LONGEST_DATAGRAM;
  readonly input: Uint8Array = untouched(BATCH_MESSAGES * SLOT_OCTETS);
  /** Responses follow each other, since most are short. */
  readonly output: Uint8Array = untouched(BATCH_MESSAGES * MAX_UDP_RESPONSE_OCTETS);
  readonly outputAddress: number;
  readonly #inputAddress: number;

  constructor(libc: Libc) {
    this.#inputAddress = Number(libc.address(this.input));
    this.outputAddress = Number(libc.address(this.output));
  }

  /** Where in `input` slot number `slot` begins. */
  inputAt(slot: number): number {
    return slot * SLOT_OCTETS;
  }

  inputAddress(slot: number): number {
    return this.#inputAddress + this.inputAt(slot);
  }
}
