interface Place<T> {
  readonly value: T;
  /** Idle for longer. */
  previous: Place<T> | undefined;
  next: Place<T> | undefined;
}

/**
 * Values in the order of their last activity. A linked list, since a Map that values leave at its
 * front and enter at its end must step over all that have left to find its first.
 */
export class IdleOrder<T> {
  readonly #places = new Map<T, Place<T>>();
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;

  get size(): number {
    return this.#places.size;
  }

  get longestIdle(): T | undefined {
    return this.#first?.value;
  }

  add(value: T): void {
    const place = { value, previous: undefined, next: undefined };
    this.#places.set(value, place);
    this.#append(place);
  }

  touch(value: T): void {
    const place = this.#places.get(value);
    if (place === undefined || place === this.#last) return;
    this.#unlink(place);
    this.#append(place);
  }

  delete(value: T): void {
    const place = this.#places.get(value);
    if (place === undefined) return;
    this.#places.delete(value);
    this.#unlink(place);
  }

  #append(place: Place<T>): void {
    place.previous = this.#last;
    place.next = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }

  #unlink({ previous, next }: Place<T>): void {
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
  }
}
