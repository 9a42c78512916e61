import { toAscii } from "../../check/input.ts";
import { HOSTNAME_STATES, type HostnameState } from "../../hostname/hostname.ts";
import type { Sought } from "../../store/lists.ts";
import { needsAttention, STATES_BY_URGENCY } from "../parts/tone.ts";

/** What a list is narrowed to, as its address says it. Undefined filters nothing. */
export interface Filters {
  readonly view: "hostnames" | "delegates";
  readonly q: string | undefined;
  readonly state: HostnameState | "attention" | undefined;
  /** Of delegates. */
  readonly life: "live" | "locked" | "deleted" | undefined;
  readonly tenant: string | undefined;
  readonly label: { readonly key: string; readonly value: string } | undefined;
  readonly cursor: Cursor | undefined;
}

/** Where a page of a list begins: after a host name in one state of the order, or after a delegate. */
export interface Cursor {
  readonly stateIndex: number;
  readonly after: number;
}

const LONGEST = 253;

/** What does not fit filters nothing: an address may be typed by hand. */
export function filtersOf(query: URLSearchParams): Filters {
  const text = (name: string): string | undefined =>
    printable(query.get(name)?.trim().slice(0, LONGEST));
  const state = text("state");
  const life = text("life");
  return {
    view: text("view") === "delegates" ? "delegates" : "hostnames",
    q: text("q")?.toLowerCase(),
    state: state === "attention" ? state : HOSTNAME_STATES.find((each) => each === state),
    life: (["live", "locked", "deleted"] as const).find((each) => each === life),
    tenant: text("tenant"),
    label: labelOf(text("label")),
    cursor: cursorOf(text("after")),
  };
}

/** What is looked for, as it is stored: names are pasted as dig, zone files and browsers have them. */
export function soughtOf({ q }: Pick<Filters, "q">): Sought | undefined {
  if (q === undefined) return undefined;
  const name = toAscii(q.replace(/(?<=.)\.$/, "").replace(/^_acme-challenge\.(?=.)/, ""));
  return { name, text: q };
}

/** Nothing that is stored has control characters, and not every database can be asked for NUL. */
export function printable(text: string | undefined): string | undefined {
  return text === undefined || text === "" || /\p{C}/u.test(text) ? undefined : text;
}

function labelOf(text: string | undefined): Filters["label"] {
  const at = text?.indexOf("=") ?? -1;
  return text === undefined || at < 1
    ? undefined
    : { key: text.slice(0, at), value: text.slice(at + 1) };
}

function cursorOf(text: string | undefined): Cursor | undefined {
  const [, stateIndex, after] = /^(\d{1,2})-(\d{1,15})$/.exec(text ?? "") ?? [];
  return after === undefined ? undefined : { stateIndex: Number(stateIndex), after: Number(after) };
}

/** The address of the same list, from somewhere else or narrowed in another way. */
export function listPath(filters: Filters, changed: Partial<Filters> = {}): string {
  const { view, q, state, life, tenant, label, cursor } = { ...filters, ...changed };
  const query = new URLSearchParams();
  if (view === "delegates") query.set("view", view);
  if (q !== undefined) query.set("q", q);
  if (state !== undefined) query.set("state", state);
  if (life !== undefined) query.set("life", life);
  if (tenant !== undefined) query.set("tenant", tenant);
  if (label !== undefined) query.set("label", `${label.key}=${label.value}`);
  if (cursor !== undefined) query.set("after", `${cursor.stateIndex}-${cursor.after}`);
  const text = query.toString();
  return text === "" ? "/delegates" : `/delegates?${text}`;
}

/** Whether anything is narrowed. */
export function isNarrowed({ q, state, life, tenant, label }: Filters): boolean {
  return [q, state, life, tenant, label].some((each) => each !== undefined);
}

/** The states that a list goes through, in their order. */
export function statesOf({ state }: Filters): readonly HostnameState[] {
  if (state === undefined) return STATES_BY_URGENCY;
  return state === "attention" ? STATES_BY_URGENCY.filter(needsAttention) : [state];
}
