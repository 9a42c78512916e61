import { ActError } from "../operate/act-error.ts";

/** What came with an act, as JSON had it. */
export type Arguments = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 300;

/** Throws ActError for anything else. */
export function textOf(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= LONGEST_TEXT) return value;
  throw new ActError(`${what}: a text of at most ${LONGEST_TEXT} characters`);
}

/** Throws ActError for anything else. */
export function integerOrZeroOf(value: unknown, what: string): number {
  return value === 0 ? 0 : integerOf(value, what);
}

/** Throws ActError for anything else. */
export function integerOf(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new ActError(`${what}: a whole number above 0, not ${JSON.stringify(value)}`);
}
