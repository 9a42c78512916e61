import { type Html, html, type Piece } from "../html.ts";

/** Labels and what there is to say of each; undefined rows are left out. */
export function facts(rows: readonly (readonly [label: string, value: Piece] | undefined)[]): Html {
  const shown = rows.filter((row) => row !== undefined);
  return html`<dl class="facts">${shown.map(
    ([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}
