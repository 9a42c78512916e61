/** A set that keeps what was added most recently. */
export class RecentKeys {
  readonly #most: number;
  /** Most recently added last. */
  readonly #keys = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= this.#most) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      break;
    }
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }
}
