import { type Html, html, type Piece } from "../html.ts";
import { type Icon, icon } from "./icon.ts";
import type { Tone } from "./tone.ts";

const ICONS: Readonly<Record<Tone, Icon>> = {
  ok: "active",
  busy: "info",
  warn: "warn",
  fail: "error",
  idle: "info",
};

/** A sentence that should be read. Failures and what was done are told to who hears the page, too. */
export function note(tone: Tone, text: Piece): Html {
  const role = tone === "fail" ? html` role="alert"` : tone === "ok" && html` role="status"`;
  return html`<div class="note" data-tone="${tone}"${role}>${icon(ICONS[tone])}<div>${text}</div></div>`;
}
