import { type Html, html, type Piece } from "../html.ts";
import { icon } from "./icon.ts";
import { type Tone, toneOfResult } from "./tone.ts";

/** One of the four places that a challenge passes. */
export interface Stop {
  readonly tone: Tone;
  readonly label: string;
  readonly name: Piece;
  readonly note: Piece;
  /** What leads on from here; undefined at the last one. */
  readonly hop?: string;
}

const ICONS = {
  ok: toneOfResult("PASS").icon,
  busy: "propagating",
  warn: toneOfResult("WARN").icon,
  fail: toneOfResult("FAIL").icon,
  idle: toneOfResult("SKIP").icon,
} as const;

/** The way of a challenge, drawn as far as it holds. */
export function delegationPath(stops: readonly Stop[]): Html {
  return html`<ol class="route card" aria-label="Delegation path">${stops.map(stop)}</ol>`;
}

function stop({ tone, label, name, note, hop }: Stop): Html {
  return html`<li class="stop" data-tone="${tone}">
<span class="stop-node">${icon(ICONS[tone])}</span>
<span class="stop-label">${label}</span>
<code class="stop-name">${name}</code>
<span class="stop-note">${note}</span>
${hop !== undefined && html`<span class="stop-hop">${hop}</span>`}
</li>`;
}
