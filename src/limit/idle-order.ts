interface Place<T> {
  readonly value: T;
  isBusy: boolean;
  /** Idle for longer. */
  previous: Place<T> | undefined;
  next: Place<T> | undefined;
}

/**
 * Values in the order of their last activity; those that are busy have no place in it. A linked list, since
 * a Map that values leave at its front and enter at its end must step over all that have left to find its
 * first. A value keeps its place object: one that is dropped would hold on to its neighbours until the next
 * full garbage collection.
 */
export class IdleOrder<T> {
  readonly #places = new Map<T, Place<T>>();
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;

  /** Busy ones count. */
  get size(): number {
    return this.#places.size;
  }

  get longestIdle(): T | undefined {
    return this.#first?.value;
  }

  add(value: T): void {
    const place = { value, isBusy: false, previous: undefined, next: undefined };
    this.#places.set(value, place);
    this.#append(place);
  }

  /** It is active, and idle again. */
  touch(value: T): void {
    const place = this.#places.get(value);
    if (place === undefined || place.isBusy || place === this.#last) return;
    this.#unlink(place);
    this.#append(place);
  }

  setBusy(value: T): void {
    const place = this.#places.get(value);
    if (place === undefined || place.isBusy) return;
    place.isBusy = true;
    this.#unlink(place);
  }

  setIdle(value: T): void {
    const place = this.#places.get(value);
    if (!place?.isBusy) return;
    place.isBusy = false;
    this.#append(place);
  }

  delete(value: T): void {
    const place = this.#places.get(value);
    if (place === undefined) return;
    this.#places.delete(value);
    if (!place.isBusy) this.#unlink(place);
  }

  #append(place: Place<T>): void {
    place.previous = this.#last;
    place.next = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }

  #unlink(place: Place<T>): void {
    const { previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.previous = undefined;
    place.next = undefined;
  }
}
