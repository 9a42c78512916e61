import { type Html, html, type Piece } from "../html.ts";

export interface PageHead {
  /** Where the page is, from above; the last one is the page itself. */
  readonly crumbs?: readonly { readonly text: Piece; readonly href?: string }[];
  /** The verdict, or the name of what the page is about. */
  readonly title: Piece;
  readonly badge?: Piece;
  readonly lead: Piece;
  readonly actions?: Piece;
}

export function pageHead({ crumbs, title, badge, lead, actions }: PageHead): Html {
  return html`<header class="page-head">
${crumbs !== undefined && html`<nav class="crumbs" aria-label="Breadcrumb"><ol>${crumbs.map(crumb)}</ol></nav>`}
<div class="row title"><h1>${title}</h1>${badge}</div>
<p class="lead">${lead}</p>
${actions !== undefined && html`<div class="row actions">${actions}</div>`}
</header>`;
}

function crumb({ text, href }: { readonly text: Piece; readonly href?: string }): Html {
  if (href === undefined) return html`<li aria-current="page">${text}</li>`;
  return html`<li><a href="${href}">${text}</a></li>`;
}
