import { type Html, html, type Piece } from "../html.ts";
import { counted } from "../words.ts";
import type { Tone } from "./tone.ts";

/** How a bar is filled: a colour of charts, or a tone. */
export type Fill = "c1" | "c2" | "c3" | Tone;

/** Bars beside each other, each of parts on top of each other. */
export interface Chart {
  /** What who hears the page is told instead. */
  readonly label: string;
  readonly fills: readonly Fill[];
  /** For each bar, how much of each fill. */
  readonly bars: readonly (readonly number[])[];
  readonly height: number;
  readonly isShort?: boolean;
  /** Words below, from left to right, and beside, from above. */
  readonly below: readonly string[];
  readonly beside: readonly string[];
}

const BAR = 10;
const WIDTH = 8;

export function chart(given: Chart): Html {
  const { label, fills, bars, height, isShort = false, below, beside } = given;
  const most = highest(given);
  const shapes = fills.map((fill, layer) => {
    const path = bars.map((parts, i) => bar(parts, layer, i, height / most)).join("");
    return path === "" ? undefined : shape(fill, path);
  });
  return html`<figure class="chart">
<svg${isShort && html` class="short"`} viewBox="0 -${height} ${bars.length * BAR} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">${shapes}</svg>
<ol class="axis y" aria-hidden="true">${beside.map((text) => html`<li>${text}</li>`)}</ol>
<ol class="axis" aria-hidden="true">${below.map((text) => html`<li>${text}</li>`)}</ol>
</figure>`;
}

/** The number that the chart is as high as: a round one at or above its highest bar. */
export function highest({ bars }: Pick<Chart, "bars">): number {
  const most = Math.max(...bars.map(sum), 1);
  const digit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 6, 8, 10].map((times) => times * digit).find((round) => round >= most) ?? most;
}

export function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

function bar(parts: readonly number[], layer: number, i: number, scale: number): string {
  const own = (parts[layer] ?? 0) * scale;
  if (own <= 0) return "";
  const below = sum(parts.slice(0, layer)) * scale;
  const top = sum(parts) * scale;
  // What is there at all must be seen.
  const size = rounded(Math.max(own, layer === 0 && top === own ? 1 : 0));
  return `M${i * BAR + 1} ${rounded(-below - size)}h${WIDTH}v${size}h-${WIDTH}z`;
}

function rounded(number: number): number {
  return Math.round(number * 10) / 10;
}

function shape(fill: Fill, path: string): Html {
  const isColour = fill === "c1" || fill === "c2" || fill === "c3";
  const attributes = isColour ? html` class="${fill}"` : html` class="tone" data-tone="${fill}"`;
  return html`<path${attributes} d="${path}"/>`;
}

export function legend(entries: readonly { readonly fill: Fill; readonly text: Piece }[]): Html {
  return html`<ul class="legend">${entries.map(({ fill, text }) => {
    const isColour = fill === "c1" || fill === "c2" || fill === "c3";
    const attributes = isColour ? html` class="${fill}"` : html` class="tone" data-tone="${fill}"`;
    return html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect${attributes} width="10" height="10" rx="2"/></svg>${text}</li>`;
  })}</ul>`;
}

const SPARK_DAYS = 90;
/** Of a key, the store keeps no more (`updatesOf`): there may have been others. */
const KEPT_DAYS = 12;

/** The days with an update of the last 90, as far as they are known; nothing where there are none. */
export function spark(daysAgo: readonly number[]): Html | undefined {
  const inside = [...new Set(daysAgo.map(Math.floor))].filter((days) => days < SPARK_DAYS);
  if (inside.length === 0) return undefined;
  const path = inside.map((days) => `M${SPARK_DAYS - 1 - days} 3h1.5v12h-1.5z`).join("");
  const least = inside.length < KEPT_DAYS ? "" : "at least ";
  const label = `${least}${counted(inside.length, "day with an update", "days with an update")} in ${SPARK_DAYS} days`;
  return html`<svg class="spark" viewBox="0 0 90 16" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="base" d="M0 15h90v1H0z"/><path d="${path}"/></svg>`;
}

/** Parts of a whole side by side. */
export function share(
  label: string,
  parts: readonly { readonly tone: Tone; readonly count: number }[],
): Html {
  const total = sum(parts.map(({ count }) => count));
  const GAP = 4;
  const room = 1000 - GAP * (parts.length - 1);
  let at = 0;
  const rects = parts.map(({ tone, count }) => {
    const width = Math.max(Math.round((count / Math.max(total, 1)) * room), 1);
    const rect = html`<rect class="tone" data-tone="${tone}" x="${at}" width="${width}" height="10"/>`;
    at += width + GAP;
    return rect;
  });
  return html`<svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}">${rects}</svg>`;
}
