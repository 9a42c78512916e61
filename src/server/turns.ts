/**
 * Work that is done in pieces, one piece in each turn of the loop whoever it belongs to: so the
 * sockets are looked at between any two pieces, however many connections have work to do.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Does `piece` after the pieces that wait already. */
  add(piece: () => void): void {
    this.#waiting.push(piece);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(this.#takeTurn);
  }

  readonly #takeTurn = (): void => {
    this.#isScheduled = false;
    const piece = this.#waiting.shift();
    // Before the piece is done, so that one which throws does not stop the others.
    this.#schedule();
    piece?.();
  };
}
