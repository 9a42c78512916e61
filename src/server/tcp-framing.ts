/** RFC 1035 section 4.2.2: two octets of length, then that many of a message. */
const LENGTH_OCTETS = 2;
/** Joined from time to time, since a message may come octet by octet and each piece costs memory. */
const MAX_PIECES = 64;

/**
 * Cuts a stream into messages, wherever the network has split it (RFC 7766 section 8). Keeps at
 * most one unfinished message, so at most 65,537 octets, whatever arrives.
 */
export class TcpFraming {
  /** The pieces of an unfinished message, joined only once it is whole. */
  #pieces: Uint8Array[] = [];
  #pending = 0;

  /** The messages that are whole now that `chunk` has arrived; they share its memory. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#pieces.length === MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
    this.#pieces.push(chunk);
    this.#pending += chunk.length;
    if (this.#pending < this.#wanted()) return [];
    const octets = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    const messages: Uint8Array[] = [];
    let offset = 0;
    for (;;) {
      const end = endOfMessage(octets, offset);
      if (end === undefined) break;
      messages.push(octets.subarray(offset + LENGTH_OCTETS, end));
      offset = end;
    }
    const rest = octets.subarray(offset);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#pending = rest.length;
    return messages;
  }

  /** Octets needed before anything is whole. */
  #wanted(): number {
    const [first, second] = this.#pieces;
    const high = first?.[0];
    const low = first?.[1] ?? second?.[0];
    return high === undefined || low === undefined
      ? LENGTH_OCTETS
      : LENGTH_OCTETS + ((high << 8) | low);
  }
}

function endOfMessage(octets: Uint8Array, offset: number): number | undefined {
  const high = octets[offset];
  const low = octets[offset + 1];
  if (high === undefined || low === undefined) return undefined;
  const end = offset + LENGTH_OCTETS + ((high << 8) | low);
  return end <= octets.length ? end : undefined;
}
