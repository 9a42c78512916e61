import { ACTIVITY_KINDS, type ActivityCounts, type ActivityHour } from "../../store/activity.ts";
import { type Html, html } from "../html.ts";
import { card, soft } from "../parts/card.ts";
import { type Chart, chart, highest, legend, sum } from "../parts/chart.ts";
import { clock, grouped } from "../words.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SHOWN = [
  { kind: "values", fill: "c1", word: "TXT values" },
  { kind: "other_answers", fill: "c2", word: "Other answers" },
  { kind: "refusals", fill: "c3", word: "Refusals" },
] as const;

/** Of the last 24 hours, those in which nothing came among them. */
export function hoursOf(activity: readonly ActivityHour[], nowMs: number): ActivityHour[] {
  const newest = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const known = new Map(activity.map((hour) => [hour.hourMs, hour]));
  return Array.from({ length: HOURS }, (_, i) => {
    const hourMs = newest - (HOURS - 1 - i) * HOUR_MS;
    return known.get(hourMs) ?? { hourMs, counts: NONE };
  });
}

const NONE = Object.fromEntries(ACTIVITY_KINDS.map((kind) => [kind, 0])) as ActivityCounts;

/** DNS queries by the hour, and what they came to. */
export function activityCard(activity: readonly ActivityHour[], nowMs: number): Html {
  const hours = hoursOf(activity, nowMs);
  const bars = hours.map(({ counts }) => SHOWN.map(({ kind }) => counts[kind]));
  const totals = SHOWN.map((_, layer) => sum(bars.map((parts) => parts[layer] ?? 0)));
  const all = sum(totals);
  const share = (part: number): string => `${Math.round((part / Math.max(all, 1)) * 100)} %`;
  return card({
    title: "DNS queries",
    aside: soft(`24 hours, ${all === 0 ? "none yet" : `${grouped(all)} in all`}`),
    body: html`${legend(
      SHOWN.map(({ fill, word }, i) => ({ fill, text: `${word} ${share(totals[i] ?? 0)}` })),
    )}${chart(chartOf(hours, bars))}`,
  });
}

function chartOf(hours: readonly ActivityHour[], bars: readonly (readonly number[])[]): Chart {
  const sums = bars.map(sum);
  const place = (count: number): string =>
    `${grouped(count)} at ${clock(hours[sums.indexOf(count)]?.hourMs ?? 0).slice(0, 5)}`;
  const label = `DNS queries per hour over 24 hours: lowest ${place(Math.min(...sums))}, highest ${place(Math.max(...sums))}`;
  const top = highest({ bars });
  const at = (i: number): string => clock(hours[i]?.hourMs ?? 0).slice(0, 5);
  return {
    label,
    fills: SHOWN.map(({ fill }) => fill),
    bars,
    height: 100,
    below: [at(0), at(6), at(12), at(18), "now"],
    beside: [grouped(top), grouped(top / 2), "0"],
  };
}
