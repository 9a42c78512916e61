import type { DelegateDetails } from "../../store/lists.ts";
import type { Store } from "../../store/store.ts";
import { looking } from "../looks.ts";
import { type Filters, soughtOf } from "./filters.ts";
import type { Found } from "./find-hostnames.ts";

/** Delegates in the order in which they were made; at most `most`. */
export async function findDelegates(
  { lists }: Pick<Store, "lists">,
  filters: Filters,
  { most, nowMs }: { readonly most: number; readonly nowMs: number },
): Promise<Found<DelegateDetails>> {
  const { life, tenant, label, cursor } = filters;
  const sought = soughtOf(filters);
  const state = life === "locked" ? ("disabled" as const) : life;
  const rows: DelegateDetails[] = [];
  let after: number | undefined = cursor?.after ?? 0;
  await looking(async () => {
    // One more than fits, to see whether there is another page.
    const wanted = most + 1 - rows.length;
    const query = { state, tenant, label, sought, nowMs, after: after ?? 0, most: wanted };
    const found = await lists.delegates(query);
    rows.push(...found.rows);
    after = rows.length > most ? rows[most - 1]?.id : found.lookedTo;
    return rows.length <= most && after !== undefined;
  });
  const next = after === undefined ? undefined : { stateIndex: 0, after };
  return { rows: rows.slice(0, most), next };
}
