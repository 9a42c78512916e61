import { type Html, html, type Piece } from "../html.ts";
import { type Badge, badge } from "./badge.ts";

export interface Comparison {
  readonly expected: Piece;
  readonly found: Piece;
  /** What comes of it. */
  readonly verdict: Badge;
}

export function compare({ expected, found, verdict }: Comparison): Html {
  return html`<dl class="compare">
<div><dt>Expected</dt><dd>${expected}</dd></div>
<div data-tone="${verdict.tone}"><dt>Found</dt><dd>${found}</dd><dd>${badge(verdict)}</dd></div>
</dl>`;
}
