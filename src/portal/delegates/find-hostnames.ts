import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Sought } from "../../store/lists.ts";
import type { Store } from "../../store/store.ts";
import { looking } from "../looks.ts";
import { type Cursor, type Filters, soughtOf, statesOf } from "./filters.ts";

/** Whose host names are found by what is known of the delegate. */
const MOST_DELEGATES = 10_000;

export interface Found<Row> {
  readonly rows: readonly Row[];
  /** Undefined: there are no more. */
  readonly next: Cursor | undefined;
}

/** Host names, those first that somebody should look at; at most `most`. */
export async function findHostnames(
  store: Pick<Store, "hostnames" | "lists">,
  filters: Filters,
  most: number,
): Promise<Found<HostnameRecord>> {
  const { tenant, label, cursor } = filters;
  const sought = soughtOf(filters);
  const orOfDelegates = sought && (await delegatesWith(store, sought));
  const states = statesOf(filters);
  const rows: HostnameRecord[] = [];
  let stateIndex = cursor?.stateIndex ?? 0;
  let after = cursor?.after ?? 0;
  const isAtEnd = await looking(async () => {
    const state = states[stateIndex];
    if (state === undefined) return false;
    // One more than fits, to see whether there is another page.
    const wanted = most + 1 - rows.length;
    const found = await store.hostnames.list({
      ...{ state, tenant, label, q: sought?.name, orOfDelegates, after, most: wanted },
    });
    rows.push(...found.rows);
    if (rows.length > most) return false;
    if (found.lookedTo === undefined) stateIndex++;
    after = found.lookedTo ?? 0;
    return stateIndex < states.length;
  });
  const shown = rows.slice(0, most);
  if (rows.length > most) return { rows: shown, next: cursorAfter(shown, states) };
  return { rows: shown, next: isAtEnd ? undefined : { stateIndex, after } };
}

/** Of those that the looks of one page get to. */
async function delegatesWith(
  { lists }: Pick<Store, "lists">,
  sought: Sought,
): Promise<readonly number[]> {
  const ids: number[] = [];
  let after = 0;
  await looking(async () => {
    const found = await lists.delegatesWith({ sought, after });
    ids.push(...found.rows);
    after = found.lookedTo ?? 0;
    return found.lookedTo !== undefined && ids.length < MOST_DELEGATES;
  });
  return ids.slice(0, MOST_DELEGATES);
}

function cursorAfter(
  shown: readonly HostnameRecord[],
  states: readonly string[],
): Cursor | undefined {
  const last = shown.at(-1);
  return last && { stateIndex: states.indexOf(last.state), after: last.id };
}
