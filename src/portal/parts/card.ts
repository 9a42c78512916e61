import { type Html, html, type Piece } from "../html.ts";

export interface Card {
  readonly title: Piece;
  /** For links to it. */
  readonly id?: string;
  /** What the step of a way is called by. */
  readonly number?: number;
  /** It has what is shown this once: the script leaves it as it is. */
  readonly isOnce?: boolean;
  /** One thing at the right of the title. */
  readonly aside?: Piece;
  /** What stands in the body, with space around it; or already in parts of its own. */
  readonly body: Piece;
  readonly foot?: Piece;
}

/** A card whose content has space around it. */
export function card({ body, ...rest }: Card): Html {
  return plainCard({ ...rest, body: html`<div class="card-body stack tight">${body}</div>` });
}

/** A card whose content brings its own space, such as a table. */
export function plainCard({ title, id, number, isOnce = false, aside, body, foot }: Card): Html {
  const mark = number !== undefined && html`<span class="number">${number}</span>`;
  return html`<section class="card"${id !== undefined && html` id="${id}"`}${isOnce && html` data-once`}>
<header class="card-head"><h2>${mark}${title}</h2>${aside}</header>
${body}${foot !== undefined && html`<footer class="card-foot row spread">${foot}</footer>`}
</section>`;
}

/** A link at the right of a card's title. */
export function smallLink(href: string, text: Piece): Html {
  return html`<a class="small" href="${href}">${text}</a>`;
}

export function soft(text: Piece): Html {
  return html`<span class="soft small">${text}</span>`;
}

/** Where there is nothing yet. */
export function empty({
  icon,
  title,
  text,
  action,
}: {
  readonly icon: Html;
  readonly title: Piece;
  readonly text: Piece;
  readonly action?: Piece;
}): Html {
  return html`<div class="empty">${icon}<h2>${title}</h2><p class="soft">${text}</p>${action}</div>`;
}
