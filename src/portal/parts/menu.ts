import { type Html, html, type Piece } from "../html.ts";

/** What is seldom wanted. */
export function menu(summary: Piece, entries: readonly Piece[]): Html {
  return html`<details class="menu"><summary class="button">${summary}</summary><ul>${entries.map(
    (entry) => html`<li>${entry}</li>`,
  )}</ul></details>`;
}
