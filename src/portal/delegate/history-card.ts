import { type Html, html } from "../html.ts";
import { plainCard, soft } from "../parts/card.ts";
import { type Chart, chart, highest, legend, sum } from "../parts/chart.ts";
import { counted, dayOfYear } from "../words.ts";
import type { DelegateView } from "./delegate-view.ts";

const DAY_MS = 86_400_000;
const DAYS = 90;
/** As `updatesOf` has them. */
const MOST_DAYS = 12;

/** Days with an update. The store keeps the newest twelve of each key. */
export function historyCard({ updates, refusals, visit }: DelegateView): Html {
  const { nowMs } = visit;
  const bars = barsOf(updates, refusals, nowMs);
  const accepted = sum(bars.map(([first = 0]) => first));
  const refused = sum(bars.map(([, second = 0]) => second));
  return plainCard({
    title: "History",
    aside: soft(`${DAYS} days`),
    body: html`<div class="card-body stack tight">
<div class="row spread"><h3>Updates</h3>${legend([
      { fill: "c1", text: daysInWords(accepted) },
      { fill: "fail", text: `${refused} refused` },
    ])}</div>
${chart(chartOf(bars, accepted, refused, nowMs))}
<p class="small soft">Of each key the newest ${MOST_DAYS} days with an update are known.</p></div>`,
  });
}

function daysInWords(days: number): string {
  return counted(days, "day with an update", "days with an update");
}

/** For each day, whether there were updates, and how many were refused. */
function barsOf(
  updates: readonly number[],
  refusals: readonly number[],
  nowMs: number,
): number[][] {
  const barOf = (timeMs: number): number => DAYS - 1 - Math.floor((nowMs - timeMs) / DAY_MS);
  const withUpdates = new Set(updates.map(barOf));
  const refused = Map.groupBy(refusals.map(barOf), (bar) => bar);
  return Array.from({ length: DAYS }, (_, bar) => [
    withUpdates.has(bar) ? 1 : 0,
    refused.get(bar)?.length ?? 0,
  ]);
}

function chartOf(
  bars: readonly number[][],
  accepted: number,
  refused: number,
  nowMs: number,
): Chart {
  const top = highest({ bars });
  const at = (daysAgo: number): string => dayOfYear(nowMs - daysAgo * DAY_MS);
  return {
    label: `Updates over ${DAYS} days: ${daysInWords(accepted)}, ${counted(refused, "refusal")}`,
    fills: ["c1", "fail"],
    bars,
    height: 20,
    isShort: true,
    below: [at(DAYS - 1), at(60), at(30), "today"],
    beside: [String(top), "0"],
  };
}
