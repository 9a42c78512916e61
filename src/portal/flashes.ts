import type { CopyRow } from "./parts/copy-list.ts";
import type { Tone } from "./parts/tone.ts";

/** What the next page says of what was just done, once. */
export interface Flash {
  readonly tone: Tone;
  readonly text: string;
  /** What is shown this once: it is kept nowhere else. */
  readonly secret?: Secret | undefined;
}

export interface Secret {
  readonly title: string;
  readonly rows: readonly CopyRow[];
  /** What to do with it. */
  readonly advice: string;
  /** The user name and key of a delegate, so that what clients read can be shown whole. */
  readonly credential?: { readonly username: string; readonly password: string };
}

/** Somebody who does not follow to the next page at once does not see it. */
const LIFETIME_MS = 5 * 60_000;
const MOST = 1000;

/** Between a form and the page that it leads to. By who has signed in: another tab of theirs may show it first. */
export class Flashes {
  readonly #byVisitor = new Map<string, { readonly flash: Flash; readonly putMs: number }>();

  put(visitor: string, flash: Flash, nowMs: number): void {
    for (const [key, { putMs }] of this.#byVisitor) {
      const isOld = nowMs - putMs > LIFETIME_MS;
      if (isOld || this.#byVisitor.size >= MOST) this.#byVisitor.delete(key);
    }
    this.#byVisitor.set(visitor, { flash, putMs: nowMs });
  }

  /** What there is for them, which is gone then. */
  take(visitor: string, nowMs: number): Flash | undefined {
    const found = this.#byVisitor.get(visitor);
    this.#byVisitor.delete(visitor);
    return found !== undefined && nowMs - found.putMs <= LIFETIME_MS ? found.flash : undefined;
  }
}
