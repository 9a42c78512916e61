import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Store } from "../../store/store.ts";
import { looking } from "../looks.ts";
import { type Cursor, type Filters, statesOf } from "./filters.ts";

export interface Found<Row> {
  readonly rows: readonly Row[];
  /** Undefined: there are no more. */
  readonly next: Cursor | undefined;
}

/** Host names, those first that somebody should look at; at most `most`. */
export async function findHostnames(
  { hostnames }: Pick<Store, "hostnames">,
  filters: Filters,
  most: number,
): Promise<Found<HostnameRecord>> {
  const { tenant, label, q, cursor } = filters;
  const states = statesOf(filters);
  const rows: HostnameRecord[] = [];
  let stateIndex = cursor?.stateIndex ?? 0;
  let after = cursor?.after ?? 0;
  const isAtEnd = await looking(async () => {
    const state = states[stateIndex];
    if (state === undefined) return false;
    // One more than fits, to see whether there is another page.
    const wanted = most + 1 - rows.length;
    const found = await hostnames.list({ state, tenant, label, q, after, most: wanted });
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

function cursorAfter(
  shown: readonly HostnameRecord[],
  states: readonly string[],
): Cursor | undefined {
  const last = shown.at(-1);
  return last && { stateIndex: states.indexOf(last.state), after: last.id };
}
