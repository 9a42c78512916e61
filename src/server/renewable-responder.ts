import type { Requestor } from "./requestor.ts";
import type { Responder } from "./responder.ts";

/** A responder that another one can take the place of, between two turns: no message is lost or answered by halves. */
export class RenewableResponder implements Responder {
  readonly #renewed: () => Responder | undefined;
  #current: Responder;

  /** `renewed` is asked before each turn, and says undefined if nothing has changed. */
  constructor(first: Responder, renewed: () => Responder | undefined) {
    this.#current = first;
    this.#renewed = renewed;
  }

  begin(): void {
    this.#current = this.#renewed() ?? this.#current;
    this.#current.begin();
  }

  answer(
    input: Uint8Array,
    start: number,
    end: number,
    requestor: Requestor,
    output: Uint8Array,
    at: number,
  ): number {
    return this.#current.answer(input, start, end, requestor, output, at);
  }

  end(): void {
    this.#current.end();
  }
}
