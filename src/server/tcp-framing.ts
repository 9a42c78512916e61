/** RFC 1035 section 4.2.2: two octets of length, then that many of a message. */
export const LENGTH_OCTETS = 2;
/** Joined from time to time, since a message may come octet by octet and each piece costs memory. */
const MAX_PIECES = 64;

/**
 * Cuts a stream into messages, wherever the network has split it (RFC 7766 section 8). Whoever takes
 * all messages after each push has it keep at most one unfinished message, so at most 65,537 octets.
 */
export class TcpFraming {
  /** What has not been taken, in order; joined only once a message is whole. */
  #pieces: Uint8Array[] = [];
  /** Octets of the first piece that have been taken already. */
  #taken = 0;
  #pending = 0;

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#pieces.length === MAX_PIECES) this.#joined();
    this.#pieces.push(chunk);
    this.#pending += chunk.length;
  }

  /** Whether `next` has a message to give. */
  get hasMessage(): boolean {
    return this.#pending >= this.#wanted();
  }

  /** Takes the next message if it is whole; it shares the memory of what was pushed. */
  next(): Uint8Array | undefined {
    const length = this.#wanted();
    if (this.#pending < length) return undefined;
    const octets = this.#joined();
    const end = this.#taken + length;
    const message = octets.subarray(this.#taken + LENGTH_OCTETS, end);
    this.#taken = end;
    this.#pending -= length;
    if (this.#pending === 0) {
      this.#pieces = [];
      this.#taken = 0;
    }
    return message;
  }

  /** Octets needed before another message is whole. */
  #wanted(): number {
    const [first, second] = this.#pieces;
    const high = first?.[this.#taken];
    // Empty pieces are not kept, so the second octet is in the first piece or opens the second.
    const low = first?.[this.#taken + 1] ?? second?.[0];
    return high === undefined || low === undefined
      ? LENGTH_OCTETS
      : LENGTH_OCTETS + ((high << 8) | low);
  }

  /** All that is pending as one piece, from `#taken` on. */
  #joined(): Uint8Array {
    const first = this.#pieces[0] ?? new Uint8Array(0);
    if (this.#pieces.length === 1) return first;
    this.#pieces[0] = first.subarray(this.#taken);
    this.#taken = 0;
    const octets = Buffer.concat(this.#pieces);
    this.#pieces = [octets];
    return octets;
  }
}
