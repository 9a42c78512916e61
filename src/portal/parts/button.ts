import { type Html, html, type Piece } from "../html.ts";
import { type Icon, icon } from "./icon.ts";

/** How a button looks: one primary on a page. */
export type Look = "primary" | "plain" | "quiet" | "danger" | "quiet danger";

function classOf(look: Look): string {
  return look === "plain" ? "button" : `button ${look}`;
}

export interface ActButton {
  /** Where it is posted to, with the token of the page's form. */
  readonly to: string;
  readonly text: Piece;
  /** What it is about, for who hears the page. */
  readonly about?: string;
  readonly icon?: Icon;
  readonly look?: Look;
  /** True: the text is for who hears the page alone. */
  readonly isIconOnly?: boolean;
  /** Sent as `subject`. */
  readonly subject?: string | number;
}

/** Does something: a button of the form that the page ends with. */
export function actButton(button: ActButton): Html {
  const { to, text, about, icon: picture, look = "plain", isIconOnly = false, subject } = button;
  const value = subject !== undefined && html` name="subject" value="${subject}"`;
  const hidden = about !== undefined && ` ${about}`;
  const words = isIconOnly
    ? html`<span class="sr-only">${text}${hidden}</span>`
    : html`${text}${hidden !== false && html`<span class="sr-only">${hidden}</span>`}`;
  return html`<button class="${classOf(look)}" form="act" formaction="${to}"${value}>${picture && icon(picture)}${words}</button>`;
}

export interface LinkButton {
  readonly href: string;
  readonly text: Piece;
  readonly icon?: Icon;
  readonly look?: Look;
}

/** Leads somewhere. */
export function linkButton({ href, text, icon: picture, look = "plain" }: LinkButton): Html {
  return html`<a class="${classOf(look)}" href="${href}">${picture && icon(picture)}${text}</a>`;
}
