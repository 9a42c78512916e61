import type { StrictMessage } from "../support/strict-message.ts";

/** What a run has seen. */
export class Tally {
  messages = 0;
  streams = 0;
  /** Datagrams that were lost and sent again. */
  lost = 0;
  readonly #responses = new Map<string, number>();
  #amplification = 0;
  #amplified = "";

  countUdp(query: Uint8Array, message: StrictMessage): void {
    this.count(message);
    const amplification = message.length / query.length;
    if (amplification <= this.#amplification) return;
    this.#amplification = amplification;
    this.#amplified = Buffer.from(query).toString("hex");
  }

  count({ rcode }: StrictMessage): void {
    this.#responses.set(rcode, (this.#responses.get(rcode) ?? 0) + 1);
  }

  /** Responses by RCODE, the most frequent first. */
  responses(): string {
    const rows = [...this.#responses].sort(([, a], [, b]) => b - a);
    return rows.map(([rcode, count]) => `${rcode} ${count}`).join(", ");
  }

  largestAmplification(): string {
    return `${this.#amplification.toFixed(1)} (query ${this.#amplified})`;
  }
}
