import { type Html, html, type Piece } from "../html.ts";
import { badge } from "./badge.ts";
import { icon } from "./icon.ts";
import type { Tone } from "./tone.ts";

/** One name at which CAA records are looked for. */
export interface Rung {
  readonly name: Piece;
  readonly found: Piece;
  /** `decides`: its records count; `beyond`: it is not reached. */
  readonly kind: "passed" | "decides" | "beyond";
  /** Of the one that decides. */
  readonly tone: Tone;
}

const WORDS = { passed: "Nothing", decides: "Decides", beyond: "Not reached" } as const;
const DECIDING: Readonly<Partial<Record<Tone, "pass" | "warn">>> = { ok: "pass", warn: "warn" };

/** Where an authority looks for CAA, from the name up to the root. */
export function climb(rungs: readonly Rung[]): Html {
  return html`<ol class="climb" aria-label="CAA look-up, from the name up to the root">${rungs.map(rung)}</ol>`;
}

function rung({ name, found, kind, tone: given }: Rung): Html {
  const tone = kind === "decides" ? given : "idle";
  const picture = {
    passed: "up",
    decides: DECIDING[tone] ?? "fail",
    beyond: "skip",
  } as const;
  const words = kind === "passed" ? "skip" : picture[kind];
  return html`<li class="rung${kind !== "passed" && ` ${kind}`}" data-tone="${tone}">
${icon(picture[kind])}
<span class="rung-name">${name}</span>
<span class="rung-found">${found}</span>
${badge({ tone, icon: words, word: WORDS[kind] })}
</li>`;
}
