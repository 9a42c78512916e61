import { type Html, html } from "../html.ts";
import { type CopyRow, copyList } from "../parts/copy-list.ts";
import { fix } from "../parts/step.ts";
import { capitalised } from "../words.ts";

/** A record in the middle of a sentence: one that can be copied, as a zone file has it. */
const RECORDS = [
  /(?:[^\s]+\.) CAA \d+ issue(?:wild)? "[^"]*"/,
  /_acme-challenge\.[^\s]+\. CNAME [^\s;]+\./,
] as const;

interface Parted {
  readonly sentence: string;
  readonly record: string | undefined;
}

/** What a sentence says, without the record in it, and that record. */
export function partRecord(text: string): Parted {
  const record = RECORDS.map((form) => form.exec(text)?.[0]).find((found) => found !== undefined);
  if (record === undefined) return { sentence: text, record };
  const at = text.indexOf(record);
  const before = text.slice(0, at).trimEnd();
  const behind = text.slice(at + record.length).trim();
  // A colon has announced it; elsewhere it is a word of the sentence.
  const begun = before.endsWith(":") ? before.slice(0, -1) : `${before} the record below`;
  const sentence = behind === "" || behind === "." ? begun : `${begun} ${behind}`;
  return { sentence: sentence.replace(/ (?=[;,.])/g, ""), record };
}

/** The first thing that a sentence says. */
export function shortened(text: string): string {
  const { sentence } = partRecord(text);
  const [first = ""] = sentence.split(/;| \(|, and create/, 1);
  return sentenceOf(first.trim());
}

/** What is to be done, with the record to copy. */
export function fixOf(text: string): Html {
  const { sentence, record } = partRecord(text);
  return fix(sentenceOf(sentence), record !== undefined && copyList([recordRow(record)]));
}

export function recordRow(record: string): CopyRow {
  return { label: "Record", value: record };
}

/** With a capital at its beginning, unless that is a name, and a full stop at its end. */
export function sentenceOf(text: string): string {
  const [first = ""] = text.split(" ", 1);
  const isName = /[._\d(]/.test(first);
  const begun = isName ? text : capitalised(text);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

/** Lines under a heading, such as what each server has said. */
export function lines(title: string, texts: readonly string[]): Html {
  return html`<details class="lines"><summary class="small">${title}</summary><ul class="small">${texts.map(
    (text) => html`<li><code>${text}</code></li>`,
  )}</ul></details>`;
}
