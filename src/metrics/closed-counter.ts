/**
 * Counters by labels whose values are closed lists: every series is there from the start, with 0, and nothing that a
 * stranger sends can make another one. A value that is in no list counts as the last one of its list.
 */
export class ClosedCounter<Label extends string> {
  readonly #values: Readonly<Record<Label, readonly string[]>>;
  readonly #labels: readonly Label[];
  readonly #counts = new Map<string, number>();

  constructor(values: Readonly<Record<Label, readonly string[]>>) {
    this.#values = values;
    this.#labels = Object.keys(values) as Label[];
    for (const key of this.#keys()) this.#counts.set(key, 0);
  }

  count(labels: Readonly<Record<Label, string>>): void {
    const key = this.#labels.map((label) => this.#known(label, labels[label])).join(SEPARATOR);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Every series. */
  *series(): Generator<{ readonly labels: Record<Label, string>; readonly value: number }> {
    for (const [key, value] of this.#counts) {
      const values = key.split(SEPARATOR);
      const pairs = this.#labels.map((label, i) => [label, values[i] ?? ""]);
      yield { labels: Object.fromEntries(pairs) as Record<Label, string>, value };
    }
  }

  #known(label: Label, value: string): string {
    const list = this.#values[label];
    return list.includes(value) ? value : (list.at(-1) ?? "");
  }

  #keys(): string[] {
    return this.#labels
      .map((label) => this.#values[label])
      .reduce<string[][]>(
        (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
        [[]],
      )
      .map((row) => row.join(SEPARATOR));
  }
}

const SEPARATOR = "\0";
