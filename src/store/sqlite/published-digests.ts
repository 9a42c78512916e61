import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChallengeDigest } from "../../delegate/challenge-digest.ts";
import type { PublishedDigests } from "../../delegate/delegate.ts";
import { hasValue, type PublishedRow, type ValueRow } from "./statements.ts";

/** @param values oldest first. A repeated digest takes the place of its newest update. */
export function publishedDigests(subdomain: string, values: readonly ValueRow[]): PublishedDigests {
  const digests = new Set<ChallengeDigest>();
  for (const { digest } of values) {
    digests.delete(digest);
    digests.add(digest);
  }
  return { subdomain, digests: [...digests], sequence: values.at(-1)?.sequence ?? 0 };
}

/** Those of a zone, page by page. `page`: the rows of the delegates after a number, whole delegates, in their order. */
export async function* allPublishedDigests(
  page: (after: number) => readonly PublishedRow[],
  slots: number,
): AsyncGenerator<PublishedDigests> {
  let after = 0;
  for (;;) {
    const rows = page(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const [subdomain, ofDelegate] of Map.groupBy(rows, (row) => row.subdomain)) {
      yield publishedDigests(subdomain, newestOf(ofDelegate, slots));
    }
    after = last.delegateId;
    // Queries and updates that wait get their turn between two pages.
    await nextTurn();
  }
}

/** The values of one delegate that count: as many as it has of its own, or as all have. */
export function newestOf(rows: readonly PublishedRow[], slots: number): readonly ValueRow[] {
  return rows.filter(hasValue).slice(-(rows[0]?.txtSlots ?? slots));
}

export function assertSlots(slots: number): void {
  assert(Number.isInteger(slots) && slots >= 1, `slots must be 1 or more, not ${slots}`);
}
