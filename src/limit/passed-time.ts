/**
 * The time that has passed by a clock that people and time servers set. A jump back counts as no time at all, one
 * forward as what it says: what is to end with time ends too early rather than never.
 */
export class PassedTime {
  #clockMs: number | undefined;
  #passedMs = 0;

  /** Milliseconds since the first call; they never become fewer. `nowMs`: what the clock says. */
  at(nowMs: number): number {
    this.#passedMs += Math.max(nowMs - (this.#clockMs ?? nowMs), 0);
    this.#clockMs = nowMs;
    return this.#passedMs;
  }
}
