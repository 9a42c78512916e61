import type { Requestor } from "./requestor.ts";

/**
 * Messages in, responses out, in the caller's buffers: what every listener calls. `begin` and `end`
 * stand around messages that are answered without a pause, one or many: between them the memory that
 * is shared with the writer is being read.
 */
export interface Responder {
  begin(): void;
  /**
   * Answers the message that is in `input` from `start` to `end` and writes the response into `output`
   * from `at` on, where there must be room for the longest of the transport. That may be the place of
   * the message itself. Never throws.
   *
   * @returns octets of the response, 0 for silence.
   */
  answer(
    input: Uint8Array,
    start: number,
    end: number,
    requestor: Requestor,
    output: Uint8Array,
    at: number,
  ): number;
  end(): void;
}

/** The longest response over UDP, whatever `dns.edns_size` says. */
export const MAX_UDP_RESPONSE_OCTETS = 4096;
/** RFC 1035 section 4.2.2: the length of a message has 16 bits. */
export const MAX_TCP_RESPONSE_OCTETS = 65_535;
