import type { DelegateName, Hostnames } from "../store/hostnames.ts";

/** When the values of a delegate were last asked for: milliseconds since 1970; undefined: never. */
export interface ServedValue {
  servedMs(subdomain: string): number | undefined;
  setServed(subdomain: string, servedMs: number | undefined): void;
}

/** Checks of one delegate that are under way, and what was so before the first of them. */
interface UnderWay {
  count: number;
  /** What was asked for after an update since then may have been asked for by a CA. */
  readonly updatesSinceMs: number;
  readonly beforeMs: number | undefined;
}

export interface ServedCheck extends DelegateName {
  readonly values: ServedValue | undefined;
  /** The clock chooses another time than the one after an update as long as it can; people do not wait. */
  readonly why: "by-clock" | "asked-for";
}

/** A CA asks right after an update: for so long, our own questions would look like its. */
export const AFTER_UPDATE_MS = 60_000;

/**
 * Tells who asks for values: others, or our own checks, which ask for the same. While a check is under way nothing
 * is believed, and what it leaves is put back when the last one of the delegate is over; but not what was asked for
 * after an update that came meanwhile, or just before one that people ask for, since that may have been a CA.
 */
export class ServedNotes {
  readonly #clock: () => number;
  readonly #updates: Pick<Hostnames, "lastUpdateMs">;
  readonly #checks = new Map<string, UnderWay>();

  constructor(clock: () => number, updates: Pick<Hostnames, "lastUpdateMs">) {
    this.#clock = clock;
    this.#updates = updates;
  }

  /** When others asked last; undefined: never, or nobody can tell just now. */
  byOthers(values: ServedValue | undefined, zone: string, subdomain: string): number | undefined {
    const check = this.#checks.get(`${subdomain}.${zone}`);
    return check === undefined ? values?.servedMs(subdomain) : check.beforeMs;
  }

  /** Our own questions come while `work` is done. */
  async whileChecked<T>(
    { zone, subdomain, values, why }: ServedCheck,
    work: () => Promise<T>,
  ): Promise<T> {
    const key = `${subdomain}.${zone}`;
    const updatesSinceMs = this.#clock() - (why === "by-clock" ? 0 : AFTER_UPDATE_MS);
    const beforeMs = values?.servedMs(subdomain);
    const check = this.#checks.get(key) ?? { count: 0, updatesSinceMs, beforeMs };
    check.count += 1;
    this.#checks.set(key, check);
    try {
      return await work();
    } finally {
      const updatedMs = await this.#updatedMs({ zone, subdomain });
      check.count -= 1;
      if (check.count === 0) {
        this.#checks.delete(key);
        const isOurs = !isByCa(values?.servedMs(subdomain), updatedMs, check);
        if (isOurs) values?.setServed(subdomain, check.beforeMs);
      }
    }
  }

  async #updatedMs(delegate: DelegateName): Promise<number | undefined> {
    try {
      return await this.#updates.lastUpdateMs(delegate);
    } catch {
      // The storage has its own messages.
      return undefined;
    }
  }
}

/** Values are known to the second to have been asked for. */
function isByCa(
  servedMs: number | undefined,
  updatedMs: number | undefined,
  { updatesSinceMs }: UnderWay,
): boolean {
  if (servedMs === undefined || updatedMs === undefined) return false;
  return updatedMs >= updatesSinceMs && servedMs >= Math.floor(updatedMs / 1000) * 1000;
}
