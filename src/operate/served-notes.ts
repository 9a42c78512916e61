/** When the values of a delegate were last asked for: milliseconds since 1970; undefined: never. */
export interface ServedValue {
  servedMs(subdomain: string): number | undefined;
  setServed(subdomain: string, servedMs: number | undefined): void;
  /** Changes with every update. */
  sequence(subdomain: string): number | undefined;
}

/** Checks of one delegate that are under way, and what was so before the first of them. */
interface UnderWay {
  count: number;
  readonly beforeMs: number | undefined;
  readonly sequence: number | undefined;
}

/**
 * Tells who asks for values: others, or our own checks, which ask for the same. While a check is under way nothing
 * is believed, and what it leaves is put back when the last one of the delegate is over; but not what was asked for
 * after an update that came meanwhile, since that is when a CA asks.
 */
export class ServedNotes {
  readonly #checks = new Map<string, UnderWay>();

  /** When others asked last; undefined: never, or nobody can tell just now. */
  byOthers(values: ServedValue | undefined, zone: string, subdomain: string): number | undefined {
    const check = this.#checks.get(`${subdomain}.${zone}`);
    return check === undefined ? values?.servedMs(subdomain) : check.beforeMs;
  }

  /** Our own questions come while `work` is done. */
  async whileChecked<T>(
    values: ServedValue | undefined,
    { zone, subdomain }: { readonly zone: string; readonly subdomain: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const key = `${subdomain}.${zone}`;
    const check = this.#checks.get(key) ?? {
      count: 0,
      beforeMs: values?.servedMs(subdomain),
      sequence: values?.sequence(subdomain),
    };
    check.count += 1;
    this.#checks.set(key, check);
    try {
      return await work();
    } finally {
      check.count -= 1;
      if (check.count === 0) {
        this.#checks.delete(key);
        const isUpdated = values?.sequence(subdomain) !== check.sequence;
        if (!isUpdated) values?.setServed(subdomain, check.beforeMs);
      }
    }
  }
}
