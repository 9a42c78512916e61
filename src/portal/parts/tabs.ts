import { type Html, html, type Piece } from "../html.ts";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: Piece;
}

/** Radio buttons, so that they need no script; the first one is open. `name` is unique on the page. */
export function tabs(name: string, legend: string, all: readonly Tab[]): Html {
  return html`<fieldset class="tabs"><legend class="sr-only">${legend}</legend>${all.map(
    ({ id, label, panel }, i) => html`
<input type="radio" name="${name}" id="${name}-${id}"${i === 0 && html` checked`}>
<label for="${name}-${id}">${label}</label>
<div class="tab-panel stack tight">${panel}</div>`,
  )}</fieldset>`;
}
