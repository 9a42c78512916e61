import { type Html, html, type Piece } from "../html.ts";

/** A column: its title, for phones too; "" is for who hears the page alone. */
export interface Column {
  readonly title: string;
  /** On a phone: across the whole width, in front of others, or where buttons are. */
  readonly place?: "full" | "full first" | "acts" | "pick";
}

export interface Row {
  /** One for each column. The first that is no `pick` heads the row. */
  readonly cells: readonly Piece[];
}

export interface Table {
  /** For who hears the page. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly groups: readonly { readonly title?: Piece; readonly rows: readonly Row[] }[];
}

/** A table that becomes cards on a phone. */
export function table({ caption, columns, groups }: Table): Html {
  const head = columns.findIndex(({ place }) => place !== "pick");
  return html`<div class="table-box"><table class="table"><caption class="sr-only">${caption}</caption>
<thead><tr>${columns.map(columnHead)}</tr></thead>
${groups.map(
  ({ title, rows }) => html`<tbody>
${title !== undefined && html`<tr class="day"><th scope="rowgroup" colspan="${columns.length}">${title}</th></tr>`}
${rows.map(
  ({ cells }) =>
    html`<tr>${cells.map((cell, i) => tableCell(cell, columns[i] ?? { title: "" }, i === head))}</tr>
`,
)}</tbody>`,
)}</table></div>`;
}

function columnHead({ title, place }: Column): Html {
  if (place === "pick") return html`<td class="pick"></td>`;
  if (place === "acts") return html`<th scope="col"><span class="sr-only">${title}</span></th>`;
  return html`<th scope="col">${title}</th>`;
}

function tableCell(cell: Piece, { title, place }: Column, isHead: boolean): Html {
  if (isHead) return html`<th scope="row">${cell}</th>`;
  if (place === undefined) return html`<td data-label="${title}">${cell}</td>`;
  return html`<td class="${place}">${cell}</td>`;
}
