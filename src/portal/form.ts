/** What a form has sent. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(text: string) {
    this.#fields = new URLSearchParams(text);
  }

  /** Without spaces around it; "" if it was not sent, or left empty. */
  text(name: string): string {
    return this.#fields.get(name)?.trim() ?? "";
  }

  /** As it was typed: spaces may belong to it. */
  exactly(name: string): string {
    return this.#fields.get(name) ?? "";
  }

  /** Undefined where nothing was filled in. */
  optional(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  all(name: string): readonly string[] {
    return this.#fields.getAll(name);
  }

  /** Everything, to be filled in again. */
  values(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#fields].filter(([name]) => name !== "csrf"));
  }

  /** Words with spaces or commas between. */
  words(name: string): readonly string[] {
    return this.text(name)
      .split(/[\s,]+/)
      .filter((word) => word !== "");
  }

  /** `key=value` with spaces between, a value with spaces in quotes; undefined if something has another form. */
  labels(name: string): Readonly<Record<string, string>> | undefined {
    const text = this.text(name);
    // zod would leave out that key without a word.
    if (!LABELS.test(text) || /(?:^|\s)__proto__=/.test(text)) return undefined;
    return Object.fromEntries(
      [...text.matchAll(LABEL)].map(([, key = "", quoted, bare = ""]) => [
        key,
        quoted?.replaceAll(/\\(.)/gs, "$1") ?? bare,
      ]),
    );
  }
}

const LABEL = /([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|((?!")\S*))/gs;
const LABELS = new RegExp(`^(?:${LABEL.source}(?:\\s+|$))*$`, "s");

/** As `labels` reads them. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${/[\s"]/.test(value) ? quoted(value) : value}`)
    .join(" ");
}

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}
