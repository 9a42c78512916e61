import { type Html, html } from "./html.ts";

/** Times, numbers and lists as people read them. Everything is UTC. */

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const TWO_DAYS_MS = 2 * DAY_MS;
const MINUTES_TO = 90 * MINUTE_MS;

const SMALL = [
  ..."no one two three four five six seven eight nine ten eleven twelve".split(" "),
] as const;

/** 1234567 as `1 234 567`, with spaces that do not break. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, "\u202f");
}

/** `1 key`, `2 keys`, `no keys`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count === 0 ? "no" : grouped(count)} ${count === 1 ? one : several}`;
}

/** As `counted`, small numbers in words, for the beginning of a sentence: `Four hostnames`. */
export function countedInWords(count: number, one: string, several = `${one}s`): string {
  const word = SMALL[count] ?? grouped(count);
  return `${capitalised(word)} ${count === 1 ? one : several}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A span of time with one unit: `20 s`, `13 d`. */
export function span(ms: number): string {
  const most = Math.max(ms, 0);
  if (most < MINUTE_MS) return `${Math.round(most / SECOND_MS)}\u00a0s`;
  if (most < MINUTES_TO) return `${Math.round(most / MINUTE_MS)}\u00a0min`;
  if (most < TWO_DAYS_MS) return `${Math.round(most / HOUR_MS)}\u00a0h`;
  return `${Math.round(most / DAY_MS)}\u00a0d`;
}

/** `20 seconds`, for sentences. */
export function spanInWords(ms: number): string {
  const most = Math.max(ms, 0);
  const [size, unit] =
    most < MINUTE_MS
      ? ([SECOND_MS, "second"] as const)
      : most < MINUTES_TO
        ? ([MINUTE_MS, "minute"] as const)
        : most < TWO_DAYS_MS
          ? ([HOUR_MS, "hour"] as const)
          : ([DAY_MS, "day"] as const);
  const count = Math.round(most / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `3 d ago` with the exact time for machines, and for who points at it. */
export function ago(thenMs: number, nowMs: number): Html {
  const text = nowMs - thenMs < SECOND_MS ? "just now" : `${span(nowMs - thenMs)} ago`;
  return time(thenMs, text);
}

/** As `ago`, for sentences: `3 days ago`. */
export function agoInWords(thenMs: number, nowMs: number): Html {
  const text = nowMs - thenMs < SECOND_MS ? "just now" : `${spanInWords(nowMs - thenMs)} ago`;
  return time(thenMs, text);
}

/** `in 4 min`, or `now` where it is due. */
export function ahead(thenMs: number, nowMs: number): Html {
  return time(thenMs, thenMs <= nowMs ? "now" : `in ${span(thenMs - nowMs)}`);
}

/** `14 September 2026, 07:40`. */
export function moment(ms: number): Html {
  return time(ms, `${day(ms)}, ${clock(ms).slice(0, 5)}`);
}

export function date(ms: number): Html {
  return html`<time datetime="${iso(ms).slice(0, 10)}">${day(ms)}</time>`;
}

export function time(ms: number, text: string): Html {
  return html`<time datetime="${iso(ms)}" title="${day(ms)}, ${clock(ms)} UTC">${text}</time>`;
}

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

/** `14 September 2026`. */
export function day(ms: number): string {
  return `${dayOfYear(ms)} ${iso(ms).slice(0, 4)}`;
}

/** `14 September`. */
export function dayOfYear(ms: number): string {
  const [, month = "", number = ""] = iso(ms).slice(0, 10).split("-");
  return `${Number(number)} ${MONTHS[Number(month) - 1] ?? ""}`;
}

/** `07:40:19`. */
export function clock(ms: number): string {
  return iso(ms).slice(11, 19);
}

/** The latest moment that a date can be of (ECMA-262, 21.4.1.1): a broken clock must not break a page. */
const LATEST_MS = 8.64e15;

function iso(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), LATEST_MS)).toISOString().replace(/^\+\d\d/, "");
}

/** A name that a browser may break in front of the zone, and nowhere else. */
export function breakable(name: string): Html {
  const dot = name.indexOf(".");
  if (dot < 0) return html`<code>${name}</code>`;
  return html`<code>${name.slice(0, dot)}<wbr>${name.slice(dot)}</code>`;
}

const UUID_START = 8;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=\.|$)/;

/** A random name, where its beginning tells it from others; never for what is copied. */
export function shortened(fulldomain: string): string {
  return fulldomain.replace(UUID, (uuid) => `${uuid.slice(0, UUID_START)}-…`);
}
