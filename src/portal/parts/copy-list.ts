import { type Html, html, type Piece } from "../html.ts";
import { icon } from "./icon.ts";

/** A value that is copied as it is, and what it is. */
export interface CopyRow {
  readonly label: string;
  readonly value: string;
  /** False: it is chosen, not copied, such as a record type. */
  readonly isCopied?: boolean;
}

/** Values to copy. Without a script a click on one selects it whole. */
export function copyList(rows: readonly CopyRow[]): Html {
  return html`<dl class="copy">${rows.map(copyRow)}</dl>`;
}

function copyRow({ label, value, isCopied = true }: CopyRow): Html {
  return html`<div><dt>${label}</dt><dd><code>${value}</code>${isCopied && copyButton(label)}</dd></div>`;
}

/** Copies the value in front of it. */
export function copyButton(label: Piece): Html {
  return html`<button class="button quiet copy-button" type="button">${icon("copy")}Copy<span class="sr-only"> ${label}</span></button>`;
}

/** Something that was made and is never shown again. */
export function secret(rows: readonly CopyRow[]): Html {
  return copyList(rows);
}
