/**
 * What administrators call a delegate by, besides its name: texts by key, such as env=prod. They decide
 * nothing.
 */
export type Labels = Readonly<Record<string, string>>;

/** What becomes of labels: a text, or undefined for one that is taken away. */
export type LabelChanges = ReadonlyMap<string, string | undefined>;

export const MOST_LABELS = 16;

/** For messages. */
export const LABEL_FORMS =
  "KEY=VALUE, or KEY- to take one away; a key has 1 to 63 lower-case letters, digits, dots, hyphens and underscores, a value at most 128 printable characters";

/** What keys look like. */
export const LABEL_KEY: RegExp = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
const VALUE = /^[^\p{C}]{0,128}$/u;
const CHANGE = /^([^=]*)=(.*)$/s;

/** `env=prod` or `env-`; undefined for anything else. */
export function parseLabelChange(text: string): readonly [string, string | undefined] | undefined {
  const [, key, value] = CHANGE.exec(text) ?? [];
  if (key !== undefined && value !== undefined) {
    return LABEL_KEY.test(key) && VALUE.test(value) ? [key, value] : undefined;
  }
  const taken = text.endsWith("-") ? text.slice(0, -1) : "";
  return LABEL_KEY.test(taken) ? [taken, undefined] : undefined;
}

/** Sorted by key; undefined if there would be too many, and more than before. */
export function changedLabels(labels: Labels, changes: LabelChanges): Labels | undefined {
  const changed = new Map<string, string | undefined>([...Object.entries(labels), ...changes]);
  const kept = [...changed]
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const most = Math.max(MOST_LABELS, Object.keys(labels).length);
  return kept.length > most ? undefined : Object.fromEntries(kept);
}

/** As it is stored. */
export function storeLabels(labels: Labels): string {
  return JSON.stringify(labels);
}

export function restoreLabels(stored: string): Labels {
  const parsed: unknown = JSON.parse(stored);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}
